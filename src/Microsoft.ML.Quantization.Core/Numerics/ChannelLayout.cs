namespace Microsoft.ML.Quantization.Numerics;

/// <summary>A row-major tensor seen from one axis: <c>[Outer, Channels, Inner]</c>, element <c>(o · Channels + c) · Inner + i</c>.</summary>
/// <param name="Outer">Product of the sizes before the axis.</param>
/// <param name="Channels">Size of the axis.</param>
/// <param name="Inner">Product of the sizes after the axis.</param>
public readonly record struct ChannelLayout(int Outer, int Channels, int Inner)
{
    /// <summary>The layout of <paramref name="shape"/> around <paramref name="axis"/>, counted from the end when negative.</summary>
    /// <exception cref="QuantizationException">The shape has no such axis.</exception>
    public static ChannelLayout Of(Shape shape, int axis)
    {
        int at = NormalizeAxis(shape, axis);
        (int outer, int inner) = (1, 1);
        for (int i = 0; i < shape.Rank; i++)
        {
            if (i < at) { outer *= shape[i]; }
            if (i > at) { inner *= shape[i]; }
        }
        return new(outer, shape[at], inner);
    }

    /// <summary>The axis counted from the front.</summary>
    /// <exception cref="QuantizationException">The shape has no such axis.</exception>
    public static int NormalizeAxis(Shape shape, int axis)
    {
        int at = axis < 0 ? axis + shape.Rank : axis;
        return at >= 0 && at < shape.Rank ? at : throw new QuantizationException($"The channel axis is {axis} but the tensor has shape {shape}; expected an axis from {-shape.Rank} to {shape.Rank - 1}.");
    }
}
