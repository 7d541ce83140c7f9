using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// A graph bound to one engine: DequantizeLinear–operator–QuantizeLinear groups collapsed into integer calls, weights packed, layouts
/// settled. Immutable and safe to share between threads; each run rents a context. Never saved.
/// </summary>
/// <remarks>Binding chooses speed, never results: every engine, thread count and batch size gives the same bits.</remarks>
public sealed class ExecutionPlan : IDisposable
{
    private const int SizedKept = 8;

    private readonly ContextStore _contexts = new();
    private readonly ConcurrentDictionary<ShapeKey, ExecutionPlan> _sized = new();
    private readonly ExecutionOptions _options;
    private readonly bool _waitsForSizes;
    private readonly bool _hidesValues;
    private ExecutionPlan? _showing;

    private ExecutionPlan(Graph graph, Graph bound, PlanBuilder builder, Engine engine, ExecutionOptions options, ExecutionPlan? parent)
    {
        (Graph, Bound, Engine, Operators) = (graph, bound, engine, options.Operators);
        MemoryLimit = options.MemoryLimit;
        ChoosesRanges = graph.ChoosesRanges;
        (_options, _hidesValues) = (options, builder.HidesValues);
        _waitsForSizes = bound.Nodes.Any(node => node is { Operator: "If", Domain: "" }) && !graph.Inputs.All(input => input.Fact.IsStatic);
        Workers = parent is not null ? parent.Workers : options.Threads > 1 ? new WorkerPool(options.Threads) : null;
        (Calls, OutputBuffers, Notes) = (builder.Calls, builder.OutputBuffers, builder.Notes);
        RowsAreApart = !ChoosesRanges || builder.RangesPerRow;
        SplitsRows = builder.SplitsRows;
        ConstantTensors = builder.Constants.ToImmutableDictionary(StringComparer.Ordinal);
        ConstantBytes = Bound.Constants.Values.Sum(constant => (long)constant.Bytes.Length);
        // Steps may read past the end of an input; constants get the same slack as buffers.
        Constants = builder.Constants.ToImmutableDictionary(pair => pair.Key, pair => WithSlack(pair.Value), StringComparer.Ordinal);
    }

    /// <summary>The graph that was given.</summary>
    public Graph Graph { get; }

    /// <summary>The engine that runs it.</summary>
    public Engine Engine { get; }

    /// <summary><see cref="Graph.ChoosesRanges"/> of the graph that was given.</summary>
    public bool ChoosesRanges { get; }

    /// <summary>
    /// Whether rows that are run together give what each gives alone: no range comes from the run, or <see cref="ExecutionOptions.RangesPerRow"/> was asked for and the
    /// batch axis provably stays the first through every operator.
    /// </summary>
    public bool RowsAreApart { get; }

    /// <summary>
    /// Whether every row of the outputs hangs on the same row of the inputs alone, whatever the number of rows, so that rows of one call may run apart from each other. Stricter than
    /// <see cref="RowsAreApart"/>: proved from the operators, and the number of rows is a name.
    /// </summary>
    internal bool SplitsRows { get; }

    /// <summary>Which groups run in integers, which operators stay float, and why.</summary>
    public ImmutableArray<PassNote> Notes { get; }

    /// <summary>The graph as it runs: the given one with activations fused and constants folded, same results.</summary>
    internal Graph Bound { get; }

    /// <summary>The plan that computes every value of <see cref="Bound"/> by itself, for a tap; null when this one does.</summary>
    internal ExecutionPlan? Showing => _hidesValues ? LazyInitializer.EnsureInitialized(ref _showing, () => Bind(Graph, _options with { KeepsValues = true }, this)) : null;

    /// <summary>Whether the output of each node has a place of its own.</summary>
    internal bool KeepsValues => _options.KeepsValues;

    internal OperatorList Operators { get; }

    internal WorkerPool? Workers { get; }

    internal ImmutableArray<PlanCall> Calls { get; }

    internal ImmutableArray<string> OutputBuffers { get; }

    internal ImmutableDictionary<string, Memory<byte>> Constants { get; }

    /// <summary>Bytes that the values of one run may take; null for those in proportion to what is given.</summary>
    internal long? MemoryLimit { get; }

    /// <summary>Bytes of the constants that steps read.</summary>
    internal long ConstantBytes { get; }

    /// <summary>The constants that steps read, folded results included.</summary>
    internal ImmutableDictionary<string, Tensor> ConstantTensors { get; }

    /// <summary>Binds a graph: float, or with QuantizeLinear and DequantizeLinear nodes.</summary>
    /// <exception cref="QuantizationException">An operator or a setting is not supported, or the engine is not.</exception>
    public static ExecutionPlan Bind(Graph graph, ExecutionOptions? options = null)
    {
        options ??= new();
        if (options.MemoryLimit is <= 0) { throw new QuantizationException($"A plan was asked for with a memory limit of {options.MemoryLimit} bytes; expected 1 or more."); }
        if (options.Threads < 1) { throw new QuantizationException($"A plan was asked for with {options.Threads} threads; expected 1 or more."); }
        return Bind(graph, options, parent: null);
    }

