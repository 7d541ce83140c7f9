namespace Microsoft.ML.Quantization.Kernels.Functional;

/// <summary>Operands stretched to the <see cref="Shape.Broadcast">shape of a result</see>.</summary>
internal static class Broadcast
{
    /// <summary>The codes of an operand, repeated to the shape of the result.</summary>
    public static ReadOnlySpan<byte> Bytes(QuantizedTensor operand, Shape result) =>
        ByteTensors.Read(operand.Shape == result ? operand : operand.Expand(result.Sizes.AsSpan()));
}
