using System.Collections.Immutable;
using Microsoft.ML.Quantization.Observers;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests.Observers;

[TestClass]
public sealed class RecordingObserverSpec
{
    [TestMethod]
    public void Batches_are_kept_as_they_came_up_to_the_cap()
    {
        RecordingObserver observer = Create(cap: 5);
        float[] batch = [1f, 2f, 3f, float.NaN];
        observer.Observe(batch, new Shape(2, 2));
        batch[0] = 9f;
        observer.Observe([5f, 6f], new Shape(2));
        observer.Observe([7f], new Shape(1));
        Assert.HasCount(1, observer.Recorded);
        Assert.AreEqual(new Shape(2, 2), observer.Recorded[0].Shape);
        CollectionAssert.AreEqual(new[] { 1f, 2f, 3f, float.NaN }, observer.Recorded[0].AsSpan<float>().ToArray());
        Assert.AreEqual((7, 3), (observer.Count, observer.Dropped), "the last value would fit, but after a gap");
        Refusal.Of(() => observer.CalculateQParams(), "proposes no parameters", "Recorded");
    }

    [TestMethod]
    public void Recordings_survive_saving_and_are_appended_by_merging()
    {
        RecordingObserver first = Create(cap: 7), second = Create(cap: 7), loaded = Create(cap: 7);
        first.Observe([1f, 2f], new Shape(1, 2));
        first.Observe([3f], Shape.Scalar);
        second.Observe([4f, 5f, 6f], new Shape(3));
        second.Observe([7f, 8f, 9f, 10f, 11f], new Shape(5));
        loaded.Load(first.Save());
        loaded.Merge(second);
        CollectionAssert.AreEqual(new[] { new Shape(1, 2), Shape.Scalar, new Shape(3) }, loaded.Recorded.Select(batch => batch.Shape).ToArray());
        CollectionAssert.AreEqual(new[] { 4f, 5f, 6f }, loaded.Recorded[2].AsSpan<float>().ToArray());
        Assert.AreEqual((11, 5), (loaded.Count, loaded.Dropped));
    }

    [TestMethod]
    public void Damaged_recordings_are_refused_and_change_nothing()
    {
        RecordingObserver observer = Create(cap: 10);
        observer.Observe([1f], new Shape(1));
        Load(3, [1], [-1], [1, 2, 3], "shapes that cannot be");
        Load(3, [2], [3], [1, 2, 3], "shapes that cannot be");
        Load(3, [1], [4], [1, 2, 3], "fewer values than a batch of shape [4] has");
        Load(3, [1], [2], [1, 2, 3], "3 values for shapes of 2");
        Load(4, [1], [3], [1, 2, 3], "3 values and 0 dropped after 4");
        Assert.AreEqual((1, 1), (observer.Count, observer.Recorded.Count));

        void Load(long count, double[] ranks, double[] sizes, double[] values, string part)
        {
            ImmutableSortedDictionary<string, ImmutableArray<double>> named = observer.Save().Values.SetItem("ranks", [.. ranks]).SetItem("sizes", [.. sizes]).SetItem("tensor_val", [.. values]);
            Refusal.Of(() => observer.Load(new("Recording", 1, count, named)), part, "Save it again");
        }
    }

    private static RecordingObserver Create(int cap) => new(new() { Observer = "Recording", Cap = cap });
}
