using Microsoft.ML.Quantization.Kernels.Functional;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Kernels.Tests.Functional;

[TestClass]
[TestCategory("Engine")]
public sealed class PoolFunctionSpec
{
    private static readonly QuantizedTensor s_image = RandomTensors.Of(new Random(31), ElementType.QUInt8, 0.05, 77, 2, 5, 7, 9);

    [TestMethod]
    public void The_divisor_is_obeyed_on_every_engine()
    {
        // PyTorch's QNNPACK ignores it.
        foreach (Engine engine in EnginesUnderTest.All)
        {
            QuantizedTensor sums = AveragePools.AvgPool2d(s_image, [2, 3], [1], [1], ceilMode: true, divisorOverride: 1, engine: engine);
            QuantizedTensor plain = AveragePools.AvgPool2d(s_image, [2, 3], divisorOverride: 6, engine: engine);
            QuantizedCodes.AssertNear(AveragePools.AvgPool2d(s_image, [2, 3], engine: engine).Ints(), plain.Ints(), allowed: 1);
            int[] codes = s_image.Ints();
            int corner = codes[0] + codes[1] - 2 * 77;
            Assert.AreEqual(Math.Clamp(corner + 77, 0, 255), sums.Ints()[0]);
        }
    }

    [TestMethod]
    public void Padding_counts_only_when_asked()
    {
        QuantizedTensor ones = QuantizedTensor.QuantizePerTensor(Tensor.Create<float>([4, 4, 4, 4], new(1, 1, 2, 2)), 0.5, 10, ElementType.QUInt8);
        CollectionAssert.AreEqual(new[] { 18, 18, 18, 18 }, AveragePools.AvgPool2d(ones, [2], padding: [1], countIncludePad: false).Ints());
        CollectionAssert.AreEqual(new[] { 12, 12, 12, 12 }, AveragePools.AvgPool2d(ones, [2], padding: [1]).Ints());
    }

    [TestMethod]
    public void A_batch_may_be_left_out()
    {
        CollectionAssert.AreEqual(MaxPools.MaxPool2d(s_image, [3], [2], [1]).Select(0, 1).Ints(), MaxPools.MaxPool2d(s_image.Select(0, 1), [3], [2], [1]).Ints());
        CollectionAssert.AreEqual(AdaptiveAveragePools.AdaptiveAvgPool2d(s_image, [3, null]).Select(0, 1).Ints(), AdaptiveAveragePools.AdaptiveAvgPool2d(s_image.Select(0, 1), [3, 9]).Ints());
    }

    [TestMethod]
    public void Each_rank_is_the_one_above_it_with_an_axis_of_one()
    {
        QuantizedTensor line = s_image.View(2, 5, 63), flat = s_image.View(2, 5, 1, 63), deep = s_image.View(2, 5, 1, 1, 63);
        CollectionAssert.AreEqual(MaxPools.MaxPool1d(line, [3], [2], [1], [2]).Ints(), MaxPools.MaxPool3d(deep, [1, 1, 3], [1, 1, 2], [0, 0, 1], [1, 1, 2]).Ints());
        CollectionAssert.AreEqual(AveragePools.AvgPool1d(line, [3]).Ints(), AveragePools.AvgPool2d(flat, [1, 3]).Ints());
        CollectionAssert.AreEqual(AveragePools.AvgPool1d(line, [3]).Ints(), AveragePools.AvgPool3d(deep, [1, 1, 3]).Ints());
        CollectionAssert.AreEqual(AdaptiveAveragePools.AdaptiveAvgPool1d(line, [5]).Ints(), AdaptiveAveragePools.AdaptiveAvgPool3d(deep, [1, 1, 5]).Ints());
    }

    [TestMethod]
    public void Every_engine_gives_the_same_means()
    {
        QuantizedTensor signed = RandomTensors.Of(new Random(32), ElementType.QInt8, 0.05, -100, 3, 37, 8, 8);
        int[] pooled = AveragePools.AvgPool2d(signed, [3], padding: [1]).Ints(), adapted = AdaptiveAveragePools.AdaptiveAvgPool2d(signed, [3, 5]).Ints();
        foreach (Engine engine in EnginesUnderTest.All)
        {
            CollectionAssert.AreEqual(pooled, AveragePools.AvgPool2d(signed, [3], padding: [1], engine: engine).Ints(), engine.Name);
            CollectionAssert.AreEqual(adapted, AdaptiveAveragePools.AdaptiveAvgPool2d(signed, [3, 5], engine).Ints(), engine.Name);
        }
    }

    [TestMethod]
    public void Resizing_to_the_same_size_copies()
    {
        foreach (InterpolationMode mode in Enum.GetValues<InterpolationMode>()) { CollectionAssert.AreEqual(s_image.Ints(), Interpolations.Interpolate(s_image, [7, 9], mode).Ints()); }
        Assert.AreEqual(new Shape(2, 5, 14, 18), Interpolations.InterpolateBy(s_image, [2.0]).Shape);
    }

    [TestMethod]
    public void Aligned_corners_keep_the_corners()
    {
        QuantizedTensor y = Interpolations.Interpolate(s_image, [13, 17], InterpolationMode.Bilinear, alignCorners: true);
        Assert.AreEqual(s_image.Ints()[^1], y.Ints()[^1]);
        Assert.AreEqual(s_image.Ints()[0], y.Ints()[0]);
    }

    [TestMethod]
    public void Pads_cut_off_when_negative_and_reflect_without_the_edge()
    {
        QuantizedTensor row = QuantizedTensor.MakePerTensorQuantized(Tensor.Create<byte>([1, 2, 3, 4], new(1, 4)), 0.5, 1);
        CollectionAssert.AreEqual(new[] { 2, 3, 4, 7, 7 }, Paddings.Constant(row, [-1, 2], 3f).Ints());
        CollectionAssert.AreEqual(new[] { 3, 2, 1, 2, 3, 4, 3 }, Paddings.Reflect(row, [2, 1]).Ints());
    }

    [TestMethod]
    public void Shuffling_back_restores_the_channels()
    {
        QuantizedTensor x = RandomTensors.Of(new Random(33), ElementType.QInt8, 0.1, 0, 2, 6, 3);
        CollectionAssert.AreEqual(new[] { 0, 3, 1, 4, 2, 5 }, ChannelShuffles.ChannelShuffle(QuantizedTensor.MakePerTensorQuantized(Tensor.Create<byte>([0, 1, 2, 3, 4, 5], new(1, 6, 1)), 1, 0), 2).Ints());
        CollectionAssert.AreEqual(x.Ints(), ChannelShuffles.ChannelShuffle(ChannelShuffles.ChannelShuffle(x, 2), 3).Ints());
    }
}
