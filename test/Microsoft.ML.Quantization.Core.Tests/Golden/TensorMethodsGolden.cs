using System.Text.Json;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests.Golden;

/// <summary>
/// <c>tensor_methods.json</c>: every method of a quantized tensor, and every refusal, as PyTorch's. Arguments follow from the method's
/// name; sizes of views are taken from the answer, so that tensors of other shapes can be recorded.
/// </summary>
[TestClass]
[TestCategory("Golden")]
public sealed class TensorMethodsGolden
{
    private const float FillValue = 0.37f, PerChannelFillValue = 0.1f, MaskValue = 0.2f, Threshold = 0.3f, ClampLow = -0.2f, ClampHigh = 0.4f;

    [TestMethod]
    public void Methods_answer_and_refuse_as_in_PyTorch() => GoldenFile.Open("tensor_methods.json").Check(static _ => null, Check);

    private static void Check(GoldenCase golden)
    {
        GoldenTensor input = golden.Input("q");
        string method = golden.Text("method")!;
        if (golden.Expected.TryGetProperty("error", out _))
        {
            CheckRefused(golden, input, method);
            return;
        }
        JsonElement answer = golden.Expected.GetProperty("output");
        object found = input.IsPerChannel ? PerChannel(Quantized(input), method, answer) : PerTensor(golden, Quantized(input), method, answer);
        GoldenAnswer.Check(answer, found, golden.Name);
        if (found is ValuesAndIndices pairs) { CheckIndices(answer[1], pairs, Quantized(input), method); }
    }

    // A method that does not exist is refused by the compiler.
    private static void CheckRefused(GoldenCase golden, GoldenTensor input, string method)
    {
        if (method is "gather" or "zeros_like")
        {
            string name = method.Replace("_", "", StringComparison.Ordinal);
            Assert.IsFalse(typeof(QuantizedTensor).Assembly.GetExportedTypes().Where(t => t.Name.StartsWith(nameof(QuantizedTensor), StringComparison.Ordinal))
                .SelectMany(t => t.GetMethods()).Any(m => m.Name.Equals(name, StringComparison.OrdinalIgnoreCase)), $"{name} exists; call it here and expect a refusal.");
            return;
        }
        JsonElement none = default;
        Assert.Throws<QuantizationException>(() => input.IsPerChannel ? PerChannel(Quantized(input), method, none) : PerTensor(golden, Quantized(input), method, none));
    }

    private static object PerTensor(GoldenCase golden, QuantizedTensor q, string method, JsonElement answer)
    {
        QuantizedTensor p = Quantized(golden.Input("p"));
        return method switch
        {
            "int_repr" => q.IntRepr(),
            "dequantize" or "to_float_via_dequantize" => q.Dequantize(),
            "q_scale" => q.QScale,
            "q_zero_point" => q.QZeroPoint,
            "qscheme" => q.QScheme,
            "max" => q.Max(),
            "min" => q.Min(),
            "mean" => q.Mean(),
            "mean_dim1" => q.Mean([1]),
            "std" => q.Std([1]),
            "max_dim" => q.Max(1),
            "min_dim" => q.Min(1),
            "sort" => q.Sort(),
            "sort_desc" => q.Sort(1, descending: true),
            "topk2" => q.TopK(2),
            "topk2_smallest" => q.TopK(2, largest: false),
            "topk_dim0" => q.TopK(2, 0),
            "view" => q.View(Sizes(answer)),
            "reshape" => q.Reshape(Sizes(answer)),
            "flatten" => q.Flatten(1),
            "select" => q.Select(1, 1),
            "index" => q[0],
            "slice" => q[.., 1..3],
            "step_slice" => q[TensorIndex.Ellipsis, TensorIndex.Slice(.., 2)],
            "transpose" => q.Transpose(0, 2),
            "permute" => q.Permute(2, 0, 1),
            "expand" => q[..1].Expand(Sizes(answer)),
            "as_strided" => q.AsStrided(new Shape(Sizes(answer)), [3, 1], 1),
            "unsqueeze" => q.Unsqueeze(1),
            "squeeze" => q[..1].Squeeze(0),
            "unfold" => q.Unfold(2, 2, 1),
            "clone" => q.Clone(),
            "contiguous" => q.Transpose(0, 1).Contiguous(),
            "flip" => q.Flip(0),
            "eq" => q.Eq(p),
            "ne" => q.Ne(p),
            "lt" => q.Lt(p),
            "le" => q.Le(p),
            "gt" => q.Gt(p),
            "ge" => q.Ge(p),
            "eq_scalar" => q.Eq(0),
            "lt_scalar" => q.Lt(Threshold),
            "equal_self" => q.Equal(q.Clone()),
            "equal_other" => q.Equal(p),
            "equal_diff_scale" => q.Equal(QuantizedTensor.FromCodes(q.Codes(), TensorQuantizer.PerTensor(q.QScale * 2, q.QZeroPoint, q.Type))),
            "copy_from_float" => q.Clone().CopyFrom(p.Dequantize()),
            "copy_from_q" => q.Clone().CopyFrom(p),
            "fill_" => q.Clone().Fill(FillValue),
            "resize_" => q.Clone().Resize(new Shape(Sizes(answer))),
            "masked_fill" => q.MaskedFill(EveryThird(q.Shape), MaskValue),
            "index_select" => q.IndexSelect(1, 0, 2),
            "stack" => QuantizedTensor.Stack([q, q]),
            "chunk" => q.Chunk(2, 1),
            "repeat" => q.Repeat([2, .. Enumerable.Repeat(1, q.Rank - 1)]),
            "relu" => q.Relu(),
            "clamp" => q.Clamp(ClampLow, ClampHigh),
            "empty_shape" => QuantizedTensor.EmptyAffine(q.Shape, q.QScale, q.QZeroPoint, q.Type).Shape,
            _ => throw new NotSupportedException($"'{method}' is a method this test does not know."),
        };
    }

