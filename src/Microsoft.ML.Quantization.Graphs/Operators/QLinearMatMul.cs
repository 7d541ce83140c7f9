using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// A product of matrices of codes to codes: y = saturate(rne(Σ (a − za) · (b − zb) · sa · sb / sy) + zy). ONNX QLinearMatMul, opset 10 to 28.
/// </summary>
internal sealed class QLinearMatMul : IOperator
{
    public OperatorSchema Schema { get; } = new("QLinearMatMul", 10, 8, 8);

    public OperatorTraits Traits { get; } = new() { IsSetting = static _ => true };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact a = site.Input(0, ElementType.UInt8, ElementType.Int8).WithRank(site, 0, 1, int.MaxValue), b = site.Input(3, ElementType.UInt8, ElementType.Int8).WithRank(site, 3, 1, int.MaxValue);
        foreach (int scale in new[] { 1, 4, 6 }) { site.Float(scale).WithRank(site, scale, 0, 1); }
        site.Input(2, a.Type);
        site.Input(5, b.Type);
        return [new(site.Input(7, ElementType.UInt8, ElementType.Int8).Type, IntegerMatrixProduct.Infer(site, a, b))];
    }

    public void Forward(StepCall call) => IntegerMatrixProduct.Run(call, 3, 2, 5, (i, sum, row, column) =>
    {
        float factor = At(call, 1, row) * At(call, 4, column) / At(call, 6, row);
        call.Output<byte>(0)[i] = (byte)CodeReading.Requantize(sum, factor, CodeReading.ZeroPoint(call, 7, row), call.Outputs[0].Type);
    });

    private static float At(StepCall call, int input, int index) => call.Input<float>(input)[call.InputShape(input).Length == 1 ? 0 : index];
}
