using System.Collections.Frozen;
using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs.Operators;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>Turns a graph into a list of calls: groups collapsed, constants folded, steps packed, layouts settled.</summary>
internal sealed class PlanBuilder
{
    /// <summary>Bytes of a folded constant that stays though no step reads it.</summary>
    private const int LargestSpareConstant = 1 << 14;

    private readonly Graph _graph;
    private readonly Engine _engine;
    private readonly OperatorList _operators;
    private readonly bool _keepsValues;
    private readonly Dictionary<Node, IntegerGroup> _groups;
    private readonly Dictionary<Node, CollapsedGroup> _collapsed;
    private readonly Dictionary<Node, ResidualConvolution> _residuals;
    private readonly Dictionary<string, string> _aliases = new(StringComparer.Ordinal);
    private readonly Dictionary<string, BufferLayout> _layouts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _copies = new(StringComparer.Ordinal);
    private readonly List<PlanCall> _calls = [];

    private PlanBuilder(Graph graph, Engine engine, ExecutionOptions options)
    {
        OperatorList operators = options.Operators;
        (_graph, _engine, _operators, _keepsValues) = (graph, engine, operators, options.KeepsValues);
        (_groups, ImmutableArray<PassNote> notes) = IntegerGroups.Find(graph, operators);
        (_collapsed, ImmutableArray<PassNote> dynamicNotes) = DynamicGroups.Find(graph);
        (Dictionary<Node, CollapsedGroup> embeddings, ImmutableArray<PassNote> embeddingNotes) = EmbeddingGroups.Find(graph);
        foreach ((Node last, CollapsedGroup embedding) in embeddings) { _collapsed[last] = embedding; }
        var candidates = notes.Select(note => note.Node).ToHashSet(StringComparer.Ordinal); // accepted or declined, with a note of their own
        (Dictionary<Node, CollapsedGroup> products, ImmutableArray<PassNote> productNotes) = WeightOnlyGroups.Find(graph, operators, candidates.Contains);
        foreach ((Node node, CollapsedGroup product) in products) { _collapsed[node] = product; }
        Notes = [.. notes, .. dynamicNotes, .. embeddingNotes, .. productNotes];
        foreach (IntegerGroup group in _groups.Values)
        {
            foreach ((string alias, string output) in group.Aliases) { _aliases[alias] = output; }
        }
        if (!options.KeepsValues) { Notes = ResidualGroups.Join(graph, _groups, Notes); }
        _residuals = options.KeepsValues ? [] : ResidualConvolution.Find(graph, node => _groups.ContainsKey(node) || _collapsed.ContainsKey(node));
    }

    public ImmutableArray<PassNote> Notes { get; private set; }

    /// <summary>Constants that steps read at run time, folded results included.</summary>
    public Dictionary<string, Tensor> Constants { get; } = new(StringComparer.Ordinal);

    /// <summary>The value each folded node or alias stands for, and the buffers of the graph's outputs.</summary>
    public ImmutableArray<string> OutputBuffers { get; private set; }

    public ImmutableArray<PlanCall> Calls { get; private set; }

    /// <summary>Whether every dynamic call chooses a range for each row.</summary>
    public bool RangesPerRow { get; private set; }

    /// <summary>As <see cref="ExecutionPlan.SplitsRows"/>.</summary>
    public bool SplitsRows { get; private set; }

    /// <summary>Whether the output of a node is computed inside another's call.</summary>
    public bool HidesValues => _residuals.Count > 0 || (!_keepsValues && _calls.Any(static call => call.Step is CopyStep));

    public static PlanBuilder Build(Graph graph, Engine engine, ExecutionOptions options)
    {
        var builder = new PlanBuilder(graph, engine, options);
        Node[] nodes = [.. builder.NeededNodes()];
        builder.RangesPerRow = options.RangesPerRow && builder._groups.Count == 0 && RowSeparation.Holds(graph, nodes, builder._collapsed);
        builder.SplitsRows = RowSeparation.IsNamed(graph) && (builder.RangesPerRow || RowSeparation.Holds(graph, graph.Nodes, FrozenDictionary<Node, CollapsedGroup>.Empty));
        foreach (Node node in nodes) { builder.Bind(node); }
        ImmutableArray<string> outputs = [.. graph.Outputs.Select(output => builder.InLayout(builder.Resolve(output.Name), BufferLayout.RowMajor, graph.Nodes.FirstOrDefault()))];
        (builder.Calls, builder.OutputBuffers) = PlanEdges.Settle(builder._calls, outputs);
        builder.DropPackedConstants();
        return builder;
    }

