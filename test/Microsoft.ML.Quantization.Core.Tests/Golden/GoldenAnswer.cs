using System.Text.Json;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests.Golden;

/// <summary>Exact comparison of what a method returned with what a golden file holds for it.</summary>
internal static class GoldenAnswer
{
    /// <summary>Fails unless the answer is the same in kind, shape, type, numbers and parameters.</summary>
    public static void Check(JsonElement answer, object found, string what)
    {
        switch (found)
        {
            case QuantizedTensor tensor: Check(GoldenCase.Tensor(answer), tensor, what); break;
            case Tensor tensor: Check(GoldenCase.Tensor(answer), tensor, what); break;
            // Indices have their own rule in the golden test.
            case ValuesAndIndices pairs: Check(GoldenCase.Tensor(answer[0]), pairs.Values, what + " values"); Assert.AreEqual(GoldenCase.Tensor(answer[1]).Shape, pairs.Indices.Shape); break;
            case IReadOnlyList<QuantizedTensor> parts:
                Assert.AreEqual(answer.GetArrayLength(), parts.Count, what + ": parts");
                for (int i = 0; i < parts.Count; i++) { Check(GoldenCase.Tensor(answer[i]), parts[i], $"{what}[{i}]"); }
                break;
            case Shape shape: CollectionAssert.AreEqual(GoldenNumber.ReadInts(answer), shape.Sizes.ToArray(), what); break;
            case QScheme scheme: Assert.AreEqual(answer.GetString(), "torch." + scheme.Name(), what); break;
            case bool truth: Assert.AreEqual(answer.GetBoolean(), truth, what); break;
            default: Assert.AreEqual(GoldenNumber.Read(answer), System.Convert.ToDouble(found, System.Globalization.CultureInfo.InvariantCulture), what); break;
        }
    }

    /// <summary>The quantized type of plain codes.</summary>
    public static ElementType QuantizedType(ElementType codes) => codes switch
    {
        ElementType.UInt8 => ElementType.QUInt8,
        ElementType.Int8 => ElementType.QInt8,
        _ => ElementType.QInt32,
    };

    private static void Check(GoldenTensor expected, QuantizedTensor found, string what)
    {
        Assert.IsTrue(expected.IsQuantized, what + ": quantized");
        Check(expected, found.Codes(), what);
        if (!expected.IsPerChannel)
        {
            Assert.AreEqual(expected.Scale, found.QScale, what + ": scale");
            Assert.AreEqual(expected.ZeroPoint, found.QZeroPoint, what + ": zero point");
            return;
        }
        CollectionAssert.AreEqual(expected.Scales, found.QPerChannelScales.ToArray(), what + ": scales");
        double[] zeroPoints = [.. found.QPerChannelFloatZeroPoints.IsEmpty ? found.QPerChannelZeroPoints.Select(z => (double)z) : found.QPerChannelFloatZeroPoints.Select(z => (double)z)];
        CollectionAssert.AreEqual(expected.ZeroPoints, zeroPoints, what + ": zero points");
        Assert.AreEqual(expected.Axis, found.QPerChannelAxis, what + ": axis");
    }

    private static void Check(GoldenTensor expected, Tensor found, string what)
    {
        Assert.AreEqual(expected.Shape, found.Shape, what + ": shape");
        Assert.AreEqual(expected.Type, found.Type, what + ": type");
        CollectionAssert.AreEqual(expected.ToTensor().Bytes.ToArray(), found.Bytes.ToArray(), what + ": numbers");
    }
}
