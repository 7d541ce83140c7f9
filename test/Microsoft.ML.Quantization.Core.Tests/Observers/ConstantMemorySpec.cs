using System.Diagnostics;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;
using Microsoft.ML.Quantization.Sampling;

namespace Microsoft.ML.Quantization.Tests.Observers;

/// <summary>Every observer but Recording sees 10⁸ values in memory that does not grow with them.</summary>
[TestClass]
[TestCategory("Slow")]
[DoNotParallelize]
public sealed class ConstantMemorySpec
{
    private const int Batch = 1_000_000, Batches = 100;

    // A histogram is 2,048 counts and 16,384 fine ones; its log keeps at most 33 epochs of them.
    private const long Allowance = 8 << 20;

    public static IEnumerable<object[]> Observers => ObserverList.BuiltIn.Names.Where(name => name != "Recording").Select(name => new object[] { name });

    [TestMethod]
    [DynamicData(nameof(Observers))]
    public void A_hundred_million_values_take_no_more_memory_than_a_million(string name)
    {
        IObserver observer = new ObserverSpec
        {
            Observer = name,
            Type = ElementType.QInt8,
            Scheme = name.Contains("PerChannel", StringComparison.Ordinal) ? QScheme.PerChannelAffine : QScheme.PerTensorAffine,
            Scale = 1f,
            ZeroPoint = 0,
        }.Create();
        float[] values = Values();
        var shape = new Shape(Batch / 100, 100);
        observer.Observe(values, shape);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        long clock = Stopwatch.GetTimestamp();
        for (int i = 1; i < Batches; i++)
        {
            // The range grows again and again, as it does in real data.
            values[i] = i % 2 == 0 ? 4f + 0.01f * i : -4f - 0.01f * i;
            observer.Observe(values, shape);
        }
        Console.WriteLine($"{name}: {Stopwatch.GetElapsedTime(clock).TotalNanoseconds / Batch / (Batches - 1):F2} ns a value");
        Assert.AreEqual(100_000_000, observer.Count);
        Assert.IsLessThan(Allowance, GC.GetTotalMemory(forceFullCollection: true) - before);
        GC.KeepAlive(observer);
    }

    private static float[] Values()
    {
        var random = new SplitMix64(1);
        var values = new float[Batch];
        for (int i = 0; i < Batch; i++) { values[i] = (random.Next() >> 40) / (float)(1 << 23) - 1f; }
        return values;
    }
}
