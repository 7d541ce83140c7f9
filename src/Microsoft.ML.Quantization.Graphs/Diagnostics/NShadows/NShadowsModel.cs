using System.Collections.Immutable;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.Graphs.Diagnostics;

/// <summary>
/// A float network in which every node has shadows, one for each configuration it could have (PyTorch's <c>prepare_n_shadows_model</c>). All configurations are calibrated and
/// compared in the same runs; the network's own results stay those of the float network, so no node inherits the error of another.
/// </summary>
/// <remarks>
/// <code>
/// using var model = NShadowsModel.Prepare(graph, mappings);
/// model.Run(calibration…); model.Convert(); model.Run(test…);
/// Console.Write(model.ExtractResults().ToTable());
/// </code>
/// Source: <c>torch.ao.ns._numeric_suite_fx</c>. A run holds a copy of every value that a shadow reads. Not safe for use by several threads at once.
/// </remarks>
public sealed class NShadowsModel : IDisposable
{
    private readonly ImmutableArray<(Node Node, ImmutableArray<ShadowCopy?> Copies, ImmutableArray<string?> Reasons)> _nodes;
    private readonly ExecutionOptions _options;
    private readonly ExecutionPlan _plan;
    private readonly HashSet<string> _wanted;
    private bool _converted;

    private NShadowsModel(Graph graph, QConfigMultiMapping mappings, ObserverList observers, ExecutionOptions options)
    {
        (Graph, Mappings, _options) = (graph, mappings, options);
        var nodes = ImmutableArray.CreateBuilder<(Node, ImmutableArray<ShadowCopy?>, ImmutableArray<string?>)>();
        foreach (Node node in graph.Nodes.Where(node => node.Outputs.Length > 0 && node.Outputs[0].Length > 0 && graph.Fact(node.Output).Type == ElementType.Float32))
        {
            (ShadowCopy? Copy, string? Reason)[] found = [.. mappings.QConfigMappings.Select((mapping, i) => ShadowCopy.Of(graph, node, i, mapping, options.Operators, observers))];
            if (found.Any(pair => pair.Copy is not null)) { nodes.Add((node, [.. found.Select(pair => pair.Copy)], [.. found.Select(pair => pair.Reason)])); }
        }
        _nodes = nodes.ToImmutable();
        _wanted = [.. _nodes.Select(entry => entry.Node.Output), .. Copies.SelectMany(copy => copy.Inputs)];
        _plan = ExecutionPlan.Bind(graph, options with { KeepsValues = true });
    }

    /// <summary>The float network after fusion.</summary>
    public Graph Graph { get; }

    /// <summary>The configurations.</summary>
    public QConfigMultiMapping Mappings { get; }

    /// <summary>Whether runs are compared once <see cref="Convert"/> was called (PyTorch's <c>loggers_set_enabled</c>).</summary>
    public bool LoggersEnabled { get; set; } = true;

    /// <summary>Whether the tensors of compared runs are kept for <see cref="ExtractResults"/> (PyTorch's <c>loggers_set_save_activations</c>). Memory then grows with the data.</summary>
    public bool SaveActivations { get; set; }

    private IEnumerable<ShadowCopy> Copies => _nodes.SelectMany(entry => entry.Copies).OfType<ShadowCopy>();

    /// <summary>The network with its shadows.</summary>
    /// <param name="model">A float graph; it is not changed.</param>
    /// <param name="mappings">The configurations to compare.</param>
    /// <param name="observers">The observers that they may name.</param>
    /// <param name="options">How the network and its shadows are run.</param>
    /// <exception cref="QuantizationException">The graph is quantized already, or no node has a shadow.</exception>
    public static NShadowsModel Prepare(Graph model, QConfigMultiMapping mappings, ObserverList? observers = null, ExecutionOptions? options = null)
    {
        FloatModel.Require(model);
        options ??= new();
        var shadows = new NShadowsModel(FusionPipeline.Run(model, options.Operators).Graph, mappings, observers ?? ObserverList.BuiltIn, options);
        if (!shadows._nodes.IsEmpty) { return shadows; }
        shadows.Dispose();
        throw new QuantizationException($"No node of graph '{model.Name}' can be quantized by any of {mappings.QConfigMappings.Length} configurations; expected one that can, e.g. by {nameof(QConfigMultiMapping)}.{nameof(QConfigMultiMapping.SetGlobal)}.");
    }

    /// <summary>Runs the float network: before <see cref="Convert"/> the observers of all shadows see it, afterwards the shadows are compared with it.</summary>
    /// <param name="batch">One tensor for each input of the graph.</param>
    /// <returns>What the float network gives.</returns>
    /// <exception cref="QuantizationException">The batch does not fit, or a value is NaN.</exception>
    public ImmutableArray<Tensor> Run(params ImmutableArray<Tensor> batch)
    {
        if (_converted && !LoggersEnabled) { return _plan.Run(batch); }
        var tap = new Tap(_wanted);
        ImmutableArray<Tensor> result = _plan.Run(batch, tap);
        foreach (ShadowCopy copy in Copies)
        {
            if (_converted) { copy.Compare(tap.Values, SaveActivations); }
            else
            {
                foreach ((string value, Tensor tensor) in tap.Values) { copy.Calibrate(value, tensor); }
            }
        }
        return result;
    }

    /// <summary>Quantizes all shadows by what their observers saw (PyTorch's <c>convert_n_shadows_model</c>).</summary>
    /// <exception cref="QuantizationException">Nothing was run before, or it was called already.</exception>
    public void Convert()
    {
        if (_converted) { throw new QuantizationException("The shadows are converted already; expected one call. Prepare the model again to calibrate anew."); }
        foreach (ShadowCopy copy in Copies) { copy.Convert(_options); }
        _converted = true;
    }

    /// <summary>What the comparisons found (PyTorch's <c>extract_results_n_shadows_model</c>).</summary>
    /// <exception cref="QuantizationException">Nothing was compared.</exception>
    public NShadowsComparison ExtractResults()
    {
        var comparison = new NShadowsComparison([.. _nodes.Select(entry => new NShadowsRow(entry.Node.Name, entry.Node.Operator, [.. entry.Copies.Select((copy, i) => copy?.Result() ?? new ShadowResult(i, null, entry.Reasons[i], default, [], []))]))]);
        return comparison.Rows.Any(row => row.Shadows.Any(shadow => shadow.BatchSqnr.Length > 0)) ? comparison
            : throw new QuantizationException($"Nothing was compared; expected a {nameof(Run)} after {nameof(Convert)}, with {nameof(LoggersEnabled)}.");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _plan.Dispose();
        foreach (ShadowCopy copy in Copies) { copy.Dispose(); }
    }

    private sealed class Tap(HashSet<string> wanted) : IActivationTap
    {
        public Dictionary<string, Tensor> Values { get; } = new(StringComparer.Ordinal);

        public bool Wants(string value) => wanted.Contains(value);

        public void Observe(string value, ReadOnlySpan<float> elements, Shape shape) => Values[value] = Tensor.Create(elements, shape);
    }
}
