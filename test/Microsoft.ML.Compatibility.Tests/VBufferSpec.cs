using Microsoft.ML.Data;

namespace Microsoft.ML.Compatibility.Tests;

[TestClass]
public sealed class VBufferSpec
{
    private static VBuffer<float> Sparse => new(6, 2, [10, 20], [1, 4]);

    [TestMethod]
    public void A_sparse_vector_fills_the_gaps_with_zeros()
    {
        float[] dense = [9, 9, 9, 9, 9, 9];
        Sparse.CopyTo(dense);

        CollectionAssert.AreEqual(new float[] { 0, 10, 0, 0, 20, 0 }, dense);
        CollectionAssert.AreEqual(dense, Sparse.DenseValues().ToArray());
        Assert.AreEqual(20, Sparse.GetItemOrDefault(4));
        Assert.AreEqual(0, Sparse.GetItemOrDefault(5));
        Assert.AreEqual(2, Sparse.Items().Count());
        Assert.AreEqual(6, Sparse.Items(all: true).Count());
    }

    [TestMethod]
    public void A_dense_vector_has_no_indices()
    {
        var dense = new VBuffer<float>(2, [1, 2, 3]);

        Assert.IsTrue(dense.IsDense);
        Assert.AreEqual(2, dense.GetValues().Length);
        Assert.AreEqual(0, dense.GetIndices().Length);
    }

    [TestMethod]
    public void A_copy_does_not_share_arrays_and_a_part_keeps_its_gaps()
    {
        VBuffer<float> copy = default, part = default, dense = default;
        Sparse.CopyTo(ref copy);
        Sparse.CopyTo(ref part, 1, 3);
        Sparse.CopyToDense(ref dense);

        Assert.IsFalse(copy.IsDense);
        CollectionAssert.AreEqual(new[] { 1, 4 }, copy.GetIndices().ToArray());
        Assert.AreEqual(3, part.Length);
        CollectionAssert.AreEqual(new float[] { 10, 0, 0 }, part.DenseValues().ToArray());
        Assert.IsTrue(dense.IsDense);
        CollectionAssert.AreEqual(new float[] { 0, 10, 0, 0, 20, 0 }, dense.GetValues().ToArray());
    }

    [TestMethod]
    public void An_editor_uses_the_arrays_again_when_they_are_large_enough()
    {
        var buffer = new VBuffer<float>(4, [1, 2, 3, 4]);
        VBufferEditor<float> smaller = VBufferEditor.Create(ref buffer, 3);
        Assert.IsFalse(smaller.CreatedNewValues);
        Assert.AreEqual(1f, smaller.Values[0]);

        VBufferEditor<float> larger = VBufferEditor.Create(ref buffer, 9, keepOldOnResize: true);
        Assert.IsTrue(larger.CreatedNewValues);
        Assert.AreEqual(4f, larger.Values[3]);

        VBufferEditor<float> sparse = VBufferEditor.Create(ref buffer, 9, 2);
        sparse.Values[0] = 5;
        sparse.Indices[0] = 7;
        buffer = sparse.CommitTruncated(1);
        Assert.AreEqual(9, buffer.Length);
        Assert.AreEqual(5f, buffer.GetItemOrDefault(7));
    }

    [TestMethod]
    public void Arrays_that_are_too_short_are_refused()
    {
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new VBuffer<float>(3, [1, 2]));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new VBuffer<float>(3, 2, [1, 2], [0]));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Sparse.CopyTo(new float[5]));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Sparse.GetItemOrDefault(6));
    }
}