    // Names ending in _error were expected to fail when they were recorded; some did not, and then the answer says so.
    private static object PerChannel(QuantizedTensor q, string method, JsonElement answer) => method switch
    {
        "int_repr" => q.IntRepr(),
        "dequantize" => q.Dequantize(),
        "scales" => Tensor.Create<double>([.. q.QPerChannelScales]),
        "zero_points" => Tensor.Create<long>([.. q.QPerChannelZeroPoints.Select(z => (long)z)]),
        "axis" => q.QPerChannelAxis,
        "qscheme" => q.QScheme,
        "clone" => q.Clone(),
        "equal" => q.Equal(q.Clone()),
        "view_error" => q.View(answer.ValueKind == JsonValueKind.Undefined ? [-1] : Sizes(answer)),
        "select_error" => q.Select(0, 1),
        "slice_error" => q[..2],
        "transpose_error" => q.Transpose(0, 1),
        "permute_error" => q.Permute([.. Enumerable.Range(1, q.Rank - 1), 0]),
        "contiguous" => q.Contiguous(),
        "sort_error" => q.Sort(),
        "max" => q.Max(),
        "mean" => q.Mean(),
        "fill_" => q.Clone().Fill(PerChannelFillValue),
        "copy_from_float" => q.Clone().CopyFrom(q.Dequantize()),
        _ => throw new NotSupportedException($"'{method}' is a method this test does not know."),
    };

    // PyTorch's topk leaves open which of several equal codes it reports; everything else reports a defined one.
    private static void CheckIndices(JsonElement answer, ValuesAndIndices found, QuantizedTensor q, string method)
    {
        GoldenTensor expected = GoldenCase.Tensor(answer);
        if (!method.StartsWith("topk", StringComparison.Ordinal))
        {
            CollectionAssert.AreEqual(expected.Longs, found.Indices.AsSpan<long>().ToArray(), "indices");
            return;
        }
        int axis = method.EndsWith("dim0", StringComparison.Ordinal) ? 0 : q.Rank - 1;
        ChannelLayout from = ChannelLayout.Of(q.Shape, axis), to = ChannelLayout.Of(found.Values.Shape, axis);
        int[] codes = DenseCodes.Read(q), values = DenseCodes.Read(found.Values);
        for (int i = 0; i < values.Length; i++)
        {
            int lane = i / (to.Inner * to.Channels) * from.Channels;
            int At(long index) => codes[(lane + (int)index) * from.Inner + i % to.Inner];
            bool unique = Enumerable.Range(0, from.Channels).Count(index => At(index) == values[i]) == 1;
            Assert.AreEqual(values[i], At(found.Indices.AsSpan<long>()[i]), $"index {i} does not lead to its value");
            if (unique) { Assert.AreEqual(expected.Longs[i], found.Indices.AsSpan<long>()[i], $"index {i}"); }
        }
    }

    private static QuantizedTensor Quantized(GoldenTensor golden)
    {
        Tensor codes = golden.ToTensor();
        if (!golden.IsPerChannel) { return QuantizedTensor.MakePerTensorQuantized(codes, golden.Scale, golden.ZeroPoint); }
        if (golden.ZeroPointsAreReal)
        {
            return QuantizedTensor.FromCodes(codes, TensorQuantizer.PerChannelFloat(
                Array.ConvertAll(golden.Scales, s => (float)s), Array.ConvertAll(golden.ZeroPoints, z => (float)z), golden.Axis, GoldenAnswer.QuantizedType(golden.Type)));
        }
        return QuantizedTensor.MakePerChannelQuantized(codes, golden.Scales, Array.ConvertAll(golden.ZeroPoints, z => (int)z), golden.Axis);
    }

    private static Tensor EveryThird(Shape shape) => Tensor.Create<bool>([.. Enumerable.Range(0, shape.Length).Select(i => i % 3 == 0)], shape);

    private static int[] Sizes(JsonElement answer) => GoldenNumber.ReadInts(answer.GetProperty("shape"));
}
