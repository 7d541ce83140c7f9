using System.Collections.Immutable;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Kernels.Tests;

[TestClass]
[TestCategory("Engine")]
public sealed class SpecificationErrors
{
    private static readonly Int8ConvolutionSpec s_product = new()
    {
        Window = ConvolutionWindow.None,
        InputChannels = 2,
        OutputChannels = 3,
        Weights = new sbyte[6],
        InputZeroPoint = 0,
        Output = new QuantizedOutput([1f, 1f, 1f], 0, 0, 255, false),
    };

    public static IEnumerable<object[]> Wrong =>
    [
        [s_product with { Weights = new sbyte[5] }, "Found 5 weights; expected 3 output channels x 1 taps x 2 input channels = 6."],
        [s_product with { Bias = new int[2] }, "Found 2 bias values; expected 3"],
        [s_product with { Groups = 2 }, "do not divide into 2 groups"],
        [s_product with { InputZeroPoint = 256 }, "The input zero point is 256; expected a code in 0..255"],
        [s_product with { Output = new QuantizedOutput([1f], 0, 0, 255, false) }, "Found 1 output multipliers; expected 3"],
        [s_product with { Output = new QuantizedOutput([1f, float.NaN, 1f], 0, 0, 255, false) }, "One of the output multipliers is NaN"],
        [s_product with { Output = new QuantizedOutput([1f, 1f, 1f], 0, 0, 255, true) }, "Codes are limited to 0..255; expected an ordered pair inside -128..127."],
        [s_product with { Output = new FloatOutput([1f, 1f, 1f], 1f, 0f) }, "The fused clip runs from 1 to 0"],
        [s_product with { Window = new([1], [1, 1], [1], [0], [0]) }, "1 kernel sizes, 2 strides"],
        [s_product with { Window = new([1], [0], [1], [0], [0]) }, "kernel 1, stride 0 and dilation 1"],
        [s_product with { Bias = new[] { 0, int.MaxValue, 0 }, Weights = new sbyte[] { 0, 0, 1, 0, 0, 0 } }, "Output channel 1 can reach 2147483902, which does not fit the 32-bit accumulator"],
    ];

    [TestMethod]
    [DynamicData(nameof(Wrong))]
    public void Every_engine_refuses_what_does_not_fit_and_says_why(Int8ConvolutionSpec spec, string message)
    {
        foreach (Engine engine in EnginesUnderTest.All)
        {
            QuantizationException problem = Assert.ThrowsExactly<QuantizationException>(() => engine.Bind(spec), engine.Name);
            StringAssert.Contains(problem.Message, message);
        }
    }

    [TestMethod]
    public void Buffers_too_small_for_the_batch_are_refused()
    {
        foreach (Engine engine in EnginesUnderTest.All)
        {
            BoundConvolution bound = engine.Bind(s_product);
            QuantizationException problem = Assert.ThrowsExactly<QuantizationException>(() => bound.Run(bound.Plan([], []), 2, new byte[4], new byte[5], null));
            StringAssert.Contains(problem.Message, "The buffers hold 4 input and 5 output bytes; this batch needs 4 and 6.");
        }
    }

    [TestMethod]
    public void Tables_of_another_convolution_are_refused()
    {
        foreach (Engine engine in EnginesUnderTest.All)
        {
            BoundConvolution bound = engine.Bind(s_product), other = engine.Bind(s_product);
            QuantizationException problem = Assert.ThrowsExactly<QuantizationException>(() => bound.Run(other.Plan([], []), 1, new byte[2 + Engine.ReadSlack], new byte[3], null));
            StringAssert.Contains(problem.Message, "planned by another convolution");
        }
    }

    [TestMethod]
    public void Running_does_not_allocate()
    {
        foreach (Engine engine in EnginesUnderTest.All)
        {
            BoundConvolution bound = engine.Bind(s_product);
            ConvolutionTables tables = bound.Plan([], []);
            byte[] input = new byte[40 + Engine.ReadSlack], output = new byte[60];
            for (int warm = 0; warm < 3; warm++) { bound.Run(tables, 20, input, output, null); }
            long before = GC.GetAllocatedBytesForCurrentThread();
            bound.Run(tables, 20, input, output, null);
            Assert.AreEqual(0, GC.GetAllocatedBytesForCurrentThread() - before, engine.Name);
        }
    }

    [TestMethod]
    public void Sizes_must_match_the_axes_of_the_window()
    {
        foreach (Engine engine in EnginesUnderTest.All)
        {
            BoundConvolution bound = engine.Bind(s_product);
            QuantizationException problem = Assert.ThrowsExactly<QuantizationException>(() => bound.Plan([3], [3]));
            StringAssert.Contains(problem.Message, "Found 1 input and 1 output sizes; expected 0 of each");
        }
    }

    [TestMethod]
    public void The_accumulator_proof_is_exact_at_the_edge()
    {
        // Largest sum: 255 · 1 + bias. One less fits, at the other end likewise with −255.
        foreach (int weight in new[] { 1, -1 })
        {
            int limit = weight > 0 ? int.MaxValue - 255 : int.MinValue + 255;
            Int8ConvolutionSpec spec = s_product with { OutputChannels = 1, InputChannels = 1, Weights = new[] { (sbyte)weight }, Output = new FloatOutput([1f]) };
            Assert.IsTrue(Int8Accumulator.Fits(spec with { Bias = new[] { limit } }, out string reason), reason);
            Assert.AreEqual("", reason);
            Assert.IsFalse(Int8Accumulator.Fits(spec with { Bias = new[] { limit + weight } }, out reason));
            StringAssert.Contains(reason, "Keep this node in float");
        }
    }
}
