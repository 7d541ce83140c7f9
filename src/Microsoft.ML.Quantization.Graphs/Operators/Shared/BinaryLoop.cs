using System.Numerics;
using System.Runtime.InteropServices;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>One function over two row-major tensors with NumPy broadcasting.</summary>
internal static class BinaryLoop
{
    /// <summary>Copies of a repeated number that one call of a function reads, and the shortest row that is worth making them.</summary>
    private const int Copies = 128, ShortestRow = 8;

    /// <summary>Runs the inputs 0 and 1 of a call, of any supported element type; a fused activation clamps floats.</summary>
    public static void Run<TFunction>(StepCall call) where TFunction : IBinaryFunction
    {
        switch (call.InputType(0))
        {
            default: NumberTypes.Run(default(Numbers<TFunction>), call.InputType(0), call); break;
            case ElementType.Float32:
                if (call.InputShape(0) == call.InputShape(1)) { TFunction.Apply(call.Engine, call.Input<float>(0), call.Input<float>(1), call.Output<float>(0)); }
                else { Run<TFunction, float>(call); }
                (float low, float high) = call.Node.ActivationInterval;
                if (float.IsInfinity(low) && float.IsInfinity(high)) { break; }
                call.Engine.Clip(call.Output<float>(0), call.Output<float>(0), low, high);
                break;
        }
    }

    private static void Run<TFunction, T>(StepCall call) where TFunction : IBinaryFunction where T : unmanaged, INumber<T>
    {
        ReadOnlySpan<T> a = call.Input<T>(0), b = call.Input<T>(1);
        Span<T> y = call.Output<T>(0);
        Shape left = LayoutView.InMemory(call.InputShape(0), call.Layout), right = LayoutView.InMemory(call.InputShape(1), call.Layout), result = LayoutView.InMemory(call.OutputShape(0), call.Layout);
        if (left == right || result.Rank == 0)
        {
            for (int i = 0; i < y.Length; i++) { y[i] = TFunction.Value(a[i], b[i]); }
            return;
        }
        int[] strideA = Broadcasting.Strides(left, result), strideB = Broadcasting.Strides(right, result);
        int row = result[result.Rank - 1], stepA = strideA[^1], stepB = strideB[^1];
        var walk = new StridedWalk(result.Sizes.AsSpan(), strideA, strideB, stackalloc int[result.Rank]);
        Span<float> copies = stackalloc float[Copies];
        for (int target = 0; target < y.Length; target += row, walk.NextRow())
        {
            if (typeof(T) == typeof(float) && stepA == 1 && stepB == 1)
            {
                TFunction.Apply(call.Engine, MemoryMarshal.Cast<T, float>(a.Slice(walk.Left, row)), MemoryMarshal.Cast<T, float>(b.Slice(walk.Right, row)), MemoryMarshal.Cast<T, float>(y.Slice(target, row)));
                continue;
            }
            if (typeof(T) == typeof(float) && stepA + stepB == 1 && row >= ShortestRow)
            {
                ReadOnlySpan<float> rowA = MemoryMarshal.Cast<T, float>(a.Slice(walk.Left, stepA == 0 ? 1 : row)), rowB = MemoryMarshal.Cast<T, float>(b.Slice(walk.Right, stepB == 0 ? 1 : row));
                ApplyToOne<TFunction>(call, rowA, rowB, MemoryMarshal.Cast<T, float>(y.Slice(target, row)), copies[..Math.Min(Copies, row)]);
                continue;
            }
            for (int i = 0; i < row; i++) { y[target + i] = TFunction.Value(a[walk.Left + i * stepA], b[walk.Right + i * stepB]); }
        }
    }

    /// <summary>A row and one number that stands for a row as long.</summary>
    private static void ApplyToOne<TFunction>(StepCall call, ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> y, Span<float> copies) where TFunction : IBinaryFunction
    {
        bool leftIsOne = a.Length == 1;
        copies.Fill(leftIsOne ? a[0] : b[0]);
        for (int done = 0; done < y.Length; done += copies.Length)
        {
            int count = Math.Min(copies.Length, y.Length - done);
            TFunction.Apply(call.Engine, leftIsOne ? copies[..count] : a.Slice(done, count), leftIsOne ? b.Slice(done, count) : copies[..count], y.Slice(done, count));
        }
    }

    private readonly struct Numbers<TFunction> : INumberCall where TFunction : IBinaryFunction
    {
        void INumberCall.Run<T>(StepCall call) => BinaryLoop.Run<TFunction, T>(call);
    }
}
