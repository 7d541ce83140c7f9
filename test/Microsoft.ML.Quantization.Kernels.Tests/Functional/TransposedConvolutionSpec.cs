using Microsoft.ML.Quantization.Kernels.Functional;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Kernels.Tests.Functional;

[TestClass]
[TestCategory("Engine")]
public sealed class TransposedConvolutionSpec
{
    [TestMethod]
    public void Every_input_adds_its_window_on_every_engine()
    {
        var random = new Random(51);
        (int size, int kernel, int stride, int padding, int dilation, int groups) = (5, 3, 2, 1, 2, 2);
        QuantizedTensor x = RandomTensors.Of(random, ElementType.QInt8, 0.02, -9, 2, 4, size), weight = RandomTensors.Of(random, ElementType.QUInt8, 0.01, 3, 4, 3, kernel);
        Tensor bias = RandomTensors.Floats(random, 1, 6);
        ConvolutionSettings settings = new() { Strides = [stride], Padding = [padding], Dilations = [dilation], OutputPadding = [1], Groups = groups };
        QuantizedTensor y = TransposedConvolutions.ConvTranspose1d(x, weight, bias, 0.06, 10, settings, EngineList.Reference);
        int length = (size - 1) * stride + (kernel - 1) * dilation + 1 + 1 - 2 * padding;
        Assert.AreEqual(new Shape(2, 6, length), y.Shape);

        (float[] image, float[] taps) = (x.Dequantize().AsSpan<float>().ToArray(), weight.Dequantize().AsSpan<float>().ToArray());
        var sums = new float[y.Length];
        for (int i = 0; i < sums.Length; i++) { sums[i] = bias.AsSpan<float>()[i / length % 6]; }
        for (int i = 0; i < image.Length; i++)
        {
            (int at, int k, int n) = (i % size, i / size % 4, i / size / 4);
            for (int t = 0; t < 3 * kernel; t++)
            {
                (int channel, int target) = (k / 2 * 3 + t / kernel, at * stride - padding + t % kernel * dilation);
                if (target >= 0 && target < length) { sums[(n * 6 + channel) * length + target] += image[i] * taps[k * 3 * kernel + t]; }
            }
        }
        QuantizedCodes.AssertNear(QuantizedTensor.QuantizePerTensor(sums, 0.06, 10, ElementType.QInt8).Ints(), y.Ints(), allowed: 1);
        foreach (Engine engine in EnginesUnderTest.All)
        {
            CollectionAssert.AreEqual(y.Ints(), TransposedConvolutions.ConvTranspose1d(x, weight, bias, 0.06, 10, settings, engine).Ints(), engine.Name);
        }
    }

    [TestMethod]
    public void Each_rank_is_the_one_above_it_with_an_axis_of_one()
    {
        // PyTorch's QNNPACK computes three axes with the geometry of two.
        var random = new Random(53);
        QuantizedTensor x = RandomTensors.Of(random, ElementType.QUInt8, 0.02, 50, 2, 4, 5), weight = RandomTensors.Of(random, ElementType.QInt8, 0.01, 0, 4, 6, 3);
        ConvolutionSettings one = new() { Strides = [2], Padding = [1], OutputPadding = [1] }, two = new() { Strides = [1, 2], Padding = [0, 1], OutputPadding = [0, 1] },
            three = new() { Strides = [1, 1, 2], Padding = [0, 0, 1], OutputPadding = [0, 0, 1] };
        int[] line = TransposedConvolutions.ConvTranspose1d(x, weight, null, 0.1, 100, one).Ints();
        CollectionAssert.AreEqual(line, TransposedConvolutions.ConvTranspose2d(x.View(2, 4, 1, 5), weight.View(4, 6, 1, 3), null, 0.1, 100, two).Ints());
        CollectionAssert.AreEqual(line, TransposedConvolutions.ConvTranspose3d(x.View(2, 4, 1, 1, 5), weight.View(4, 6, 1, 1, 3), null, 0.1, 100, three).Ints());
    }

    [TestMethod]
    public void Groups_share_the_scales_of_their_output_channels()
    {
        var random = new Random(52);
        QuantizedTensor x = RandomTensors.Of(random, ElementType.QUInt8, 0.02, 90, 1, 4, 5, 5);
        Tensor codes = RandomTensors.Codes(random, ElementType.QInt8, 4, 2, 3, 3);
        double[] scales = [0.004, 0.011];
        ConvolutionSettings settings = new() { Groups = 2 };
        QuantizedTensor both = TransposedConvolutions.ConvTranspose2d(x, QuantizedTensor.MakePerChannelQuantized(codes, scales, [0, 0], 1), null, 0.1, 100, settings);
        for (int channel = 0; channel < 4; channel++)
        {
            QuantizedTensor one = TransposedConvolutions.ConvTranspose2d(x, QuantizedTensor.MakePerTensorQuantized(codes, scales[channel % 2], 0), null, 0.1, 100, settings);
            CollectionAssert.AreEqual(one.Select(1, channel).Ints(), both.Select(1, channel).Ints());
        }
    }
}
