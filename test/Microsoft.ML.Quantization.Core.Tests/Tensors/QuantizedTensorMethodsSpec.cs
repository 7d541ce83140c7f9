using System.Numerics.Tensors;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests.Tensors;

/// <summary>Reductions, joining, changes in place, comparisons and exchange with System.Numerics.Tensors, on numbers that can be checked by eye.</summary>
[TestClass]
public sealed class QuantizedTensorMethodsSpec
{
    // Scale 0.5 and zero point 10: the reals are (code - 10) / 2.
    private static QuantizedTensor Q(Shape shape, params byte[] codes) => QuantizedTensor.MakePerTensorQuantized(Tensor.Create<byte>(codes, shape), 0.5, 10);

    private static byte[] CodesOf(QuantizedTensor q) => q.Codes().Bytes.ToArray();

    [TestMethod]
    public void Reductions_keep_the_parameters()
    {
        QuantizedTensor q = Q(new Shape(2, 3), 10, 30, 30, 12, 8, 12);
        Assert.AreEqual((30, 8), (q.Max().Codes().Bytes[0], q.Min().Codes().Bytes[0]));
        ValuesAndIndices max = q.Max(1, keepAxis: true);
        Assert.AreEqual(new Shape(2, 1), max.Values.Shape);
        CollectionAssert.AreEqual(new long[] { 1, 0 }, max.Indices.AsSpan<long>().ToArray(), "the first of equal codes");
        Assert.AreEqual(new Shape(3), q.Min(0).Indices.Shape);
        // Reals 0, 10, 10 and 1, -1, 1.
        CollectionAssert.AreEqual(new byte[] { 23, 11 }, CodesOf(q.Mean([-1])));
        Assert.AreEqual(new Shape(1, 3), q.Mean([0], keepAxes: true).Shape);
        Assert.AreEqual(0.5, q.Mean().QScale);
        // Deviations of 0, 10, 10: sample 5.77, population 4.71.
        CollectionAssert.AreEqual(new byte[] { 22, 12 }, CodesOf(q.Std([1])));
        CollectionAssert.AreEqual(new byte[] { 19, 12 }, CodesOf(q.Std([1], unbiased: false)));
        CollectionAssert.AreEqual(new byte[] { 0 }, CodesOf(Q(new Shape(1), 77).Std([])), "one element has no deviation: the code of NaN");
        Refusal.Of(() => Q(new Shape(0)).Max(), "[0]", "at least one");
        Refusal.Of(() => Q(new Shape(2, 0)).Min(1), "axis 1", "at least one");
        Refusal.Of(() => Q(new Shape(0)).Mean(), nameof(QuantizedTensorReductions.Mean), "at least one");
        Refusal.Of(() => q.Mean([2]), "Axis 2");
    }

    [TestMethod]
    public void Order_is_stable()
    {
        QuantizedTensor q = Q(new Shape(4), 5, 9, 5, 9);
        CollectionAssert.AreEqual(new long[] { 0, 2, 1, 3 }, q.Sort().Indices.AsSpan<long>().ToArray());
        CollectionAssert.AreEqual(new long[] { 1, 3, 0, 2 }, q.Sort(descending: true).Indices.AsSpan<long>().ToArray());
        CollectionAssert.AreEqual(new long[] { 1, 3 }, q.TopK(2).Indices.AsSpan<long>().ToArray());
        Assert.AreEqual(Shape.Scalar, q[0].Sort().Values.Shape);
        var extremes = QuantizedTensor.MakePerTensorQuantized(Tensor.Create<int>(int.MaxValue, int.MinValue, 0), 1, 0);
        CollectionAssert.AreEqual(new long[] { 0, 2, 1 }, extremes.Sort(descending: true).Indices.AsSpan<long>().ToArray());
        CollectionAssert.AreEqual(new long[] { 1, 2, 0 }, extremes.Sort().Indices.AsSpan<long>().ToArray());
        Refusal.Of(() => q.TopK(5), "5 elements", "0 to 4");
    }

