namespace Microsoft.ML.Quantization.Numerics;

/// <summary>The integers a quantized tensor may hold, both ends included.</summary>
/// <param name="Minimum">Smallest code.</param>
/// <param name="Maximum">Largest code.</param>
public readonly record struct QuantizedRange(int Minimum, int Maximum)
{
    /// <summary>0..255, all codes of <c>quint8</c>.</summary>
    public static QuantizedRange UInt8 { get; } = new(0, 255);

    /// <summary>−128..127, all codes of <c>qint8</c>.</summary>
    public static QuantizedRange Int8 { get; } = new(-128, 127);

    /// <summary>Number of integer steps from end to end: <c>Maximum − Minimum</c>.</summary>
    public long Steps => (long)Maximum - Minimum;

    /// <summary>Whether <paramref name="code"/> lies inside.</summary>
    public bool Contains(int code) => code >= Minimum && code <= Maximum;

    /// <summary>The nearest code inside.</summary>
    public int Clamp(long code) => (int)Math.Clamp(code, Minimum, Maximum);

    /// <summary>As <c>0..255</c>.</summary>
    public override string ToString() => $"{Minimum}..{Maximum}";
}
