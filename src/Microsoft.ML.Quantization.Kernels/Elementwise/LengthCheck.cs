using System.Runtime.CompilerServices;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Spans that must hold as many elements as the work needs, checked before any pointer is taken.</summary>
internal static class LengthCheck
{
    /// <exception cref="QuantizationException">The span is shorter than expected.</exception>
    public static void AtLeast(long found, long expected, [CallerArgumentExpression(nameof(found))] string what = "")
    {
        if (found < expected) { throw new QuantizationException($"{what} is {found}; expected at least {expected} for these sizes."); }
    }

    /// <exception cref="QuantizationException">A number of something is negative.</exception>
    public static void NotNegative(int found, [CallerArgumentExpression(nameof(found))] string what = "")
    {
        if (found < 0) { throw new QuantizationException($"{what} is {found}; expected 0 or more."); }
    }
}
