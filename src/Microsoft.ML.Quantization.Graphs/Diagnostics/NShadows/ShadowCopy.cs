using System.Collections.Immutable;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.Graphs.Diagnostics;

/// <summary>One node alone, quantized by one configuration, in the shadow of the float network: it reads what the float node reads and nothing reads it.</summary>
internal sealed class ShadowCopy : IDisposable
{
    private readonly Calibration _calibration;
    private readonly List<double> _sqnr = [];
    private readonly List<LoggedPair> _saved = [];
    private Similarity _total;
    private ExecutionPlan? _plan;

    private ShadowCopy(int index, QConfig config, PreparedGraph prepared, ObserverList observers) => (Index, Config, Prepared, _calibration) = (index, config, prepared, new Calibration(prepared, observers));

    public int Index { get; }

    public QConfig Config { get; }

    public PreparedGraph Prepared { get; }

    /// <summary>The values of the float network that it reads.</summary>
    public IEnumerable<string> Inputs => Prepared.Graph.Inputs.Select(input => input.Name);

    /// <summary>The shadow of a node, or why it has none.</summary>
    public static (ShadowCopy? Copy, string? Reason) Of(Graph graph, Node node, int index, QConfigMapping mapping, OperatorList operators, ObserverList observers)
    {
        if (mapping.Find(node, graph) is not { } config) { return (null, "the configuration says not to quantize it"); }
        if (node.Inputs.FirstOrDefault(input => input.Length > 0 && graph.Constant(input) is null && graph.Fact(input).Type != ElementType.Float32) is { } other) { return (null, $"it reads '{other}', which is {graph.Fact(other).Type.Name()}"); }
        Graph alone = Alone(graph, node, operators);
        var options = new PrepareOptions { Operators = operators, JoinElementwise = false };
        QConfigMapping own = QConfigMapping.Empty.SetGlobal(config);
        NodeRole role = new NodeRoles(alone, own, options).Decide()[0];
        if (!role.MayQuantize) { return (null, role.Reason); }
        if (role.SharesObserver) { return (null, $"{node.Operator} only moves or compares codes"); }
        ImmutableArray<ObserverGroup> groups = Prepare.GroupsOf(alone, mapping, role, options);
        return (new(index, config, new PreparedGraph(alone, groups, ImmutableSortedDictionary<string, QConfig>.Empty.Add(node.Name, config), [], operators), observers), null);
    }

    /// <summary>Shows its observers a value of the float network.</summary>
    public void Calibrate(string value, Tensor tensor)
    {
        if (_calibration.Values.Contains(value)) { _calibration.Observe(value, tensor.AsSpan<float>(), tensor.Shape); }
    }

    /// <summary>Quantizes it by what its observers saw.</summary>
    public void Convert(ExecutionOptions options) => _plan = ExecutionPlan.Bind(Converter.Run(Prepared, _calibration).Graph, options);

    /// <summary>Runs it on what the float node read, and compares with what the float node wrote.</summary>
    public void Compare(IReadOnlyDictionary<string, Tensor> values, bool save)
    {
        Tensor expected = values[Prepared.Graph.Outputs[0].Name], actual = _plan!.Run([.. Inputs.Select(input => values[input])])[0];
        Similarity batch = Similarity.Of(expected.AsSpan<float>(), actual.AsSpan<float>());
        _total += batch;
        _sqnr.Add(batch.Sqnr);
        if (save) { _saved.Add(new(expected, actual)); }
    }

    public ShadowResult Result() => new(Index, Config, null, _total, [.. _sqnr], [.. _saved]);

    public void Dispose() => _plan?.Dispose();

    private static Graph Alone(Graph graph, Node node, OperatorList operators)
    {
        var builder = new GraphBuilder(node.Name, graph.Opset);
        foreach (string input in node.Inputs.Where(input => input.Length > 0).Distinct())
        {
            if (graph.Constant(input) is { } constant) { builder.AddConstant(input, constant); }
            else { builder.AddInput(input, graph.Fact(input)); }
        }
        builder.Add(node);
        builder.AddOutput(node.Output);
        return builder.Build(operators);
    }
}
