namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>8-bit weights of a recurrent layer, [directions, depth, outputs], with a scale and a zero point for each direction or for each direction and output.</summary>
/// <param name="codes">uint8 or int8.</param>
/// <param name="scales">float32 [directions] or [directions, outputs].</param>
/// <param name="zeroPoints">Of the type of the codes and the shape of the scales.</param>
internal sealed class CodedWeights(Tensor codes, Tensor scales, Tensor zeroPoints)
{
    /// <summary>Length of a row of the input.</summary>
    public int Depth => codes.Shape[1];

    private int Outputs => codes.Shape[2];

    private bool IsPerOutput => scales.Shape.Rank == 2;

    /// <summary>Codes less their zero points, [outputs, depth].</summary>
    public short[] Centered(int direction)
    {
        var centered = new short[Outputs * Depth];
        for (int k = 0; k < Depth; k++)
        {
            for (int n = 0; n < Outputs; n++) { centered[n * Depth + k] = (short)(Code(codes, (direction * Depth + k) * Outputs + n) - Code(zeroPoints, IsPerOutput ? direction * Outputs + n : direction)); }
        }
        return centered;
    }

    /// <summary>The scales of some outputs: one, or one for each.</summary>
    public ReadOnlySpan<float> Scales(int direction, int first, int count) =>
        IsPerOutput ? scales.AsSpan<float>().Slice(direction * Outputs + first, count) : scales.AsSpan<float>().Slice(direction, 1);

    private static int Code(Tensor tensor, int at) => tensor.Type == ElementType.Int8 ? tensor.AsSpan<sbyte>()[at] : tensor.AsSpan<byte>()[at];
}
