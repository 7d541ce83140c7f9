using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// Runs <c>body</c> (iteration, condition, carried values → condition, carried values, scanned values) up to M times and while the
/// condition holds; scanned values are stacked along a new first axis. ONNX Loop, opset 11 to 28.
/// </summary>
internal sealed class Loop : IValueOperator
{
    /// <summary>More turns than any network takes: a condition that never ends must end with a message.</summary>
    private const long MostTurns = 1 << 20;

    public OperatorSchema Schema { get; } = new("Loop", 11, 0, int.MaxValue, MaxOutputs: int.MaxValue);

    public OperatorTraits Traits { get; } = new() { IsSetting = static index => index < 2 };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        int captured = Subgraphs.CapturedCount(site.Node), carried = site.Node.Inputs.Length - 2 - captured;
        if (carried < 0) { throw site.Refuse($"it has {site.Node.Inputs.Length} inputs; expected two and the values it carries"); }
        TensorFact[] values = [.. Enumerable.Range(2, carried).Select(site.Input)];
        TensorFact[] outer = [.. Enumerable.Range(2 + carried, captured).Select(site.Input)];
        Graph body;
        // A carried value may change its sizes from turn to turn; those that do are open.
        for (int round = 0; ; round++)
        {
            body = Subgraphs.With(site, "body", [new(ElementType.Int64, Shape.Scalar), new(ElementType.Boolean, Shape.Scalar), .. values, .. outer]);
            if (body.Outputs.Length < 1 + carried || body.Outputs[0].Fact.Type != ElementType.Boolean) { throw site.Refuse($"its body gives [{string.Join(", ", body.Outputs)}]; expected a condition and {carried} carried values"); }
            TensorFact[] next = [.. values.Select((value, i) => Subgraphs.Either(site, value, body.Outputs[1 + i].Fact))];
            if (next.SequenceEqual(values)) { break; }
            values = round < 3 ? next : [.. next.Select(value => value.Opened())];
        }
        return [.. values, .. body.Outputs.Skip(1 + carried).Select(scanned => scanned.Fact with { Dimensions = [Dimension.Unknown, .. scanned.Fact.Dimensions] })];
    }

    public ImmutableArray<Tensor> Evaluate(Node node, ImmutableArray<Tensor?> inputs)
    {
        using ExecutionPlan plan = ExecutionPlan.Bind(node.Attributes.GraphValue("body")!);
        return Run(node, plan, inputs);
    }

    public Step Bind(BindSite site)
    {
        int captured = Subgraphs.CapturedCount(site.Node), carried = site.Node.Inputs.Length - 2 - captured;
        Graph body = site.Node.Attributes.GraphValue("body")!;
        // An output that nobody reads has no fact; its value may then have any size.
        IEnumerable<TensorFact> values = Enumerable.Range(0, carried).Select(i => site.Node.Outputs[i].Length > 0 ? site.Outputs[i] : body.Inputs[2 + i].Fact.Opened());
        IEnumerable<TensorFact> facts = [new(ElementType.Int64, Shape.Scalar), new(ElementType.Boolean, Shape.Scalar), .. values, .. site.Inputs.Skip(2 + carried).Select(fact => fact!)];
        return new LoopStep(site.Node, Subgraphs.Bind(body, site, facts));
    }

    private static ImmutableArray<Tensor> Run(Node node, ExecutionPlan plan, ImmutableArray<Tensor?> inputs)
    {
        int captured = Subgraphs.CapturedCount(node), carried = inputs.Length - 2 - captured, scanned = plan.Graph.Outputs.Length - 1 - carried;
        long most = inputs[0] is { } turns ? turns.AsSpan<long>()[0] : long.MaxValue;
        bool goesOn = inputs[1] is not { } condition || condition.Bytes[0] != 0;
        ImmutableArray<Tensor> values = [.. inputs.Skip(2).Take(carried).Select(value => value!)], outer = [.. inputs.Skip(2 + carried).Select(value => value!)];
        List<Tensor>[] stacks = [.. Enumerable.Range(0, scanned).Select(_ => new List<Tensor>())];
        long stacked = 0;
        for (long turn = 0; goesOn && turn < most; turn++)
        {
            if (turn == MostTurns) { throw new QuantizationException($"{node} has not ended after {MostTurns} turns; expected fewer. Check the condition of its body."); }
            ImmutableArray<Tensor> results = plan.Run([Tensor.Scalar(turn), new Tensor(ElementType.Boolean, Shape.Scalar, [1]), .. values, .. outer]);
            goesOn = results[0].Bytes[0] != 0;
            values = [.. results.Skip(1).Take(carried)];
            for (int i = 0; i < scanned; i++) { stacks[i].Add(results[1 + carried + i]); }
            stacked += results.Skip(1 + carried).Sum(result => (long)result.Bytes.Length);
            if (stacked > Subgraphs.MostStacked) { throw Subgraphs.StackedTooMuch(node, turn + 1); }
        }
        return [.. values, .. stacks.Select((stack, i) => Stack(node, stack, plan.Graph.Outputs[1 + carried + i].Fact))];
    }

    private static Tensor Stack(Node node, List<Tensor> turns, TensorFact fact)
    {
        if (turns.Count == 0) { return new Tensor(fact.Type, new Shape([0, .. fact.Dimensions.Select(size => size.Size ?? 0)])); }
        if (turns.Any(turn => turn.Shape != turns[0].Shape)) { throw new QuantizationException($"{node} scans values of shapes {string.Join(", ", turns.Select(turn => turn.Shape).Distinct().Take(3))}; expected one shape in every turn."); }
        byte[] bytes = new byte[turns[0].Bytes.Length * turns.Count];
        for (int i = 0; i < turns.Count; i++) { turns[i].Bytes.CopyTo(bytes.AsSpan(i * turns[0].Bytes.Length)); }
        return new Tensor(fact.Type, new Shape([turns.Count, .. turns[0].Shape.Sizes]), bytes);
    }

    private sealed class LoopStep(Node node, ExecutionPlan body) : ValueStep
    {
        public override ImmutableArray<Tensor> Compute(ImmutableArray<Tensor?> inputs) => Loop.Run(node, body, inputs);
    }
}
