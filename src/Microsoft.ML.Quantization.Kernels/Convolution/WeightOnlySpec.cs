namespace Microsoft.ML.Quantization.Kernels;

/// <summary>
/// A matrix product of floats with weights that stay small integers: <c>w[n, k] = float32(float32(Codes[n, k] − z) · s)</c> with the scale s and zero point z
/// of output n and block k / BlockSize, then as <see cref="FloatConvolutionSpec"/>:
/// <c>acc = +0; for k ascending: acc = fma(x[m, k], w[n, k], acc); y = clamp(acc + Bias[n], Minimum, Maximum)</c>. The bits are those of the product with the floats
/// w; an engine chooses where and when it makes them.
/// </summary>
public sealed record WeightOnlySpec
{
    /// <summary>Length of a row, 1 or more.</summary>
    public required int Depth { get; init; }

    /// <summary>Length of a row of results, 1 or more.</summary>
    public required int Outputs { get; init; }

    /// <summary>Bits of a code: 8 or 4.</summary>
    public int Bits { get; init; } = 8;

    /// <summary>Neighbouring weights of one output that share a scale; divides <see cref="Depth"/>.</summary>
    public required int BlockSize { get; init; }

    /// <summary>Codes [Outputs, Depth], one in a byte: 0..255 or 0..15.</summary>
    public required ReadOnlyMemory<byte> Codes { get; init; }

    /// <summary>Scales [Outputs, Depth / BlockSize]; any float32.</summary>
    public required ReadOnlyMemory<float> Scales { get; init; }

    /// <summary>Zero points [Outputs, Depth / BlockSize], each a code; empty for the middle code 128 or 8.</summary>
    public ReadOnlyMemory<byte> ZeroPoints { get; init; }

    /// <summary>Bias [Outputs]; empty for none, which adds +0.</summary>
    public ReadOnlyMemory<float> Bias { get; init; }

    /// <summary>Lower end of a fused clip (0 for ReLU); negative infinity for none.</summary>
    public float Minimum { get; init; } = float.NegativeInfinity;

    /// <summary>Upper end of a fused clip; positive infinity for none.</summary>
    public float Maximum { get; init; } = float.PositiveInfinity;

    /// <summary>Blocks of a row.</summary>
    internal int Blocks => Depth / BlockSize;

    /// <summary>Zero point of a block that has none of its own.</summary>
    internal int MiddleCode => 1 << (Bits - 1);

    /// <summary>The product as one of floats, with weights that come from elsewhere.</summary>
    internal FloatConvolutionSpec Product() => new()
    {
        Window = ConvolutionWindow.None,
        InputChannels = Depth,
        OutputChannels = Outputs,
        Weights = default,
        Bias = Bias,
        Minimum = Minimum,
        Maximum = Maximum,
    };
}
