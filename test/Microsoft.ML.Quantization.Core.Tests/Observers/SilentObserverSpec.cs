using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests.Observers;

[TestClass]
public sealed class SilentObserverSpec
{
    [TestMethod]
    public void Markers_count_and_refuse_parameters_with_the_reason()
    {
        Refuses(ObserverDefaults.Placeholder, "states the type float32", "MinMax or Histogram");
        Refuses(ObserverDefaults.Dynamic, "quint8 with is_dynamic", "in each run", "dynamic quantization");
        Refuses(new() { Observer = "NoOp", Type = ElementType.Float16 }, "stays in float", "MinMax or Histogram");
        Refuses(ObserverDefaults.ReuseInput, "no parameters of its own", "operator's input");

        static void Refuses(ObserverSpec spec, params string[] parts)
        {
            IObserver observer = spec.Create(), other = spec.Create();
            observer.Observe([1f, float.NaN, 2f], new Shape(3));
            other.Load(observer.Save());
            other.Merge(observer);
            Assert.AreEqual(6, other.Count);
            Refusal.Of(() => other.CalculateQParams(), parts);
            Refusal.Of(() => other.Merge(other), "merged with itself");
        }
    }

    [TestMethod]
    public void The_run_decides_the_range_of_dynamic_values_in_their_type()
    {
        Assert.AreEqual(ElementType.QUInt8, ObserverDefaults.Dynamic.ComputeType);
        Assert.IsNull(ObserverDefaults.Placeholder.ComputeType);
    }

    [TestMethod]
    public void Fixed_parameters_do_not_depend_on_what_is_seen()
    {
        IObserver observer = ObserverDefaults.FixedRangeMinus1To1.Create();
        var expected = new QuantizationParameters(1f / 128, 128, ElementType.QUInt8);
        Assert.AreEqual(expected, observer.CalculateQParams());
        observer.Observe([1000f], new Shape(1));
        Assert.AreEqual(expected, observer.CalculateQParams());
        Assert.AreEqual(new QuantizationParameters(1f / 256, 0, ElementType.QUInt8), ObserverDefaults.FixedRange0To1.Create().CalculateQParams());
    }
}
