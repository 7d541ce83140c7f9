using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Kernels.Tests.Functional;

/// <summary>Tensors of golden files as the library's own, and the comparisons that golden files ask for.</summary>
internal static class GoldenTensors
{
    /// <summary>The codes with their parameters, per tensor or per channel.</summary>
    public static QuantizedTensor Quantized(this GoldenTensor golden)
    {
        ElementType type = golden.Type switch { ElementType.UInt8 => ElementType.QUInt8, ElementType.Int8 => ElementType.QInt8, _ => ElementType.QInt32 };
        return QuantizedTensor.FromCodes(golden.ToTensor(), golden.IsPerChannel
            ? TensorQuantizer.PerChannel(golden.Scales, [.. golden.ZeroPoints.Select(z => (int)z)], golden.Axis, type)
            : TensorQuantizer.PerTensor(golden.Scale, golden.ZeroPoint, type));
    }

    /// <summary>An input that may be null.</summary>
    public static Tensor? Optional(this GoldenCase golden, string name) =>
        golden.Inputs.TryGetProperty(name, out var json) && GoldenTensor.IsTensor(json) ? GoldenCase.Tensor(json).ToTensor() : null;

    /// <summary>Symmetric qint8 weights of a matrix, as PyTorch's default weight observers quantize them.</summary>
    public static QuantizedTensor QuantizeWeight(Tensor weight, bool perChannel = false)
    {
        float[][] rows = perChannel ? [.. weight.AsSpan<float>().ToArray().Chunk(weight.Shape[1])] : [weight.AsSpan<float>().ToArray()];
        float[] minima = [.. rows.Select(row => row.Min())], maxima = [.. rows.Select(row => row.Max())];
        return QuantizedTensor.Quantize(weight, perChannel
            ? ParameterChooser.PerChannel(minima, maxima, 0, QScheme.PerChannelSymmetric, ElementType.QInt8, QuantizedRange.Int8)
            : ParameterChooser.PerTensor(minima[0], maxima[0], QScheme.PerTensorSymmetric, ElementType.QInt8, QuantizedRange.Int8));
    }

    /// <summary>The codes of a per-tensor tensor under another shape.</summary>
    public static QuantizedTensor Reshaped(this QuantizedTensor x, params int[] shape) => QuantizedTensor.FromCodes(x.Codes().Reshape(new Shape(shape)), x.Quantizer);

    /// <summary>Codes at most 1 apart, and at most the share <paramref name="allowed"/> of those compared differing at all; the parameters exactly.</summary>
    public static void AssertCodes(GoldenTensor expected, QuantizedTensor actual, double allowed, Func<int, bool>? skip = null)
    {
        Assert.AreEqual(expected.Shape, actual.Shape, "shape");
        Assert.AreEqual(expected.Scale, actual.QScale, "scale");
        Assert.AreEqual(expected.ZeroPoint, actual.QZeroPoint, "zero point");
        Assert.AreEqual(expected.Type, actual.Type.Storage(), "type");
        (int[] right, double[] found) = (expected.Ints, Doubles(actual.Codes()));
        (int compared, int different) = (0, 0);
        for (int i = 0; i < right.Length; i++)
        {
            if (skip?.Invoke(i) == true) { continue; }
            compared++;
            if (right[i] == found[i]) { continue; }
            different++;
            Assert.IsTrue(Math.Abs(right[i] - found[i]) <= 1, $"code {i}: expected {right[i]}, found {found[i]}");
        }
        Assert.IsTrue(different <= allowed * compared, $"{different} of {compared} codes differ by 1; allowed {allowed:P0}");
    }

    /// <summary>|expected − actual| ≤ absolute + relative · |expected| for each element, and equal shapes.</summary>
    public static void AssertNear(GoldenTensor expected, Tensor actual, double relative, double absolute, string what = "output")
    {
        Assert.AreEqual(expected.Shape, actual.Shape, what + ": shape");
        float[] right = expected.Floats;
        Span<float> found = actual.AsSpan<float>();
        for (int i = 0; i < right.Length; i++)
        {
            double error = Math.Abs((double)right[i] - found[i]);
            Assert.IsTrue(error <= absolute + relative * Math.Abs(right[i]), $"{what}[{i}]: expected {right[i]:R}, found {found[i]:R}, error {error:G3}");
        }
    }

    private static double[] Doubles(Tensor codes) => codes.Type switch
    {
        ElementType.UInt8 => Array.ConvertAll(codes.AsSpan<byte>().ToArray(), c => (double)c),
        ElementType.Int8 => Array.ConvertAll(codes.AsSpan<sbyte>().ToArray(), c => (double)c),
        _ => Array.ConvertAll(codes.AsSpan<int>().ToArray(), c => (double)c),
    };
}
