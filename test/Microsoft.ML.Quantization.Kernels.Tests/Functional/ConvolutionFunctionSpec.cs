using Microsoft.ML.Quantization.Kernels.Functional;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Kernels.Tests.Functional;

[TestClass]
[TestCategory("Engine")]
public sealed class ConvolutionFunctionSpec
{
    /// <summary>Two axes; batch, groups, channels, sizes, kernel, strides, pads, dilations.</summary>
    public static IEnumerable<object[]> Shapes =>
    [
        ["plain", 2, 1, 3, 5, (7, 6), (3, 2), 1, 0, 1],
        ["padded", 1, 1, 4, 17, (9, 9), (3, 3), 2, 1, 1],
        ["dilated", 2, 2, 6, 4, (11, 8), (3, 3), 1, 2, 2],
        ["depthwise", 1, 8, 8, 8, (6, 6), (3, 3), 1, 1, 1],
        ["pointwise", 3, 1, 16, 33, (4, 5), (1, 1), 1, 0, 1],
    ];

    public static IEnumerable<object[]> WeightForms =>
        from type in new[] { ElementType.QInt8, ElementType.QUInt8 }
        from zeroPoint in type == ElementType.QInt8 ? new[] { 0, 3, -128, 127 } : [128, 0, 255]
        select new object[] { type, zeroPoint };

    [TestMethod]
    [DynamicData(nameof(Shapes))]
    public void A_convolution_is_the_float_convolution_of_its_reals_within_a_step_on_every_engine(
        string name, int batch, int groups, int inputs, int outputs, (int H, int W) size, (int H, int W) kernel, int stride, int padding, int dilation)
    {
        var random = new Random(name.Length);
        ConvolutionSettings settings = new() { Strides = [stride], Padding = [padding], Dilations = [dilation], Groups = groups };
        foreach (ElementType type in new[] { ElementType.QUInt8, ElementType.QInt8 })
        {
            QuantizedTensor x = RandomTensors.Of(random, type, 0.02, type == ElementType.QInt8 ? -7 : 93, batch, inputs, size.H, size.W);
            QuantizedTensor weight = PerChannelWeights(random, outputs, inputs / groups, kernel.H, kernel.W);
            Tensor bias = RandomTensors.Floats(random, 3, outputs);
            (double scale, int zeroPoint) = (0.11, type == ElementType.QInt8 ? 4 : 131);
            QuantizedTensor y = Convolutions.Conv2d(x, weight, bias, scale, zeroPoint, settings, engine: EngineList.Reference);

            Tensor reals = FloatConvolution(x, weight, bias, y.Shape, settings);
            QuantizedCodes.AssertNear(QuantizedTensor.QuantizePerTensor(reals, scale, zeroPoint, type).Ints(), y.Ints(), allowed: 1, name);
            foreach (Engine engine in EnginesUnderTest.All)
            {
                CollectionAssert.AreEqual(y.Ints(), Convolutions.Conv2d(x, weight, bias, scale, zeroPoint, settings, engine: engine).Ints(), engine.Name);
                int[] rectified = Convolutions.Conv2dRelu(x, weight, bias, scale, zeroPoint, settings, engine: engine).Ints();
                CollectionAssert.AreEqual(Array.ConvertAll(y.Ints(), code => Math.Max(code, zeroPoint)), rectified, engine.Name);
            }
        }
    }

    [TestMethod]
    [DynamicData(nameof(WeightForms))]
    public void Weights_may_have_any_type_and_zero_point(ElementType type, int zeroPoint)
    {
        var random = new Random(5);
        QuantizedTensor x = RandomTensors.Of(random, ElementType.QUInt8, 0.02, 50, 2, 6, 5, 5);
        QuantizedTensor weight = RandomTensors.Of(random, type, 0.01, zeroPoint, 4, 3, 3, 3);
        ConvolutionSettings settings = new() { Padding = [1], Groups = 2 };
        foreach (Engine engine in EnginesUnderTest.All)
        {
            QuantizedTensor y = Convolutions.Conv2d(x, weight, null, 0.4, 128, settings, engine: engine);
            QuantizedCodes.AssertNear(QuantizedTensor.QuantizePerTensor(FloatConvolution(x, weight, null, y.Shape, settings), 0.4, 128, ElementType.QUInt8).Ints(), y.Ints(), allowed: 1);
        }
    }

