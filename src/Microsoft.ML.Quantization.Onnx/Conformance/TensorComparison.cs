using System.Globalization;

namespace Microsoft.ML.Quantization.Onnx;

/// <summary>Compares what a model gave with what a backend test expects.</summary>
internal static class TensorComparison
{
    private const double Relative = 1e-3;
    private const double Absolute = 1e-5;

    /// <summary>The first difference, or null: |actual − expected| ≤ 1e-5 + 1e-3 · |expected| for floats, the same bytes for all others.</summary>
    public static string? Difference(Tensor actual, Tensor expected)
    {
        if (actual.Type != expected.Type || actual.Shape != expected.Shape) { return $"{actual}; expected {expected}"; }
        switch (actual.Type)
        {
            case ElementType.Float32: return Reals(actual.AsSpan<float>(), expected.AsSpan<float>());
            case ElementType.Float64: return Reals(actual.AsSpan<double>(), expected.AsSpan<double>());
            case ElementType.Float16: return Reals(actual.AsSpan<Half>(), expected.AsSpan<Half>());
            default:
                int at = actual.Bytes.CommonPrefixLength(expected.Bytes) / actual.Type.SizeInBytes();
                return at == actual.Length ? null : $"element {at} differs";
        }
    }

    private static string? Reals<T>(ReadOnlySpan<T> actual, ReadOnlySpan<T> expected) where T : System.Numerics.INumber<T>
    {
        for (int i = 0; i < actual.Length; i++)
        {
            double found = double.CreateTruncating(actual[i]), wanted = double.CreateTruncating(expected[i]);
            bool agrees = found.Equals(wanted) || found == wanted || Math.Abs(found - wanted) <= Absolute + Relative * Math.Abs(wanted);
            if (!agrees || (double.IsInfinity(wanted) && found != wanted)) { return string.Create(CultureInfo.InvariantCulture, $"element {i} is {found}; expected {wanted}"); }
        }
        return null;
    }
}