    // From the outputs backwards: what a collapsed group no longer reads (its DequantizeLinear and QuantizeLinear nodes) drops out.
    private IEnumerable<Node> NeededNodes()
    {
        var needed = new HashSet<string>(_graph.Outputs.Select(output => Resolve(output.Name)), StringComparer.Ordinal);
        var nodes = new List<Node>();
        foreach (Node node in _graph.Nodes.Reverse())
        {
            IEnumerable<string> outputs = _groups.TryGetValue(node, out IntegerGroup? group) ? group.Outputs : IsAbsorbed(node) ? [] : node.Outputs;
            if (!outputs.Any(needed.Contains)) { continue; }
            nodes.Add(node);
            IEnumerable<string> inputs = _collapsed.TryGetValue(node, out CollapsedGroup? collapsed) ? [collapsed.Input]
                : _residuals.TryGetValue(node, out ResidualConvolution? joined) ? [.. joined.Convolution.Inputs, joined.Residual]
                : group?.Inputs ?? node.Inputs;
            needed.UnionWith(inputs.Where(input => input.Length > 0).Select(Resolve));
        }
        nodes.Reverse();
        return nodes;
    }

    // Floats that were packed and are read by no step. Small ones stay: they may be shapes that inference asks for.
    private void DropPackedConstants()
    {
        var read = Calls.SelectMany(call => call.Inputs).Concat(OutputBuffers).ToHashSet(StringComparer.Ordinal);
        foreach (string name in Constants.Keys.Where(name => !read.Contains(name) && Constants[name].Bytes.Length > LargestSpareConstant).ToArray()) { Constants.Remove(name); }
    }

    private bool IsAbsorbed(Node node) => node.Operator == QuantizationNodes.Quantize
        && _graph.Producer(node.Inputs[0]) is { } producer && _groups.TryGetValue(producer, out IntegerGroup? group) && group.WritesCodes;

    private string Resolve(string value) => _aliases.GetValueOrDefault(value, value);

    private Tensor? Constant(string value) => value.Length == 0 ? null : Constants.GetValueOrDefault(value) ?? _graph.Constant(value);

    private void Bind(Node node)
    {
        if (_collapsed.TryGetValue(node, out CollapsedGroup? collapsed))
        {
            Add(node, collapsed.Bind(_engine, RangesPerRow), [Resolve(collapsed.Input)], node.Outputs);
            return;
        }
        if (_residuals.TryGetValue(node, out ResidualConvolution? joined))
        {
            Add(node, Conv.BindWithResidual(Site(joined.Convolution), node.ActivationInterval), [Resolve(joined.Convolution.Inputs[0]), Resolve(joined.Residual)], node.Outputs);
            return;
        }
        IOperator op = _operators.Find(node, _graph.Opset);
        if (_groups.TryGetValue(node, out IntegerGroup? group))
        {
            ImmutableArray<string> read = [.. group.Inputs.Select(Resolve)];
            if (group.Site is { } product && op is Gemm or MatMul && Image(read[0]) is { } image)
            {
                Step rows = op.BindInteger(RowsOfChannels.Reorder(product with { Engine = _engine }, image.Channels, image.Positions));
                Add(node, rows, read.SetItem(0, image.Value), group.Outputs, BufferLayout.ChannelsLast);
                return;
            }
            Add(node, group.Bind(_engine), read, group.Outputs);
            return;
        }

        BindSite site = Site(node);
        ImmutableArray<string> inputs = [.. node.Inputs.Select(Resolve)];
        if (inputs.Zip(site.Constants).All(pair => pair.First.Length == 0 || pair.Second is not null) && (op is IValueOperator || site.Outputs.All(fact => fact.IsStatic)))
        {
            ImmutableArray<Tensor> folded = ConstantEvaluator.Evaluate(node, op, site.Constants, site.Outputs);
            for (int i = 0; i < node.Outputs.Length; i++) { Constants[node.Outputs[i]] = folded[i]; }
            return;
        }
        Add(node, op.Bind(site), inputs, node.Outputs);
    }

