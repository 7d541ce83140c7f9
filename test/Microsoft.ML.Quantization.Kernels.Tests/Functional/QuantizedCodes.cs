namespace Microsoft.ML.Quantization.Kernels.Tests.Functional;

/// <summary>Codes of quantized tensors as integers, and how far they are from others.</summary>
internal static class QuantizedCodes
{
    /// <summary>The codes, whatever their type.</summary>
    public static int[] Ints(this QuantizedTensor tensor) => tensor.Type == ElementType.QInt8
        ? Array.ConvertAll(tensor.Codes().AsSpan<sbyte>().ToArray(), code => (int)code)
        : Array.ConvertAll(tensor.Codes().AsSpan<byte>().ToArray(), code => (int)code);

    /// <summary>Fails when a code is further away than allowed.</summary>
    /// <returns>The number of codes that differ.</returns>
    public static int AssertNear(int[] expected, int[] actual, int allowed, string what = "")
    {
        Assert.HasCount(expected.Length, actual);
        int differing = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            int distance = Math.Abs(expected[i] - actual[i]);
            Assert.IsTrue(distance <= allowed, $"{what} code {i} is {actual[i]}; expected {expected[i]} within {allowed}");
            differing += distance == 0 ? 0 : 1;
        }
        return differing;
    }
}
