using System.Numerics.Tensors;

namespace Microsoft.ML.Quantization.Numerics;

/// <summary>Smallest and largest value of an array, vectorised; exact in any order of evaluation.</summary>
internal static class ValueRange
{
    /// <summary>The range of a non-empty array.</summary>
    /// <param name="values">At least one value.</param>
    /// <param name="user">Who asks, for the message.</param>
    /// <exception cref="QuantizationException">A value is NaN.</exception>
    public static (float Minimum, float Maximum) Of(ReadOnlySpan<float> values, string user)
    {
        // Both reductions return NaN when any element is NaN.
        float minimum = TensorPrimitives.Min(values);
        return float.IsNaN(minimum) ? throw NaN(values, user) : (minimum, TensorPrimitives.Max(values));
    }

    /// <summary>The refusal of a batch that holds NaN.</summary>
    public static QuantizationException NaN(ReadOnlySpan<float> values, string user)
    {
        int at = 0;
        while (!float.IsNaN(values[at])) { at++; }
        return new($"{user} was given NaN (element {at} of {values.Length}); expected numbers. Run the float model on the same batch and find the first operator that produces NaN.");
    }
}
