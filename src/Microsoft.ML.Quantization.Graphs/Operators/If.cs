using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>The outputs of <c>then_branch</c> where the condition is true, else those of <c>else_branch</c>. ONNX If, opset 9 to 28.</summary>
/// <remarks>
/// The branches may give different numbers of axes. Which of them it will be is settled by the condition, which hangs on sizes as a rule;
/// until the sizes are known, the first branch is assumed.
/// </remarks>
internal sealed class If : IValueOperator
{
    /// <summary>The attribute of the branch taken where the condition holds.</summary>
    public const string Then = "then_branch";

    /// <summary>The attribute of the other branch.</summary>
    public const string Else = "else_branch";

    public OperatorSchema Schema { get; } = new("If", 9, 1, int.MaxValue, MaxOutputs: int.MaxValue);

    public OperatorTraits Traits { get; } = new() { IsSetting = static index => index == 0 };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        if (Axes.Product(site.Input(0, ElementType.Boolean).Dimensions) is not { Size: null or 1 }) { throw site.Refuse($"its condition is {site.Input(0)}; expected one truth value"); }
        foreach (string branch in (string[])[Then, Else])
        {
            if (site.Attributes.GraphValue(branch) is null) { throw site.Refuse($"its {branch} is missing; expected a graph for either answer"); }
        }
        TensorFact[] facts = [.. Enumerable.Range(1, site.Node.Inputs.Length - 1).Select(site.Input)];
        // A condition that is known decides, so that the other branch may have other axes, or none that fit.
        if (site.Constant(0) is { } condition) { return Facts(Subgraphs.With(site, condition.Bytes[0] != 0 ? Then : Else, facts)); }
        Graph? then = TryBranch(site, Then, facts, out QuantizationException? reason), otherwise = TryBranch(site, Else, facts, out _);
        if (then is null || otherwise is null)
        {
            // A branch for other sizes, as the 8 kHz half of a detector that is given a window of 16 kHz: it must not be taken then.
            if (then is null && otherwise is null) { throw reason!; }
            site.IsAssumption = true;
            return Facts((then ?? otherwise)!);
        }
        if (then.Outputs.Length != otherwise.Outputs.Length) { throw site.Refuse($"its branches have {then.Outputs.Length} and {otherwise.Outputs.Length} outputs; expected the same number"); }
        if (then.Outputs.Zip(otherwise.Outputs).Any(pair => pair.First.Fact.Rank != pair.Second.Fact.Rank))
        {
            // As PyTorch exports squeeze(x, axis): with the axis taken out where its size is 1, with x as it is otherwise.
            site.IsAssumption = true;
            return [.. then.Outputs.Zip(otherwise.Outputs, (one, other) => one.Fact.Rank == other.Fact.Rank ? Subgraphs.Either(site, one.Fact, other.Fact) : Assumed(site, one.Fact, other.Fact))];
        }
        return [.. then.Outputs.Zip(otherwise.Outputs, (one, other) => Subgraphs.Either(site, one.Fact, other.Fact))];
    }

    public ImmutableArray<Tensor> Evaluate(Node node, ImmutableArray<Tensor?> inputs)
    {
        Graph branch = node.Attributes.GraphValue(inputs[0]!.Bytes[0] != 0 ? Then : Else)!;
        using ExecutionPlan plan = ExecutionPlan.Bind(branch);
        return plan.Run([.. inputs.Skip(1).Select(input => input!)]);
    }

    // A branch is bound when it is taken first: the other one's weights need no room, and its shapes need not fit.
    public Step Bind(BindSite site)
    {
        TensorFact[] facts = [.. site.Inputs.Skip(1).Select(fact => fact!)];
        return new IfStep(site.Node, new(() => Subgraphs.Bind(site.Node.Attributes.GraphValue(Then)!, site, facts)), new(() => Subgraphs.Bind(site.Node.Attributes.GraphValue(Else)!, site, facts)));
    }

    /// <summary>A branch with these facts of its inputs; null, with the reason, when it cannot be run on such values.</summary>
    public static Graph? TryBranch(InferenceSite site, string branch, TensorFact[] facts, out QuantizationException? reason)
    {
        try
        {
            reason = null;
            return Subgraphs.With(site, branch, facts);
        }
        catch (QuantizationException refusal) when (refusal is not UnsupportedOperatorException)
        {
            reason = refusal;
            return null;
        }
    }

    private static ImmutableArray<TensorFact> Facts(Graph branch) => [.. branch.Outputs.Select(output => output.Fact)];

    private static TensorFact Assumed(InferenceSite site, TensorFact one, TensorFact other) => one.Type == other.Type
        ? one
        : throw site.Refuse($"an output is {one} or {other}; expected the same type");

    private sealed class IfStep(Node node, Lazy<ExecutionPlan> then, Lazy<ExecutionPlan> otherwise) : ValueStep
    {
        public override ImmutableArray<Tensor> Compute(ImmutableArray<Tensor?> inputs) => Compute(inputs, null);

        public override ImmutableArray<Tensor> Compute(ImmutableArray<Tensor?> inputs, IActivationTap? tap)
        {
            bool holds = inputs[0]!.Bytes[0] != 0;
            return (holds ? then : otherwise).Value.Run([.. inputs.Skip(1).Select(input => input!)], tap?.Enter(node, holds ? Then : Else));
        }
    }
}
