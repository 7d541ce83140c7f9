using Microsoft.ML.Quantization.Kernels.Functional;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Kernels.Tests.Functional;

/// <summary>One input on which PyTorch's and ONNX's conventions give different codes, wherever a real becomes a code.</summary>
[TestClass]
[TestCategory("Engine")]
public sealed class RoundingSpec
{
    // float32(11.15f / 0.1f) is 111.49999; float32(1 / 0.1f) is exactly 10, and float32(11.15f · 10) exactly 111.5, which goes to the even 112.
    private const float Real = 11.15f, Scale = 0.1f;

    [TestMethod]
    [DataRow(Rounding.Divide, 111)]
    [DataRow(Rounding.Reciprocal, 112)]
    public void Quantizing_a_bias_and_a_sum_follow_the_convention_that_is_asked_for(Rounding rounding, int code)
    {
        Assert.AreEqual(code, new CodeMap(Scale, 0, QuantizedRange.UInt8, rounding).Code(Real), "quantize");
        CollectionAssert.AreEqual(new[] { code }, BiasQuantizer.Quantize([Real], Scale, [1f], rounding), "bias");

        // One step of scale 11.15 plus real 0 is exactly 11.15.
        QuantizedTensor real = QuantizedTensor.MakePerTensorQuantized(Tensor.Create<byte>(1), Real, 0), zero = QuantizedTensor.MakePerTensorQuantized(Tensor.Create<byte>(0), 1, 0);
        foreach (Engine engine in EnginesUnderTest.All)
        {
            CollectionAssert.AreEqual(new[] { code }, Arithmetic.Add(real, zero, Scale, 0, engine, rounding: rounding).Ints(), $"add, {engine.Name}");
        }
    }
}
