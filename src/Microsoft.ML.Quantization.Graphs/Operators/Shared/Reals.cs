namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>Reads single numbers of inputs, whatever their type.</summary>
internal static class Reals
{
    /// <summary>An element as double; 64-bit integers may be rounded.</summary>
    public static double Read(StepCall call, int input, int index) => call.InputType(input) switch
    {
        ElementType.Float32 => call.Input<float>(input)[index],
        ElementType.Float64 => call.Input<double>(input)[index],
        ElementType.Float16 => (double)call.Input<Half>(input)[index],
        ElementType.Int64 => call.Input<long>(input)[index],
        ElementType.Int32 => call.Input<int>(input)[index],
        ElementType.Int16 => call.Input<short>(input)[index],
        ElementType.Int8 => call.Input<sbyte>(input)[index],
        ElementType.UInt64 => call.Input<ulong>(input)[index],
        ElementType.UInt32 => call.Input<uint>(input)[index],
        ElementType.UInt16 => call.Input<ushort>(input)[index],
        _ => call.Input<byte>(input)[index],
    };
}
