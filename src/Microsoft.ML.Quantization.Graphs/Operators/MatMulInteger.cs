using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>A product of matrices of codes to 32-bit sums: Σ (a − a_zero_point) · (b − b_zero_point). ONNX MatMulInteger, opset 10 to 28.</summary>
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

    public Step Bind(BindSite site) => SumsStep.Accepts(site) ? new SumsStep() : new ForwardStep(this, site.Node);

    /// <summary>The same sums by the engine's tiles, where each operand has one zero point.</summary>
    private sealed class SumsStep : Step
    {
        public static bool Accepts(BindSite site) => IsOne(site, 2) && IsOne(site, 3) && site.Inputs[0]!.Rank >= 2 && site.Inputs[1]!.Rank == 2;

        public override int ScratchBytes(StepCall call)
        {
            (int rows, int depth, int columns) = Sizes(call);
            return checked(CodeProduct.ScratchLength(rows, depth, columns) * sizeof(float));
        }

        public override void Run(StepCall call)
        {
            (int rows, int depth, int columns) = Sizes(call);
            ReadOnlySpan<float> sums = CodeProduct.Run(call.Engine, call.Input<byte>(0), Map(call, 0, 2), call.Input<byte>(1), Map(call, 1, 3), rows, depth, columns,
                MemoryMarshal.Cast<byte, float>(call.Scratch), out ReadOnlySpan<long> whole);
            Span<int> y = call.Output<int>(0);
            for (int i = 0; i < y.Length; i++) { y[i] = whole.IsEmpty ? (int)sums[i] : unchecked((int)whole[i]); }
        }

        private static CodeParameters Map(StepCall call, int codes, int zeroPoint) => CodeProduct.Centered(CodeReading.ZeroPoint(call, zeroPoint, 0), call.InputType(codes) == ElementType.Int8);

        private static (int Rows, int Depth, int Columns) Sizes(StepCall call)
        {
            Shape left = call.InputShape(0), right = call.InputShape(1);
            return (left.Count(0, left.Rank - 1), right[0], right[1]);
        }

        private static bool IsOne(BindSite site, int input) => !site.Node.HasInput(input) || Axes.Product(site.Inputs[input]!.Dimensions) is { Size: 1 };
    }
}
