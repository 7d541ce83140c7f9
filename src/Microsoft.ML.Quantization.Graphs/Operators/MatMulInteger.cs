using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>A product of matrices of codes to 32-bit sums: Σ (a − a_zero_point) · (b − b_zero_point). ONNX MatMulInteger, opset 10 to 22.</summary>
internal sealed class MatMulInteger : IOperator
{
    public OperatorSchema Schema { get; } = new("MatMulInteger", 10, 2, 4);

    public OperatorTraits Traits { get; } = new() { IsSetting = static _ => true };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact a = site.Input(0, ElementType.UInt8, ElementType.Int8).WithRank(site, 0, 1, int.MaxValue), b = site.Input(1, ElementType.UInt8, ElementType.Int8).WithRank(site, 1, 1, int.MaxValue);
        if (site.OptionalInput(2) is not null) { IntegerMatrixProduct.CheckZeroPoints(site, 2, a.Type, a.Rank > 1 ? a.Dimensions[^2] : 1, "row of A"); }
        if (site.OptionalInput(3) is not null) { IntegerMatrixProduct.CheckZeroPoints(site, 3, b.Type, b.Rank > 1 ? b.Dimensions[^1] : 1, "column of B"); }
        return [new(ElementType.Int32, IntegerMatrixProduct.Infer(site, a, b))];
    }

    public void Forward(StepCall call) => IntegerMatrixProduct.Run(call, 1, 2, 3, (i, sum, _, _) => call.Output<int>(0)[i] = sum);
}
