using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests.Observers;

[TestClass]
public sealed class ObserverRulesSpec
{
    [TestMethod]
    public void Contradicting_settings_are_refused()
    {
        Create(new() { Observer = "MinMax", Scheme = QScheme.PerChannelAffine }, "MinMax", "per_channel_affine", "per_tensor scheme", "PerChannelMinMax");
        Create(new() { Observer = "MovingAverageMinMax", Scheme = QScheme.PerChannelSymmetric }, "per_tensor scheme");
        Create(new() { Observer = "Histogram", Scheme = QScheme.PerChannelAffine }, "per_tensor scheme");
        Create(new() { Observer = "PerChannelMinMax" }, "per_tensor_affine", "per_channel scheme");
        Create(new() { Observer = "MovingAveragePerChannelMinMax" }, "per_channel scheme");
        Create(new() { Observer = "MinMax", Type = ElementType.Float32 }, "float32", "quint8");
        Create(new() { Observer = "MinMax", Scheme = QScheme.PerTensorSymmetric, ReduceRange = true }, "reduce_range", "quint8", "qint8");
        Create(new() { Observer = "MinMax", Eps = 0f }, "eps=0");
        Create(new() { Observer = "MinMax", Eps = float.NaN }, "eps=NaN");
        Create(new() { Observer = "MovingAverageMinMax", AveragingConstant = 1.5f }, "averaging_constant=1.5");
        Create(new() { Observer = "Histogram", Bins = 1 }, "bins=1");
        Create(new() { Observer = "MinMax", QuantMin = 3, QuantMax = 9 }, "3..9");
        Create(new() { Observer = "Percentile", Percentile = 0 }, "percentile=0", "0.9999");
        Create(new() { Observer = "Percentile", Percentile = 99.99 }, "percentile=99.99", "up to 1");
        Create(new() { Observer = "Mse", Scheme = QScheme.PerChannelAffine }, "per_tensor scheme");
        Create(new() { Observer = "Recording", Cap = 0 }, "cap=0", "1 or more");
        Create(new() { Observer = "FixedQParams", Scale = 1f }, "lacks its zero_point", "both");
        Create(new() { Observer = "FixedQParams", ZeroPoint = 1 }, "lacks its scale");
        Create(new() { Observer = "FixedQParams", Scale = 0f, ZeroPoint = 1 }, "A scale is 0");
        Create(new() { Observer = "FixedQParams", Scale = 1f, ZeroPoint = 256 }, "zero point is 256", "0..255");
        Create(new() { Observer = "Median" }, "no observer 'Median'", "Entropy, FixedQParams, Histogram, MinMax, MovingAverageMinMax, MovingAveragePerChannelMinMax, Mse, NoOp, Octav, PerChannelMinMax, Percentile, Placeholder, Recording, ReuseInput");

        static void Create(ObserverSpec spec, params string[] parts) => Refusal.Of(() => spec.Create(), parts);
    }

    [TestMethod]
    public void PyTorchs_class_names_are_aliases_and_a_list_can_grow()
    {
        Assert.AreEqual("MinMax", new ObserverSpec { Observer = "MinMaxObserver" }.Create().Spec.Observer);
        foreach (string name in ObserverList.BuiltIn.Names) { Assert.AreEqual(name, ObserverList.BuiltIn.Resolve(name + "Observer")); }
        Assert.AreEqual("NoOp", ObserverList.BuiltIn.Resolve("NoopObserver"));
        ObserverList longer = ObserverList.BuiltIn.With("MyObserver", spec => new MinMaxObserver(spec));
        Assert.AreEqual("MyObserver", longer.Create(new() { Observer = "MyObserver" }).Spec.Observer);
        Assert.AreEqual("Nobody", longer.Resolve("Nobody"));
        CollectionAssert.DoesNotContain(ObserverList.BuiltIn.Names.ToList(), "MyObserver");
    }

    [TestMethod]
    [DataRow("MinMax", QScheme.PerTensorAffine)]
    [DataRow("MovingAverageMinMax", QScheme.PerTensorSymmetric)]
    [DataRow("PerChannelMinMax", QScheme.PerChannelSymmetric)]
    [DataRow("MovingAveragePerChannelMinMax", QScheme.PerChannelAffine)]
    [DataRow("Histogram", QScheme.PerTensorAffine)]
    [DataRow("Percentile", QScheme.PerTensorAffine)]
    [DataRow("Entropy", QScheme.PerTensorSymmetric)]
    [DataRow("Mse", QScheme.PerTensorAffine)]
    [DataRow("Octav", QScheme.PerTensorSymmetric)]
    public void Every_observer_refuses_NaN_and_keeps_what_it_had(string name, QScheme scheme)
    {
        IObserver observer = new ObserverSpec { Observer = name, Scheme = scheme, Type = ElementType.QInt8 }.Create();
        observer.Observe([], new Shape(0, 3));
        Assert.AreEqual(1f, observer.CalculateQParams().Scale);
        observer.Observe([1f, -2f, 3f], new Shape(3, 1));
        QuantizationParameters before = observer.CalculateQParams();
        Refusal.Of(() => observer.Observe([1f, 9f, float.NaN], new Shape(3, 1)), name, "element 2 of 3", "first operator that produces NaN");
        Assert.AreEqual(before, observer.CalculateQParams());
        Assert.AreEqual(3, observer.Count);
        Refusal.Of(() => observer.Merge(observer), "merged with itself");
        Refusal.Of(() => observer.Merge((observer.Spec with { Eps = 1f }).Create()), "same settings");
    }

    [TestMethod]
    public void Infinite_ranges_are_refused_when_parameters_are_asked_for()
    {
        var observer = new MinMaxObserver(new() { Observer = "MinMax" });
        observer.Observe([1f, float.PositiveInfinity], new Shape(2));
        Refusal.Of(() => observer.CalculateQParams(), "finite range");
    }

    [TestMethod]
    public void Channels_may_not_change()
    {
        IObserver observer = new ObserverSpec { Observer = "PerChannelMinMax", Scheme = QScheme.PerChannelAffine, ChannelAxis = -1 }.Create();
        observer.Observe(new float[6], new Shape(2, 3));
        Refusal.Of(() => observer.Observe(new float[8], new Shape(2, 4)), "4 channels on axis -1", "expected 3");
        Refusal.Of(() => observer.Observe(new float[5], new Shape(2, 3)), "5 values", "[2, 3]");
        Refusal.Of(() => observer.Observe(new float[1], Shape.Scalar), "channel axis is -1");
        IObserver other = observer.Spec.Create();
        other.Observe(new float[4], new Shape(1, 4));
        Refusal.Of(() => observer.Merge(other), "4 channels", "expected 3");
        Assert.AreEqual(1, observer.CalculateQParams().Axis);
    }
}
