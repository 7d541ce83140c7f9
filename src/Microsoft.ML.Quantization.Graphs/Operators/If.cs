using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>The outputs of <c>then_branch</c> where the condition is true, else those of <c>else_branch</c>. ONNX If, opset 9 to 22.</summary>
internal sealed class If : IValueOperator
{
    public OperatorSchema Schema { get; } = new("If", 9, 1, int.MaxValue, MaxOutputs: int.MaxValue);

    public OperatorTraits Traits { get; } = new() { IsSetting = static index => index == 0 };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        if (Axes.Product(site.Input(0, ElementType.Boolean).Dimensions) is not { Size: null or 1 }) { throw site.Refuse($"its condition is {site.Input(0)}; expected one truth value"); }
        IEnumerable<TensorFact> facts = Enumerable.Range(1, site.Node.Inputs.Length - 1).Select(site.Input);
        Graph then = Subgraphs.With(site, "then_branch", facts), otherwise = Subgraphs.With(site, "else_branch", facts);
        if (then.Outputs.Length != otherwise.Outputs.Length) { throw site.Refuse($"its branches have {then.Outputs.Length} and {otherwise.Outputs.Length} outputs; expected the same number"); }
        // A condition that is known decides, so that the other branch may have other axes.
        if (site.Constant(0) is { } condition) { return [.. (condition.Bytes[0] != 0 ? then : otherwise).Outputs.Select(output => output.Fact)]; }
        return [.. then.Outputs.Zip(otherwise.Outputs, (one, other) => Subgraphs.Either(site, one.Fact, other.Fact))];
    }

    public ImmutableArray<Tensor> Evaluate(Node node, ImmutableArray<Tensor?> inputs)
    {
        Graph branch = node.Attributes.GraphValue(inputs[0]!.Bytes[0] != 0 ? "then_branch" : "else_branch")!;
        using ExecutionPlan plan = ExecutionPlan.Bind(branch);
        return plan.Run([.. inputs.Skip(1).Select(input => input!)]);
    }

    public Step Bind(BindSite site)
    {
        TensorFact[] facts = [.. site.Inputs.Skip(1).Select(fact => fact!)];
        return new IfStep(
            Subgraphs.Bind(site.Node.Attributes.GraphValue("then_branch")!, site, facts),
            Subgraphs.Bind(site.Node.Attributes.GraphValue("else_branch")!, site, facts));
    }

    private sealed class IfStep(ExecutionPlan then, ExecutionPlan otherwise) : ValueStep
    {
        public override ImmutableArray<Tensor> Compute(ImmutableArray<Tensor?> inputs) =>
            (inputs[0]!.Bytes[0] != 0 ? then : otherwise).Run([.. inputs.Skip(1).Select(input => input!)]);
    }
}
