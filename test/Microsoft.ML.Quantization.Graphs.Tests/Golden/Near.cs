using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests.Golden;

/// <summary>Comparisons at the tolerances of the golden files.</summary>
internal static class Near
{
    /// <summary>Fails when an element differs by more than <paramref name="relative"/> of itself plus <paramref name="absolute"/>.</summary>
    public static void Floats(GoldenTensor expected, ReadOnlySpan<float> actual, double relative, double absolute, string what) =>
        Floats(expected.Floats, actual, relative, absolute, what);

    /// <summary>Fails when an element differs by more than <paramref name="relative"/> of itself plus <paramref name="absolute"/>.</summary>
    public static void Floats(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, double relative, double absolute, string what)
    {
        Assert.AreEqual(expected.Length, actual.Length, what + ": length");
        for (int i = 0; i < expected.Length; i++)
        {
            if (expected[i] == actual[i] || float.IsNaN(expected[i]) && float.IsNaN(actual[i])) { continue; }
            double allowed = relative * Math.Abs((double)expected[i]) + absolute;
            Assert.IsTrue(Math.Abs((double)expected[i] - actual[i]) <= allowed, $"{what}[{i}]: expected {expected[i]:R}, found {actual[i]:R}; allowed {allowed:G3} apart");
        }
    }

    /// <summary>Fails when the values differ by more than <paramref name="relative"/> of the largest expected one.</summary>
    public static void Magnitude(GoldenTensor expected, ReadOnlySpan<float> actual, double relative, string what) =>
        Floats(expected, actual, 0, relative * expected.Floats.Max(Math.Abs), what);

    /// <summary>Fails when a code differs by more than <paramref name="steps"/>.</summary>
    public static void Codes(GoldenTensor expected, ReadOnlySpan<byte> actual, int steps, string what)
    {
        int[] codes = expected.Ints;
        Assert.AreEqual(codes.Length, actual.Length, what + ": length");
        for (int i = 0; i < codes.Length; i++) { Assert.IsTrue(Math.Abs(codes[i] - actual[i]) <= steps, $"{what}[{i}]: expected code {codes[i]}, found {actual[i]}; allowed {steps} apart"); }
    }
}