    private static ExecutionPlan Bind(Graph graph, ExecutionOptions options, ExecutionPlan? parent)
    {
        Engine engine = options.Engine ?? EngineList.Default;
        Graph bound = FusionPipeline.Run(graph, [new FoldBranches(options.Operators), new FoldConstants(options.Operators), new FuseBias(options.Operators), new FuseActivation(options.Operators)]).Graph;
        return new ExecutionPlan(graph, bound, PlanBuilder.Build(bound, engine, options), engine, options, parent);
    }

    /// <summary>Runs once, with copies of inputs and outputs.</summary>
    /// <param name="inputs">One tensor for each input of the graph, in its order.</param>
    /// <returns>One tensor for each output of the graph, in its order.</returns>
    /// <exception cref="QuantizationException">Number, types or shapes of the inputs do not fit the graph.</exception>
    public ImmutableArray<Tensor> Run(params ImmutableArray<Tensor> inputs) => Run(inputs, tap: null);

    /// <summary>Runs once and shows intermediate values to <paramref name="tap"/>.</summary>
    /// <exception cref="QuantizationException">Number, types or shapes of the inputs do not fit the graph.</exception>
    public ImmutableArray<Tensor> Run(ImmutableArray<Tensor> inputs, IActivationTap? tap)
    {
        InputCheck.Types(Graph, inputs);
        using RunContext context = Rent([.. inputs.Select(input => input.Shape)]);
        for (int i = 0; i < inputs.Length; i++) { inputs[i].Bytes.CopyTo(context.InputBytes(i)); }
        context.Run(tap);
        var outputs = ImmutableArray.CreateBuilder<Tensor>(Graph.Outputs.Length);
        for (int i = 0; i < Graph.Outputs.Length; i++) { outputs.Add(new(Graph.Outputs[i].Fact.Type, context.OutputShapes[i], context.OutputBytes(i).ToArray())); }
        return outputs.MoveToImmutable();
    }

    /// <summary>A context for inputs of these shapes; dispose it to give it back. Renting again with the same shapes does not allocate.</summary>
    /// <exception cref="QuantizationException">The shapes do not fit the graph.</exception>
    public RunContext Rent(params ImmutableArray<Shape> inputShapes)
    {
        if (_waitsForSizes) { return (_sized.TryGetValue(new(inputShapes), out ExecutionPlan? sized) ? sized : Sized(inputShapes)).Rent(inputShapes); }
        if (_contexts.TryTake(inputShapes, out RunContext? context))
        {
            context.Rent();
            return context;
        }
        InputCheck.Shapes(Graph, inputShapes);
        return new RunContext(this, inputShapes);
    }

    // What an If takes hangs on sizes as a rule: with them known, its branch takes its place and the plan needs no look at data.
    private ExecutionPlan Sized(ImmutableArray<Shape> inputShapes)
    {
        InputCheck.Shapes(Graph, inputShapes);
        var builder = new GraphBuilder(Graph.Name, Graph.Opset);
        for (int i = 0; i < inputShapes.Length; i++) { builder.AddInput(Graph.Inputs[i].Name, new(Graph.Inputs[i].Fact.Type, inputShapes[i])); }
        foreach ((string name, Tensor tensor) in Graph.Constants) { builder.AddConstant(name, tensor); }
        foreach (Node node in Graph.Nodes) { builder.Add(node); }
        foreach (ValueInfo output in Graph.Outputs) { builder.AddOutput(output.Name); }
        // Each has packed weights of its own.
        if (_sized.Count >= SizedKept) { _sized.Clear(); }
        return _sized.GetOrAdd(new(inputShapes), Bind(builder.Build(Operators), _options, this));
    }

    /// <summary>Types and shapes of all values for inputs of these shapes.</summary>
    internal ImmutableDictionary<string, TensorFact> Facts(ImmutableArray<Shape> inputShapes) =>
        ShapeInference.Run(Bound.Opset, [.. Bound.Inputs.Zip(inputShapes, static (input, shape) => input with { Fact = new(input.Fact.Type, shape) })], Bound.Constants, Bound.Nodes, Operators);

    internal void Return(RunContext context) => _contexts.Return(context);

    /// <summary>Ends the plan's threads; those of a plan that is never disposed end when it is collected.</summary>
    public void Dispose() => Workers?.Dispose();

    private static Memory<byte> WithSlack(Tensor tensor)
    {
        byte[] bytes = new byte[tensor.Bytes.Length + Engine.ReadSlack];
        tensor.Bytes.CopyTo(bytes);
        return bytes;
    }
}
