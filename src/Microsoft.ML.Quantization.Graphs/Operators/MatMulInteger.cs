using System.Collections.Immutable;
using System.Runtime.InteropServices;

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

    public Step Bind(BindSite site) => new SumsStep();

    /// <summary>The same sums by the engine's tiles.</summary>
    private sealed class SumsStep : Step
    {
        public override object Prepare(StepCall call)
        {
            Shape left = call.InputShape(0), right = call.InputShape(1);
            if (IsOneProduct(call)) { return (new int[1], new int[1]); }
            var a = new Shape(left.Rank > 2 ? left.Sizes.AsSpan()[..^2] : []);
            var b = new Shape(right.Rank > 2 ? right.Sizes.AsSpan()[..^2] : []);
            return BroadcastWalk.Offsets(a, b, new Shape(call.OutputShape(0).Sizes.AsSpan()[..Math.Max(a.Rank, b.Rank)]));
        }

        public override int ScratchBytes(StepCall call)
        {
            (int rows, int depth, int columns) = Sizes(call);
            return checked(CodeProduct.ScratchLength(rows, depth, columns) * sizeof(float));
        }

        public override void Run(StepCall call)
        {
            (int rows, int depth, int columns) = Sizes(call);
            (int[] left, int[] right) = ((int[], int[]))call.State!;
            for (int i = 0; i < left.Length; i++)
            {
                ReadOnlySpan<float> sums = CodeProduct.Run(call.Engine, CodeMatrix.Of(call, 0, 2, left[i] * rows * depth, rows * depth), CodeMatrix.Of(call, 1, 3, right[i] * depth * columns, depth * columns),
                    rows, depth, columns, MemoryMarshal.Cast<byte, float>(call.Scratch), out ReadOnlySpan<long> whole);
                CodeProduct.Store(sums, whole, call.Output<int>(0).Slice(i * rows * columns, rows * columns));
            }
        }

        private static (int Rows, int Depth, int Columns) Sizes(StepCall call)
        {
            Shape left = call.InputShape(0), right = call.InputShape(1);
            int rows = IsOneProduct(call) ? left.Count(0, left.Rank - 1) : left.Rank > 1 ? left[left.Rank - 2] : 1;
            return (rows, left[left.Rank - 1], right.Rank > 1 ? right[right.Rank - 1] : 1);
        }

        // Where rows do not differ in zero points, a stack of matrices times one matrix is one product.
        private static bool IsOneProduct(StepCall call) => call.InputShape(1).Rank <= 2 && (!call.HasInput(2) || call.InputShape(2).Length == 1);
    }
}
