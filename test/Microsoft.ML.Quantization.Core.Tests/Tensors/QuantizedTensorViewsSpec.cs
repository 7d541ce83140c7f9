using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests.Tensors;

/// <summary>Views and parts: which codes they see, which parameters they keep, what is refused. Codes are counted from 0.</summary>
[TestClass]
public sealed class QuantizedTensorViewsSpec
{
    private static QuantizedTensor Counted(params int[] sizes)
    {
        var shape = new Shape(sizes);
        return QuantizedTensor.MakePerTensorQuantized(Tensor.Create<byte>([.. Enumerable.Range(0, shape.Length).Select(i => (byte)i)], shape), 0.5, 3);
    }

    private static QuantizedTensor PerChannel(int axis, params int[] sizes) => QuantizedTensor.FromCodes(
        Counted(sizes).Codes(), TensorQuantizer.PerChannel([.. Enumerable.Range(1, sizes[axis]).Select(i => (double)i)], [.. Enumerable.Range(0, sizes[axis])], axis, ElementType.QUInt8));

    private static void Holds(QuantizedTensor q, Shape shape, params byte[] codes)
    {
        Assert.AreEqual(shape, q.Shape);
        CollectionAssert.AreEqual(codes, q.Codes().Bytes.ToArray());
    }

    [TestMethod]
    public void Writing_through_a_view_changes_the_tensor()
    {
        QuantizedTensor q = Counted(2, 3);
        q.Transpose(0, 1).Select(0, 2).Fill(10);
        Holds(q, new Shape(2, 3), 0, 1, 23, 3, 4, 23);
        q.View(-1)[..2].Fill(0);
        Holds(q, new Shape(2, 3), 3, 3, 23, 3, 4, 23);
    }

    [TestMethod]
    public void Index_expressions_read_as_in_PyTorch()
    {
        QuantizedTensor q = Counted(2, 3, 4);
        Holds(q[1, 2], new Shape(4), 20, 21, 22, 23);
        Holds(q[-1, ^1, -1], Shape.Scalar, 23);
        Holds(q[.., 1, TensorIndex.Slice(1.., 2)], new Shape(2, 2), 5, 7, 17, 19);
        Holds(q[TensorIndex.Ellipsis, 0], new Shape(2, 3), 0, 4, 8, 12, 16, 20);
        Holds(q[0, TensorIndex.NewAxis, 0, ^2..], new Shape(1, 2), 2, 3);
        Holds(q[0, 0, 2..100], new Shape(2), 2, 3);
        Holds(q[0, 0, 3..1], new Shape(0));
        Holds(q[TensorIndex.All, default(TensorIndex), 0], new Shape(2, 3), 0, 4, 8, 12, 16, 20);
        Refusal.Of(() => _ = q[0, 0, 0, 0], "4 axes", "at most 3");
        Refusal.Of(() => _ = q[2], "Index 2", "-2 to 1");
        Refusal.Of(() => _ = q[^0], "Index 2");
        Refusal.Of(() => _ = q[TensorIndex.Slice(.., -1)], "step -1", "Flip");
    }

    [TestMethod]
    public void A_view_copies_never_and_reshape_only_when_it_must()
    {
        QuantizedTensor q = Counted(2, 3, 4);
        QuantizedTensor part = q[.., ..2];
        Holds(part.View(2, 2, 2, 2), new Shape(2, 2, 2, 2), 0, 1, 2, 3, 4, 5, 6, 7, 12, 13, 14, 15, 16, 17, 18, 19);
        Holds(part.View(2, 8), new Shape(2, 8), 0, 1, 2, 3, 4, 5, 6, 7, 12, 13, 14, 15, 16, 17, 18, 19);
        Refusal.Of(() => part.View(16), "strides [12, 4, 1]", "Reshape");
        QuantizedTensor copied = part.Reshape(16);
        copied.Fill(0);
        Assert.AreEqual(0, q.Codes().Bytes[0], "the copy has its own codes");
        Holds(q.Permute(2, 0, 1).View(4, 6), new Shape(4, 6), q.Permute(2, 0, 1).Codes().Bytes.ToArray());
        Assert.IsTrue(q.Contiguous() == q && !part.IsContiguous && part.Contiguous().IsContiguous);
        Refusal.Of(() => q.View(5, -1), "24 elements");
        Refusal.Of(() => q.View(-1, -1), "at most one");
    }

    [TestMethod]
    public void Axes_come_and_go()
    {
        QuantizedTensor q = Counted(1, 2, 1);
        Assert.AreEqual(new Shape(2), q.Squeeze().Shape);
        Assert.AreEqual(new Shape(1, 2), q.Squeeze(-1).Shape);
        Assert.AreEqual(new Shape(1, 2, 1), q.Squeeze(1).Shape, "an axis of another size stays");
        Assert.AreEqual(new Shape(1, 2, 1, 1), q.Unsqueeze(-1).Shape);
        Assert.AreEqual(new Shape(2), q.Flatten().Shape);
        Assert.AreEqual(new Shape(1), q[0, 0, 0].Flatten().Shape);
        Holds(Counted(2, 1).Expand(3, -1, 2), new Shape(3, 2, 2), 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1);
        Refusal.Of(() => Counted(2).Expand(3), "[2]", "[3]", "stretch");
        Refusal.Of(() => q.Unsqueeze(4), "Axis 4", "-4 to 3");
        Refusal.Of(() => q.Permute(0, 0, 1), "named twice");
        Refusal.Of(() => q.Permute(0), "1 axes", "expected 3");
        Refusal.Of(() => q.Flatten(2, 0), "start before the end");
        Refusal.Of(() => q[0, 0, 0].Select(0, 0), "rank 0", "Unsqueeze");
    }