    [TestMethod]
    public void Joining_requantizes_to_the_first()
    {
        QuantizedTensor a = Q(new Shape(1, 2), 10, 12), b = QuantizedTensor.QuantizePerTensor(Tensor.Create<float>([3f, 1000f], new Shape(1, 2)), 4, 0, ElementType.QUInt8);
        QuantizedTensor joined = QuantizedTensor.Cat([a, b]);
        Assert.AreEqual(0.5, joined.QScale);
        // b holds 4 and 1000; 4 / 0.5 + 10 = 18, and 1000 saturates.
        CollectionAssert.AreEqual(new byte[] { 10, 12, 18, 255 }, CodesOf(joined));
        CollectionAssert.AreEqual(new byte[] { 10, 18, 12, 255 }, CodesOf(QuantizedTensor.Stack([a, b], -1)));
        CollectionAssert.AreEqual(new byte[] { 10, 12, 10, 12, 10, 12, 10, 12 }, CodesOf(a.Repeat(2, 1, 2)));
        Refusal.Of(() => QuantizedTensor.Cat([]), "no tensor");
        Refusal.Of(() => QuantizedTensor.Cat([a, a[0]]), "[1, 2] and [2]");
        Refusal.Of(() => QuantizedTensor.Stack([a, a[0]]), "[1, 2] and [2]");
        Refusal.Of(() => QuantizedTensor.Cat([a, QuantizedTensor.EmptyAffine(new Shape(1, 2), 1, 0, ElementType.QInt8)]), "quint8 and qint8");
        Refusal.Of(() => a.Repeat(2), "1 counts", "at least 2");
        Refusal.Of(() => a.Repeat(1, -1), "-1 copies");
    }

    [TestMethod]
    public void Copies_from_reals_keep_and_copies_from_codes_take_the_parameters()
    {
        QuantizedTensor q = Q(new Shape(2, 2), 0, 0, 0, 0), other = QuantizedTensor.MakePerTensorQuantized(Tensor.Create<byte>(1, 2), 3, 4);
        Assert.AreEqual(q, q.CopyFrom(Tensor.Create<float>([1f, 2f, 3f, 4f], new Shape(2, 2))));
        CollectionAssert.AreEqual(new byte[] { 12, 14, 16, 18 }, CodesOf(q));
        QuantizedTensor row = q[0];
        q.CopyFrom(other);
        Assert.AreEqual((3.0, 4), (q.QScale, q.QZeroPoint));
        CollectionAssert.AreEqual(new byte[] { 1, 2, 1, 2 }, CodesOf(q), "stretched to the destination");
        Assert.AreEqual(0.5, row.QScale, "an older view keeps its parameters");
        q.CopyFrom(q.Transpose(0, 1));
        CollectionAssert.AreEqual(new byte[] { 1, 1, 2, 2 }, CodesOf(q), "source and destination overlap");
        Refusal.Of(() => q.CopyFrom(Tensor.Create<float>(1f)), "float32[2, 2]", "found float32[1]");
        Refusal.Of(() => q.CopyFrom(QuantizedTensor.EmptyAffine(new Shape(2, 2), 1, 0, ElementType.QInt8)), "same type and scheme");
    }

    [TestMethod]
    public void Resizing_keeps_the_codes_that_fit()
    {
        QuantizedTensor q = Q(new Shape(3), 1, 2, 3);
        CollectionAssert.AreEqual(new byte[] { 1, 2 }, CodesOf(q.Resize(new Shape(2))));
        CollectionAssert.AreEqual(new byte[] { 1, 2, 3, 0 }, CodesOf(q.Resize(new Shape(2, 2))), "the storage did not shrink, and grows with zero codes");
    }

    [TestMethod]
    public void Masks_and_indices_choose_elements()
    {
        QuantizedTensor q = Q(new Shape(2, 2), 1, 2, 3, 4);
        CollectionAssert.AreEqual(new byte[] { 2, 3 }, CodesOf(q.MaskedSelect(Tensor.Create<bool>([false, true, true, false], q.Shape))));
        CollectionAssert.AreEqual(new byte[] { 3, 4 }, CodesOf(q.MaskedSelect(Tensor.Create<bool>(false, true))));
        CollectionAssert.AreEqual(new byte[] { 2, 1, 2, 4, 3, 4 }, CodesOf(q.IndexSelect(1, 1, 0, 1)));
        CollectionAssert.AreEqual(new byte[] { 1, 20, 3, 20 }, CodesOf(q.MaskedFill(Tensor.Create<bool>(false, true), 5)), "the mask stretches");
        CollectionAssert.AreEqual(new byte[] { 1, 2, 3, 4 }, CodesOf(q), "masked_fill copies");
        Refusal.Of(() => q.IndexSelect(0, -1), "Index -1", "0 to 1");
        Refusal.Of(() => q.MaskedSelect(Tensor.Create<bool>(true)), "[2, 2]", "bool[1]");
        Refusal.Of(() => q.MaskedFill(Tensor.Create<float>(1f), 0), "float32[1]", "booleans");
    }

