using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Diagnostics;

/// <summary>Ratios of energies on a logarithmic scale.</summary>
internal static class Decibel
{
    private const double TensPerOctave = 0.30102999566398119521, TensPerNeper = 0.43429448190325182765;

    /// <summary><c>10 · log₁₀(signal / noise)</c>; +∞ without noise, −∞ without signal.</summary>
    /// <remarks>The exponent is split off first, so that <see cref="FloatMath.Log"/> sees a number from 1 to 2 and is exact to 10⁻⁶ dB on every processor.</remarks>
    public static double Ratio(double signal, double noise)
    {
        if (double.IsNaN(signal) || double.IsNaN(noise)) { return double.NaN; }
        if (noise == 0) { return double.PositiveInfinity; }
        return signal == 0 ? double.NegativeInfinity : 10 * (Log10(signal) - Log10(noise));
    }

    private static double Log10(double value)
    {
        if (double.IsInfinity(value)) { return value; }
        int exponent = Math.ILogB(value);
        return exponent * TensPerOctave + FloatMath.Log((float)Math.ScaleB(value, -exponent)) * TensPerNeper;
    }
}