    [TestMethod]
    public void Each_rank_is_the_one_above_it_with_an_axis_of_one()
    {
        var random = new Random(11);
        QuantizedTensor x = RandomTensors.Of(random, ElementType.QUInt8, 0.02, 50, 2, 4, 9), weight = RandomTensors.Of(random, ElementType.QInt8, 0.01, 0, 6, 4, 3);
        ConvolutionSettings one = new() { Strides = [2], Padding = [1] }, two = new() { Strides = [1, 2], Padding = [0, 1] }, three = new() { Strides = [1, 1, 2], Padding = [0, 0, 1] };
        int[] line = Convolutions.Conv1d(x, weight, null, 0.1, 100, one).Ints();
        CollectionAssert.AreEqual(line, Convolutions.Conv2d(x.View(2, 4, 1, 9), weight.View(6, 4, 1, 3), null, 0.1, 100, two).Ints());
        CollectionAssert.AreEqual(line, Convolutions.Conv3d(x.View(2, 4, 1, 1, 9), weight.View(6, 4, 1, 1, 3), null, 0.1, 100, three).Ints());
    }

    [TestMethod]
    public void One_number_serves_every_axis_and_what_is_left_out_has_its_default()
    {
        // PyTorch 1.13 fails to lower a functional convolution that was called in either way.
        var random = new Random(13);
        QuantizedTensor x = RandomTensors.Of(random, ElementType.QUInt8, 0.02, 50, 2, 4, 9, 8), weight = RandomTensors.Of(random, ElementType.QInt8, 0.01, 0, 6, 4, 3, 2);
        CollectionAssert.AreEqual(
            Convolutions.Conv2d(x, weight, null, 0.1, 100, new() { Strides = [1, 1], Padding = [0, 0], Dilations = [1, 1] }).Ints(),
            Convolutions.Conv2d(x, weight, null, 0.1, 100).Ints());
        CollectionAssert.AreEqual(
            Convolutions.Conv2d(x, weight, null, 0.1, 100, new() { Strides = [2, 2], Padding = [1, 1], Dilations = [3, 3] }).Ints(),
            Convolutions.Conv2d(x, weight, null, 0.1, 100, new() { Strides = [2], Padding = [1], Dilations = [3] }).Ints());
    }

    [TestMethod]
    public void A_dynamic_convolution_is_not_squeezed_into_the_range_of_its_input()
    {
        // Inputs of 1 and taps of 1: the sum over 4 channels and 9 taps is 36. PyTorch returns 1, the largest input.
        var x = new Tensor(ElementType.Float32, new Shape(1, 4, 3, 3));
        x.AsSpan<float>().Fill(1f);
        var taps = new Tensor(ElementType.Float32, new Shape(1, 4, 3, 3));
        taps.AsSpan<float>().Fill(1f);
        Tensor y = DynamicFunctions.Conv(x, QuantizedTensor.QuantizePerTensor(taps, 1.0 / 64, 0, ElementType.QInt8));
        Assert.AreEqual(36f, y.AsSpan<float>()[0], 1e-4f);
    }

    [TestMethod]
    public void Same_keeps_the_size_with_the_odd_pad_behind()
    {
        var random = new Random(12);
        QuantizedTensor x = RandomTensors.Of(random, ElementType.QUInt8, 0.02, 50, 1, 2, 7), weight = RandomTensors.Of(random, ElementType.QInt8, 0.01, 0, 3, 2, 4);
        QuantizedTensor same = Convolutions.Conv1d(x, weight, null, 0.1, 100, new() { Same = true });
        Assert.AreEqual(new Shape(1, 3, 7), same.Shape);
        CollectionAssert.AreEqual(Convolutions.Conv1d(Paddings.Constant(x, [1, 2]), weight, null, 0.1, 100).Ints(), same.Ints());
    }

