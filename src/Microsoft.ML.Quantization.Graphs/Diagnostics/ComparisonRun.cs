using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Diagnostics;

/// <summary>Shown one pair of tensors.</summary>
/// <param name="match">Where they come from.</param>
/// <param name="isShadow">Whether the reference was computed from the inputs of the quantized operator.</param>
/// <param name="reference">Float values.</param>
/// <param name="quantized">Dequantized values, in the same shape.</param>
internal delegate void PairSeen(MatchedValue match, bool isShadow, Tensor reference, Tensor quantized);

/// <summary>Runs a float graph and its quantized one side by side and shows the values at their common sites.</summary>
internal sealed class ComparisonRun : IDisposable
{
    private readonly List<(MatchedValue Match, bool IsShadow, int Reference, int Quantized)> _pairs = [];
    private readonly ExecutionPlan? _model;
    private readonly ExecutionPlan _quantized;

    public ComparisonRun(Graph model, Graph quantized, bool outputs, bool shadows, ExecutionOptions? options)
    {
        options ??= new();
        Model = FusionPipeline.Run(model, options.Operators).Graph;
        Matches = MatchedValue.Find(Model, quantized);
        LoggedGraph left = new(Model), right = new(quantized);
        foreach (MatchedValue match in Matches)
        {
            if (outputs) { _pairs.Add((match, false, left.Show(match.FloatValue), right.Show(match))); }
            if (shadows && right.ShowShadow(match, Model) is { } shadow) { _pairs.Add((match, true, shadow, right.Show(match))); }
        }
        _model = outputs ? ExecutionPlan.Bind(left.Build(options.Operators), options) : null;
        _quantized = ExecutionPlan.Bind(right.Build(options.Operators), options);
    }

    /// <summary>The shadow of one node alone.</summary>
    public ComparisonRun(Graph fused, Graph quantized, string shadow, ExecutionOptions options)
    {
        Model = fused;
        Matches = [.. MatchedValue.Find(fused, quantized).Where(match => match.Site.Name == shadow)];
        LoggedGraph right = new(quantized);
        foreach (MatchedValue match in Matches)
        {
            if (right.ShowShadow(match, fused) is { } index) { _pairs.Add((match, true, index, right.Show(match))); }
        }
        _quantized = ExecutionPlan.Bind(right.Build(options.Operators), options);
    }

    /// <summary>The float graph after fusion, whose nodes the quantized graph has.</summary>
    public Graph Model { get; }

    /// <summary>The common sites.</summary>
    public ImmutableArray<MatchedValue> Matches { get; }

    /// <summary>Runs all batches.</summary>
    /// <exception cref="QuantizationException">There is none, or one does not fit the graph.</exception>
    public void Run(IEnumerable<ImmutableArray<Tensor>> batches, PairSeen seen)
    {
        bool any = false;
        foreach (ImmutableArray<Tensor> batch in batches)
        {
            any = true;
            ImmutableArray<Tensor> left = _model?.Run(batch) ?? [], right = _quantized.Run(batch);
            foreach ((MatchedValue match, bool isShadow, int reference, int quantized) in _pairs) { seen(match, isShadow, (isShadow ? right : left)[reference], right[quantized]); }
        }
        if (!any) { throw new QuantizationException("There is no batch to compare the models on; expected at least one. Some hundred rows are usual."); }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _model?.Dispose();
        _quantized.Dispose();
    }
}
