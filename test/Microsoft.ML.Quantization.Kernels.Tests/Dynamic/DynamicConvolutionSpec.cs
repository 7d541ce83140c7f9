namespace Microsoft.ML.Quantization.Kernels.Tests.Dynamic;

/// <summary>Which weights a dynamic convolution takes; what it computes is compared operator by operator in <c>DynamicQuantizationSpec</c>.</summary>
[TestClass]
public sealed class DynamicConvolutionSpec
{
    [TestMethod]
    public void Weights_are_accepted_where_they_are_int8_and_a_float_holds_every_sum()
    {
        // 1,024 · 128 · 128 = 2²⁴.
        Assert.IsTrue(DynamicConvolution.Accepts([.. Enumerable.Repeat((short)-128, 1024)], 1));
        Assert.IsFalse(DynamicConvolution.Accepts([.. Enumerable.Repeat((short)-128, 1025)], 1));
        Assert.IsFalse(DynamicConvolution.Accepts([128], 1));
        Assert.IsFalse(DynamicConvolution.Accepts([], 0));
    }

    [TestMethod]
    public void Other_weights_are_refused()
    {
        string message = Assert.ThrowsExactly<QuantizationException>(() => new DynamicConvolution(EngineList.Default, ConvolutionWindow.None, 1, 1, [200], [1f], [0f])).Message;
        StringAssert.Contains(message, "Found 1 weights, 1 scales and 1 biases; expected weights in int8 whose sums a float holds exactly");
    }
}
