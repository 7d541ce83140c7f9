namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>Reads indices that count from the end where they are negative.</summary>
internal static class Indices
{
    /// <summary>An element of an int64 or int32 input.</summary>
    public static long Read(StepCall call, int input, int at) => call.InputType(input) == ElementType.Int64 ? call.Input<long>(input)[at] : call.Input<int>(input)[at];

    /// <summary>An index into <paramref name="size"/> elements, counted from the front.</summary>
    /// <exception cref="QuantizationException">It is out of bounds.</exception>
    public static int Resolve(StepCall call, long index, int size) => index >= -size && index < size
        ? Axes.FromFront(index, size)
        : throw new QuantizationException($"{call.Node}: index {index} is outside {-size}..{size - 1}. Check the indices given to the model.");
}
