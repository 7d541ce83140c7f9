namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>Fills an output from an input that is read with strides: transposes, slices. Moves bytes, so it serves every element type.</summary>
internal static class StridedCopy
{
    /// <summary>Output element i is the input element at <paramref name="start"/> + Σ index[axis] · <paramref name="strides"/>[axis].</summary>
    public static void Run(StepCall call, int start, ReadOnlySpan<int> strides)
    {
        switch (call.InputType(0).SizeInBytes())
        {
            case 1: Run(call.Input<byte>(0), call.Output<byte>(0), call.OutputShape(0), start, strides); break;
            case 2: Run(call.Input<ushort>(0), call.Output<ushort>(0), call.OutputShape(0), start, strides); break;
            case 4: Run(call.Input<uint>(0), call.Output<uint>(0), call.OutputShape(0), start, strides); break;
            default: Run(call.Input<ulong>(0), call.Output<ulong>(0), call.OutputShape(0), start, strides); break;
        }
    }

    /// <summary>The same for an output seen with other axes than its own, of the same elements in the same order.</summary>
    public static void Run(StepCall call, int start, ReadOnlySpan<int> sizes, ReadOnlySpan<int> strides)
    {
        var shape = new Shape(sizes);
        switch (call.InputType(0).SizeInBytes())
        {
            case 1: Run(call.Input<byte>(0), call.Output<byte>(0), shape, start, strides); break;
            case 2: Run(call.Input<ushort>(0), call.Output<ushort>(0), shape, start, strides); break;
            case 4: Run(call.Input<uint>(0), call.Output<uint>(0), shape, start, strides); break;
            default: Run(call.Input<ulong>(0), call.Output<ulong>(0), shape, start, strides); break;
        }
    }

    private static void Run<T>(ReadOnlySpan<T> x, Span<T> y, Shape shape, int start, ReadOnlySpan<int> strides)
    {
        if (y.IsEmpty) { return; }
        if (shape.Rank == 0)
        {
            y[0] = x[start];
            return;
        }
        int row = shape[shape.Rank - 1], step = strides[^1];
        var walk = new StridedWalk(shape.Sizes.AsSpan(), strides, strides, stackalloc int[shape.Rank]);
        for (int target = 0; target < y.Length; target += row, walk.NextRow())
        {
            int source = start + walk.Left;
            if (step == 1) { x.Slice(source, row).CopyTo(y[target..]); }
            else { for (int i = 0; i < row; i++) { y[target + i] = x[source + i * step]; } }
        }
    }
}