    [TestMethod]
    public void Limits_are_quantized_first()
    {
        QuantizedTensor q = Q(new Shape(4), 0, 9, 11, 200);
        CollectionAssert.AreEqual(new byte[] { 10, 10, 11, 200 }, CodesOf(q.Relu()));
        CollectionAssert.AreEqual(new byte[] { 8, 9, 11, 12 }, CodesOf(q.Clamp(-1.1, 1.1)));
        CollectionAssert.AreEqual(new byte[] { 0, 9, 11, 12 }, CodesOf(q.Clamp(maximum: 1)));
        Refusal.Of(() => q.Clamp(), "at least one");
    }

    [TestMethod]
    public void Comparisons_are_of_reals_and_stretch()
    {
        QuantizedTensor q = Q(new Shape(2, 1), 10, 14), other = QuantizedTensor.QuantizePerTensor([0f, 2f, 3f], 1, 0, ElementType.QInt8);
        CollectionAssert.AreEqual(new[] { true, false, false, false, true, false }, q.Eq(other).AsSpan<bool>().ToArray(), "types and parameters may differ");
        CollectionAssert.AreEqual(new[] { false, true }, q.Ge(2).AsSpan<bool>().ToArray());
        CollectionAssert.AreEqual(new[] { true, true }, q.Le(2).AsSpan<bool>().ToArray());
        CollectionAssert.AreEqual(new[] { false, true }, q.Gt(1).AsSpan<bool>().ToArray());
        CollectionAssert.AreEqual(new[] { true, false }, q.Ne(2).AsSpan<bool>().ToArray());
        Assert.IsFalse(q.Equal(q.Flatten()), "another shape");
        Refusal.Of(() => q.Flatten().Eq(other), "[2]", "[3]", "equal sizes, or 1 on one side");
    }

    [TestMethod]
    public void Codes_and_reals_are_exchanged_with_tensor_spans()
    {
        QuantizedTensor q = Q(new Shape(2, 3), 10, 11, 12, 13, 14, 15), turned = q.Transpose(0, 1);
        TensorSpan<byte> span = turned.AsTensorSpan<byte>();
        Assert.AreEqual(14, span[1, 1]);
        span[0, 1] = 99;
        Assert.AreEqual(99, q.AsSpan<byte>()[3], "the span shares the codes");
        Assert.AreEqual(11, q[0].Expand(4, 3).AsReadOnlyTensorSpan<byte>()[3, 1]);
        var dense = turned.ToDenseTensor();
        Assert.AreEqual(2f, dense[1, 1]);
        float[] reals = new float[6];
        turned.DequantizeTo(new TensorSpan<float>(reals, [3, 2]));
        CollectionAssert.AreEqual(turned.Dequantize().AsSpan<float>().ToArray(), reals);
        Assert.IsTrue(QuantizedTensor.Quantize(dense.AsReadOnlyTensorSpan(), q.Quantizer).Equal(turned.Contiguous()));
        Refusal.Of(() => q[0].Expand(4, 3).AsTensorSpan<byte>(), "strides [0, 1]", "sharing codes", "Clone");
        Refusal.Of(() => q.Flatten().Unfold(0, 2, 1).AsReadOnlyTensorSpan<byte>(), "strides [1, 1]", "Clone");
        Refusal.Of(() => QuantizedTensor.EmptyAffine(new Shape(3, 3, 6), 1, 0, ElementType.QUInt8)[.., TensorIndex.Slice(.., 2)].AsTensorSpan<byte>(), "strides [18, 12, 1]", "Clone");
        Refusal.Of(() => q.AsTensorSpan<sbyte>(), "quint8", "expected uint8");
        Refusal.Of(() => q.DequantizeTo(new TensorSpan<float>(new float[6], [3, 2])), "[3, 2]", "expected [2, 3]");
    }
}