    private BindSite Site(Node node)
    {
        ImmutableArray<string> inputs = [.. node.Inputs.Select(Resolve)];
        return new(node, _graph.Opset, _engine, [.. inputs.Select(input => input.Length == 0 ? null : _graph.Fact(input))],
            [.. node.Outputs.Select(output => output.Length > 0 ? _graph.Fact(output) : new TensorFact(ElementType.Float32, new Shape(0)))], [.. inputs.Select(Constant)]);
    }

    /// <summary>The channels-last image whose rows, channel by channel, a matrix holds; null when it holds no such rows.</summary>
    private (string Value, int Channels, int Positions)? Image(string matrix)
    {
        if (!_copies.TryGetValue(matrix, out string? value) || _layouts.GetValueOrDefault(value) != BufferLayout.ChannelsLast) { return null; }
        TensorFact image = _graph.Fact(value), rows = _graph.Fact(matrix);
        if (rows.Rank != 2 || rows.Dimensions[1].Size is not { } depth || image.Dimensions[1].Size is not (> 0 and var channels)) { return null; }
        return Axes.Product(image.Dimensions.Skip(2)).Size is { } positions && channels * (long)positions == depth ? (value, channels, positions) : null;
    }

    private void Add(Node node, Step step, ImmutableArray<string> inputs, ImmutableArray<string> outputs, BufferLayout? readLayout = null)
    {
        ImmutableArray<string> read = [.. inputs.Select((input, i) => input.Length > 0 && step.Reads(i) ? input : "")];
        BufferLayout layout = readLayout ?? step.Layout;
        if (step is CopyStep) { _copies[outputs[0]] = inputs[0]; }
        if (layout == BufferLayout.Any)
        {
            // What is the same in both layouts follows the others.
            string? leader = read.Where(input => input.Length > 0 && Constant(input) is null && _graph.Fact(input).Rank >= 3).OrderBy(input => IsSameInBoth(_graph.Fact(input))).FirstOrDefault();
            layout = leader is null ? BufferLayout.RowMajor : _layouts.GetValueOrDefault(leader, BufferLayout.RowMajor);
        }
        _calls.Add(new(node, step, [.. read.Select(input => input.Length == 0 ? "" : InLayout(input, layout, node))], outputs, layout));
        foreach (string output in outputs) { _layouts[output] = readLayout is null ? layout : BufferLayout.RowMajor; }
    }

    private static bool IsSameInBoth(TensorFact fact) => fact.Dimensions[1].Size == 1 || fact.Dimensions.Skip(2).All(static size => size.Size == 1);

    /// <summary>The buffer that holds a value in the wanted layout; adds the step that makes it when there is none yet.</summary>
    private string InLayout(string value, BufferLayout wanted, Node? node)
    {
        if (Constant(value) is { } constant)
        {
            if (wanted == BufferLayout.RowMajor || LayoutStep.IsTrivial(constant.Shape))
            {
                Constants[value] = constant;
                return value;
            }
            string reordered = LayoutStep.BufferName(value, wanted);
            var copy = new Tensor(constant.Type, constant.Shape);
            LayoutStep.Reorder(constant.Bytes, copy.Bytes, constant.Shape[0], constant.Shape[1], constant.Length / (constant.Shape[0] * constant.Shape[1]), constant.Type.SizeInBytes(), toChannelsLast: true);
            Constants[reordered] = copy;
            return reordered;
        }

        if (_graph.Fact(value).Rank < 3 || _layouts.GetValueOrDefault(value, BufferLayout.RowMajor) == wanted) { return value; }
        string buffer = LayoutStep.BufferName(value, wanted);
        if (_layouts.TryAdd(buffer, wanted))
        {
            _calls.Add(new(node!, new LayoutStep(toChannelsLast: wanted == BufferLayout.ChannelsLast), [value], [buffer], wanted));
        }
        return buffer;
    }
}