    [TestMethod]
    public void Strides_stay_inside_the_storage()
    {
        QuantizedTensor q = Counted(6);
        Holds(q.AsStrided(new Shape(2, 2), [1, 2], 1), new Shape(2, 2), 1, 3, 2, 4);
        Holds(q.Unfold(0, 3, 2), new Shape(2, 3), 0, 1, 2, 2, 3, 4);
        Refusal.Of(() => q.AsStrided(new Shape(2, 2), [3, 3], 0), "needs 7 codes", "has 6");
        Refusal.Of(() => q.AsStrided(new Shape(2), [-1], 1), "stride is -1", "Flip");
        Refusal.Of(() => q.AsStrided(new Shape(2), [1], -1), "offset is -1");
        Refusal.Of(() => q.AsStrided(new Shape(2), [1, 1]), "2 strides", "expected 1");
        Refusal.Of(() => q.Unfold(0, 7, 1), "7 elements", "0 to 6");
    }

    [TestMethod]
    public void Parts_cover_the_axis()
    {
        QuantizedTensor q = Counted(5);
        CollectionAssert.AreEqual(new[] { 2, 2, 1 }, q.Split(2).Select(part => part.Length).ToArray());
        CollectionAssert.AreEqual(new[] { 3, 2 }, q.Chunk(2).Select(part => part.Length).ToArray());
        Holds(q.Narrow(0, -2, 2), new Shape(2), 3, 4);
        Refusal.Of(() => q.Narrow(0, 4, 2), "2 indices from 4", "below 5");
        Refusal.Of(() => q.Split(0), "size 0");
        Refusal.Of(() => q.Chunk(0), "0 parts");
    }

    [TestMethod]
    public void Channels_keep_their_scales()
    {
        QuantizedTensor q = PerChannel(1, 2, 3);
        float[] reals = q.Dequantize().AsSpan<float>().ToArray();
        CollectionAssert.AreEqual(new[] { 2.0, 3.0 }, q[.., 1..].QPerChannelScales.ToArray());
        CollectionAssert.AreEqual(new[] { reals[1], reals[2], reals[4], reals[5] }, q[.., 1..].Dequantize().AsSpan<float>().ToArray());
        Assert.AreEqual(0, q[1].QPerChannelAxis, "the channel axis moves when one before it goes");
        CollectionAssert.AreEqual(reals[3..], q[1].Dequantize().AsSpan<float>().ToArray());
        Assert.AreEqual((QScheme.PerTensorAffine, 3.0, 2), (q[.., 2].QScheme, q[.., 2].QScale, q[.., 2].QZeroPoint));
        CollectionAssert.AreEqual(reals, q.Unsqueeze(0).Dequantize().AsSpan<float>().ToArray());
        CollectionAssert.AreEqual(reals, q.Unsqueeze(0).Squeeze(0).Dequantize().AsSpan<float>().ToArray());
        Refusal.Of(() => PerChannel(0, 1, 2).Squeeze(), "carries the channels", "Select");
        Refusal.Of(() => q.View(6).Dequantize(), "channel axis is 1", "[6]");
        Refusal.Of(() => _ = PerChannel(0, 2, 3).View(-1)[..2], "2 scales", "expected 6");
    }

    [TestMethod]
    public void Real_valued_zero_points_are_cut_but_not_selected()
    {
        var q = QuantizedTensor.QuantizePerChannelFloat(Tensor.Create<float>([1f, 2f], new Shape(2, 1)), [1f, 0.5f], [0.5f, 1.5f], 0, ElementType.QUInt8);
        CollectionAssert.AreEqual(new[] { 1.5f }, q[1..].QPerChannelFloatZeroPoints.ToArray());
        Assert.AreEqual(1, q.Unsqueeze(0).QPerChannelAxis);
        Refusal.Of(() => _ = q[1], "real-valued", "Slice");
    }

    [TestMethod]
    public void What_needs_one_scale_says_so()
    {
        QuantizedTensor q = PerChannel(0, 2, 3);
        Action[] refused =
        [
            () => q.AsStrided(new Shape(2), [1]), () => q.Expand(2, 3), () => q.Permute(1, 0), () => q.Transpose(0, 1), () => q.Unfold(1, 2, 1), () => q.Max(),
            () => q.Min(), () => q.Max(0), () => q.Min(0), () => q.Mean(), () => q.Std([0]), () => q.Sort(), () => q.TopK(1), () => q.IndexSelect(0, 0),
            () => q.MaskedSelect(Tensor.Create<bool>(true, false)), () => q.Repeat(1, 1), () => q.Relu(), () => q.Clamp(0, 1), () => q.Resize(new Shape(1)),
            () => q.MaskedFill(Tensor.Create<bool>(true), 0), () => QuantizedTensor.Stack([q, q]), () => QuantizedTensor.Cat([q, q]),
        ];
        foreach (Action action in refused) { Refusal.Of(action, "one scale", "per_channel_affine"); }
        Refusal.Of(() => q.Flip(0), "channels", "scales");
        Holds(q.Flip(1), new Shape(2, 3), 2, 1, 0, 5, 4, 3);
    }
}
