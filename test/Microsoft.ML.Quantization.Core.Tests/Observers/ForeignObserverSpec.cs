using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.Tests.Observers;

/// <summary>An observer that somebody else writes, with public members only, is an observer like the others.</summary>
[TestClass]
public sealed class ForeignObserverSpec
{
    [TestMethod]
    public void A_list_makes_it_by_its_name_in_JSON_and_its_state_is_saved_merged_and_loaded()
    {
        ObserverList observers = ObserverList.BuiltIn.With("MeanMagnitude", spec => new MeanMagnitudeObserver(spec));
        using JsonDocument settings = JsonDocument.Parse("""{"observer":"MeanMagnitude","dtype":"qint8","qscheme":"per_tensor_symmetric"}""");
        ObserverSpec spec = ObserverSpecJson.Read(settings.RootElement);
        IObserver first = observers.Create(spec), second = observers.Create(spec), loaded = observers.Create(spec);
        first.Observe([1f, -3f], new Shape(2));
        second.Observe([-2f, 6f], new Shape(2));
        first.Merge(second);

        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream)) { ObserverStateJson.Write(writer, first.Save()); }
        using JsonDocument state = JsonDocument.Parse(stream.ToArray());
        loaded.Load(ObserverStateJson.Read(state.RootElement));
        Assert.AreEqual(new QuantizationParameters(12f / 127.5f, 0, ElementType.QInt8), loaded.CalculateQParams(), "four times the mean magnitude, 3");
    }

    private sealed class MeanMagnitudeObserver(ObserverSpec spec) : IObserver
    {
        private double _sum;

        public ObserverSpec Spec => spec;

        public long Count { get; private set; }

        public void Observe(ReadOnlySpan<float> values, Shape shape)
        {
            foreach (float value in values) { _sum += Math.Abs(value); }
            Count += values.Length;
        }

        public QuantizationParameters CalculateQParams()
        {
            float bound = (float)(4 * _sum / Count);
            return ParameterChooser.PerTensor(-bound, bound, Spec.Scheme, Spec.Type, Spec.Range, Spec.HasCustomRange, Spec.Eps);
        }

        public ObserverState Save() => new(Spec.Observer, 1, Count, ImmutableSortedDictionary.Create<string, ImmutableArray<double>>(StringComparer.Ordinal).Add("sum", [_sum]));

        public void Load(ObserverState state) => (_sum, Count) = (state.Values["sum"][0], state.Count);

        public void Merge(IObserver later)
        {
            var other = (MeanMagnitudeObserver)later;
            (_sum, Count) = (_sum + other._sum, Count + other.Count);
        }
    }
}
