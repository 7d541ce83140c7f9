using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// An operator whose output sizes depend on the elements of its inputs (<c>NonZero</c>, <c>If</c>): it returns tensors instead of filling
/// buffers. A plan with such an operator runs node by node, with shapes as they come.
/// </summary>
internal interface IValueOperator : IOperator
{
    /// <summary>The outputs for these inputs; null for one left out.</summary>
    /// <exception cref="QuantizationException">An input is out of bounds.</exception>
    ImmutableArray<Tensor> Evaluate(Node node, ImmutableArray<Tensor?> inputs);

    void IOperator.Forward(StepCall call) => throw new NotSupportedException($"{Schema.Name} has no buffers before it runs.");

    Step IOperator.Bind(BindSite site) => new EvaluateStep(this, site.Node);

    /// <summary>Evaluates the operator of a node.</summary>
    private sealed class EvaluateStep(IValueOperator op, Node node) : ValueStep
    {
        public override ImmutableArray<Tensor> Compute(ImmutableArray<Tensor?> inputs) => op.Evaluate(node, inputs);
    }
}
