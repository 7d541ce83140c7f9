using FsCheck;
using FsCheck.Fluent;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Tests.Tensors;

/// <summary>What holds for every type, shape, scale and code.</summary>
[TestClass]
public sealed class QuantizedTensorProperties
{
    private static readonly Config s_config = Config.QuickThrowOnFailure.WithMaxTest(300).WithReplay(20_26UL, 7UL);

    [TestMethod]
    public void Quantizing_the_reals_again_gives_the_codes() => Holds(q => QuantizedTensor.Quantize(q.Dequantize(), q.Quantizer).Equal(q));

    [TestMethod]
    public void A_view_is_the_same_codes_in_the_same_storage() => Holds(q =>
    {
        QuantizedTensor view = q.View(-1), strided = q.AsStrided(new Shape(q.Length), [1]);
        QuantizedTensor copy = q.Clone();
        view[0].Fill(q.QScale * 2);
        return strided.Equal(view) && q.View(-1).Equal(view) && copy.View(-1)[1..].Equal(view[1..]) && !ReferenceEquals(copy.Storage, q.Storage);
    });

    [TestMethod]
    public void Permutations_undo_each_other_and_parts_join_to_the_whole() => Holds(q =>
        q.Permute(2, 0, 1).Permute(1, 2, 0).Equal(q)
        && q.Permute(2, 0, 1).Contiguous().Permute(1, 2, 0).Equal(q)
        && q.Transpose(0, 2).Contiguous().Equal(q.Transpose(0, 2))
        && QuantizedTensor.Cat(q.Chunk(2, 1), 1).Equal(q)
        && QuantizedTensor.Stack([q[0], q[^1]])[1].Equal(q[-1])
        && q.Flip(0, 2).Flip(0, 2).Equal(q)
        && q.IndexSelect(1, [.. Enumerable.Range(0, q.Shape[1])]).Equal(q)
        && q.Repeat(2, 1, 1)[q.Shape[0]..].Equal(q)
        && q.Unsqueeze(1).Squeeze(1).Equal(q)
        && q.Expand(2, -1, -1, -1)[1].Equal(q));

    [TestMethod]
    public void Dequantizing_a_view_is_viewing_the_reals() => Holds(q =>
    {
        Tensor reals = q.Dequantize();
        float[] column = q[.., ^1, 0].Dequantize().AsSpan<float>().ToArray();
        int stride = q.Shape[1] * q.Shape[2];
        return Enumerable.Range(0, q.Shape[0]).All(i => column[i] == reals.AsSpan<float>()[i * stride + (q.Shape[1] - 1) * q.Shape[2]]);
    });

    [TestMethod]
    public void Order_of_codes_is_order_of_reals() => Holds(q =>
    {
        float[] sorted = q.Sort().Values.Dequantize().AsSpan<float>().ToArray(), reals = q.Dequantize().AsSpan<float>().ToArray();
        int size = q.Shape[2];
        for (int start = 0; start < reals.Length; start += size) { Array.Sort(reals, start, size); }
        return reals.SequenceEqual(sorted)
            && q.TopK(size, largest: false).Values.Equal(q.Sort().Values)
            && q.TopK(1, 1).Values.Equal(q.Max(1, keepAxis: true).Values)
            && q.Sort(0).Values[0].Equal(q.Min(0).Values)
            && q.Max().Equal(q.Flatten().Sort().Values[^1]);
    });

    [TestMethod]
    public void Comparisons_agree_with_each_other() => Holds(q =>
    {
        QuantizedTensor other = q.Flip(2);
        bool[] lt = q.Lt(other).AsSpan<bool>().ToArray(), ge = q.Ge(other).AsSpan<bool>().ToArray(), eq = q.Eq(other).AsSpan<bool>().ToArray();
        bool[] le = q.Le(other).AsSpan<bool>().ToArray(), gt = q.Gt(other).AsSpan<bool>().ToArray(), ne = q.Ne(other).AsSpan<bool>().ToArray();
        return Enumerable.Range(0, lt.Length).All(i => lt[i] != ge[i] && gt[i] != le[i] && eq[i] != ne[i] && le[i] == (lt[i] || eq[i]));
    });

    [TestMethod]
    public void Tensor_spans_see_what_views_see() => Holds(q =>
    {
        if (q.Type != ElementType.QUInt8) { return true; }
        QuantizedTensor[] views =
        [
            q, q.Transpose(0, 2), q.Permute(2, 0, 1), q[0], q[..1], q[.., ^1], q[.., 1.., 0], q[.., .., TensorIndex.Slice(..2, 2)], q[TensorIndex.Slice(.., 2)], q.Unsqueeze(1), q.Transpose(0, 1)[..1],
            q[.., ..0], q[.., ..1].Transpose(1, 2), q.Expand(2, -1, -1, -1), q.View(-1), q[0, 0].Unsqueeze(-1),
        ];
        return views.All(view =>
        {
            var flat = new byte[view.Length];
            view.AsReadOnlyTensorSpan<byte>().FlattenTo(flat);
            return flat.AsSpan().SequenceEqual(view.Codes().Bytes) && (view.Rank == 4 && view.Strides[0] == 0 || view.AsTensorSpan<byte>().FlattenedLength == view.Length);
        });
    });

    private static void Holds(Func<QuantizedTensor, bool> property) => Check.One(s_config, Prop.ForAll(Tensors(), property));

    private static Arbitrary<QuantizedTensor> Tensors() => Arb.From(
        from type in Gen.Elements(ElementType.QUInt8, ElementType.QInt8, ElementType.QUInt4x2, ElementType.QInt32)
        from a in Gen.Choose(1, 4)
        from b in Gen.Choose(2, 5)
        from c in Gen.Choose(1, 6)
        from scale in Gen.Choose(1, 1000)
        from zeroPoint in Code(type)
        from codes in Gen.ArrayOf(Code(type), a * b * c)
        select DenseCodes.Write(codes, new Shape(a, b, c), TensorQuantizer.PerTensor(scale / 300.0, zeroPoint, type)));

    // 32-bit codes stay below 2^20, where float32 keeps them apart.
    private static Gen<int> Code(ElementType type)
    {
        QuantizedRange range = type == ElementType.QInt32 ? new(-(1 << 20), 1 << 20) : QuantizationParameters.RangeOf(type);
        return Gen.Choose(range.Minimum, range.Maximum);
    }
}