    [TestMethod]
    public void Reflected_padding_reads_the_mirrored_input()
    {
        var random = new Random(13);
        QuantizedTensor x = RandomTensors.Of(random, ElementType.QUInt8, 0.02, 50, 1, 2, 6, 5), weight = RandomTensors.Of(random, ElementType.QInt8, 0.01, 0, 3, 2, 3, 3);
        QuantizedTensor padded = Convolutions.Conv2d(x, weight, null, 0.1, 100, new() { Padding = [2, 1] }, PaddingMode.Reflect);
        CollectionAssert.AreEqual(Convolutions.Conv2d(Paddings.Reflect(x, [1, 1, 2, 2]), weight, null, 0.1, 100).Ints(), padded.Ints());
    }

    [TestMethod]
    public void The_two_conventions_for_a_bias_differ_where_a_quotient_is_close_to_a_tie()
    {
        QuantizedTensor x = RandomTensors.Of(new Random(14), ElementType.QUInt8, 1, 0, 1, 1), weight = QuantizedTensor.MakePerTensorQuantized(Tensor.Create<sbyte>([0], new(1, 1)), BiasTie.Scale, 0);
        int Code(Rounding rounding) => LinearProducts.Linear(x, weight, Tensor.Create(BiasTie.Bias), BiasTie.Scale, 0, rounding: rounding).Ints()[0];
        Assert.AreNotEqual(Code(Rounding.Divide), Code(Rounding.Reciprocal));
    }

    private static QuantizedTensor PerChannelWeights(Random random, int outputs, params int[] rest) => QuantizedTensor.MakePerChannelQuantized(
        RandomTensors.Codes(random, ElementType.QInt8, [outputs, .. rest]), [.. Enumerable.Range(1, outputs).Select(c => 0.002 + 0.0005 * c)], new int[outputs], 0);

    private static Tensor FloatConvolution(QuantizedTensor x, QuantizedTensor weight, Tensor? bias, Shape output, ConvolutionSettings settings)
    {
        var y = new Tensor(ElementType.Float32, output);
        Tensor image = x.Dequantize(), taps = weight.Dequantize();
        (int stride, int pad, int dilation) = (settings.Strides.FirstOrDefault(1), settings.Padding.FirstOrDefault(0), settings.Dilations.FirstOrDefault(1));
        int depth = weight.Shape[1], perGroup = output[1] / settings.Groups;
        for (int i = 0; i < y.Length; i++)
        {
            int column = i % output[3], row = i / output[3] % output[2], channel = i / output[3] / output[2] % output[1], image0 = i / output[3] / output[2] / output[1];
            double sum = bias?.AsSpan<float>()[channel] ?? 0;
            for (int t = 0; t < depth * weight.Shape[2] * weight.Shape[3]; t++)
            {
                int kx = t % weight.Shape[3], ky = t / weight.Shape[3] % weight.Shape[2], k = t / weight.Shape[3] / weight.Shape[2];
                int h = row * stride - pad + ky * dilation, w = column * stride - pad + kx * dilation;
                if (h < 0 || w < 0 || h >= x.Shape[2] || w >= x.Shape[3]) { continue; }
                int source = ((image0 * x.Shape[1] + channel / perGroup * depth + k) * x.Shape[2] + h) * x.Shape[3] + w;
                sum += (double)image.AsSpan<float>()[source] * taps.AsSpan<float>()[channel * depth * weight.Shape[2] * weight.Shape[3] + t];
            }
            y.AsSpan<float>()[i] = (float)sum;
        }
        return y;
    }
}
