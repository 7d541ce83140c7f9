namespace Microsoft.ML.Quantization.Kernels.Tests.Functional;

/// <summary>
/// A value and a scale for which <c>round(x · (1 / s))</c> and <c>round(x / s)</c> differ: x is the float next to 2.5 · s, and the reciprocal's own
/// rounding carries the product over the tie. Found by search.
/// </summary>
internal static class BiasTie
{
    public static (float Value, float Scale) Found { get; } = Search();

    public static float Bias => Found.Value;

    public static float Scale => Found.Scale;

    private static (float, float) Search()
    {
        for (int i = 1; i < 10_000; i++)
        {
            float scale = i / 1000f, value = 2.5f * scale;
            foreach (float x in new[] { value, MathF.BitIncrement(value), MathF.BitDecrement(value) })
            {
                if (MathF.Round(x / scale, MidpointRounding.ToEven) != MathF.Round(x * (1f / scale), MidpointRounding.ToEven)) { return (x, scale); }
            }
        }
        throw new InvalidOperationException("No scale below 10 shows the difference.");
    }
}
