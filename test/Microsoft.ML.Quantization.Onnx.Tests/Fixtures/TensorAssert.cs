namespace Microsoft.ML.Quantization.Onnx.Tests;

/// <summary>Equality of tensors, exact or within a tolerance.</summary>
internal static class TensorAssert
{
    public static void AreClose(Tensor expected, Tensor actual, float tolerance)
    {
        Assert.AreEqual(expected.ToString(), actual.ToString());
        ReadOnlySpan<float> e = expected.AsSpan<float>(), a = actual.AsSpan<float>();
        for (int i = 0; i < e.Length; i++)
        {
            if (!(MathF.Abs(e[i] - a[i]) <= tolerance)) { Assert.Fail($"element {i} is {a[i]:R}; expected {e[i]:R} within {tolerance}"); }
        }
    }

    public static void AreEqual(Tensor expected, Tensor actual)
    {
        Assert.AreEqual(expected.ToString(), actual.ToString());
        CollectionAssert.AreEqual(expected.Bytes.ToArray(), actual.Bytes.ToArray());
    }
}
