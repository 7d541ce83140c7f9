namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>A computation on one row of floats.</summary>
internal delegate void RowCall(ReadOnlySpan<float> x, Span<float> y);

/// <summary>Visits a tensor along one axis: each line of elements is gathered, computed as a row and scattered.</summary>
internal static class AxisRows
{
    /// <summary>Runs <paramref name="row"/> on every line of input 0 along the attribute <c>axis</c>.</summary>
    public static void Run(StepCall call, long defaultAxis, RowCall row)
    {
        Shape shape = call.InputShape(0);
        ReadOnlySpan<float> x = call.Input<float>(0);
        Span<float> y = call.Output<float>(0);
        if (y.IsEmpty) { return; }
        int axis = Axes.FromFront(call.Attributes.Int("axis", defaultAxis), shape.Rank), length = shape[axis], inner = shape.Count(axis + 1, shape.Rank);
        float[] line = new float[length], result = new float[length];
        for (int i = 0; i < y.Length / length; i++)
        {
            int first = i / inner * length * inner + i % inner;
            for (int k = 0; k < length; k++) { line[k] = x[first + k * inner]; }
            row(line, result);
            for (int k = 0; k < length; k++) { y[first + k * inner] = result[k]; }
        }
    }
}
