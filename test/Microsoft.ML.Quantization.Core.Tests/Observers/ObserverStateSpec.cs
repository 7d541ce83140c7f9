using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests.Observers;

[TestClass]
public sealed class ObserverStateSpec
{
    // Written by the first version of the format. These texts never change: newer code must read them.
    public static IEnumerable<object[]> FirstVersion =>
    [
        ["MinMax", "per_tensor_affine", """{"observer":"MinMax","version":1,"count":3,"values":{"max_val":[2],"min_val":[-1.5]}}"""],
        ["PerChannelMinMax", "per_channel_symmetric", """{"observer":"PerChannelMinMax","version":1,"count":4,"values":{"axis":[0],"max_val":[2,4],"min_val":[-1.5,0]}}"""],
        ["MovingAverageMinMax", "per_tensor_symmetric", """{"observer":"MovingAverageMinMax","version":1,"count":9,"values":{"batches":[3],"first_max_val":[1],"first_min_val":[-1],"max_val":[1.25],"min_val":[-1.5]}}"""],
        ["MovingAveragePerChannelMinMax", "per_channel_affine", """{"observer":"MovingAveragePerChannelMinMax","version":1,"count":9,"values":{"axis":[1],"batches":[1],"first_max_val":[1],"first_min_val":[-1],"max_val":[1],"min_val":[-1]}}"""],
        ["Histogram", "per_tensor_affine", """{"observer":"Histogram","version":1,"count":7,"values":{"epoch_bins":[0,9,9,16,31],"epoch_counts":[1,2,2,1,1],"epoch_max":[2,3],"epoch_min":[0,-1],"epoch_sizes":[2,3],"histogram":[0,3.5,2.5,1],"infinities":[2],"max_val":[3],"min_val":[-1]}}"""],
        ["Percentile", "per_tensor_affine", """{"observer":"Percentile","version":1,"count":7,"values":{"epoch_bins":[0,9,9,16,31],"epoch_counts":[1,2,2,1,1],"epoch_max":[2,3],"epoch_min":[0,-1],"epoch_sizes":[2,3],"histogram":[0,3.5,2.5,1],"infinities":[2],"max_val":[3],"min_val":[-1]}}"""],
        ["Entropy", "per_tensor_affine", """{"observer":"Entropy","version":1,"count":7,"values":{"epoch_bins":[0,9,9,16,31],"epoch_counts":[1,2,2,1,1],"epoch_max":[2,3],"epoch_min":[0,-1],"epoch_sizes":[2,3],"histogram":[0,3.5,2.5,1],"infinities":[2],"max_val":[3],"min_val":[-1]}}"""],
        ["Mse", "per_tensor_affine", """{"observer":"Mse","version":1,"count":7,"values":{"epoch_bins":[0,9,9,16,31],"epoch_counts":[1,2,2,1,1],"epoch_max":[2,3],"epoch_min":[0,-1],"epoch_sizes":[2,3],"histogram":[0,3.5,2.5,1],"infinities":[2],"max_val":[3],"min_val":[-1]}}"""],
        ["Octav", "per_tensor_affine", """{"observer":"Octav","version":1,"count":7,"values":{"epoch_bins":[0,9,9,16,31],"epoch_counts":[1,2,2,1,1],"epoch_max":[2,3],"epoch_min":[0,-1],"epoch_sizes":[2,3],"histogram":[0,3.5,2.5,1],"infinities":[2],"max_val":[3],"min_val":[-1]}}"""],
        ["FixedQParams", "per_tensor_affine", """{"observer":"FixedQParams","version":1,"count":7,"values":{}}"""],
    ];

    [TestMethod]
    [DynamicData(nameof(FirstVersion))]
    public void States_of_the_first_version_load_and_are_written_unchanged(string name, string scheme, string json)
    {
        IObserver observer = Create(name, scheme);
        observer.Load(Parse(json));
        Assert.AreEqual(json, Text(observer.Save()));
        Assert.IsTrue(float.IsFinite(observer.CalculateQParams().Scale));
    }

    [TestMethod]
    [DynamicData(nameof(FirstVersion))]
    public void Observing_goes_on_as_if_never_saved(string name, string scheme, string json)
    {
        _ = json;
        IObserver whole = Create(name, scheme), first = Create(name, scheme), second = Create(name, scheme);
        float[] a = [1f, -2f, 0.5f, 4f], b = [7f, -1f, 0.25f, -3f];
        Shape shape = new(2, 2);
        second.Load(Parse(Text(second.Save())));
        whole.Observe(a, shape);
        first.Observe(a, shape);
        second.Load(Parse(Text(first.Save())));
        whole.Observe(b, shape);
        second.Observe(b, shape);
        Assert.AreEqual(Text(whole.Save()), Text(second.Save()));
        Assert.AreEqual(whole.CalculateQParams(), second.CalculateQParams());
    }

    [TestMethod]
    public void Infinities_survive_JSON()
    {
        var values = ImmutableSortedDictionary.Create<string, ImmutableArray<double>>(StringComparer.Ordinal).Add("x", [double.PositiveInfinity, double.NegativeInfinity, double.NaN, 0.1]);
        string json = Text(new ObserverState("MinMax", 1, 5, values));
        Assert.AreEqual("""{"observer":"MinMax","version":1,"count":5,"values":{"x":["Infinity","-Infinity","NaN",0.1]}}""", json);
        Assert.AreEqual(json, Text(Parse(json)));
    }

    [TestMethod]
    public void Foreign_and_damaged_states_are_refused()
    {
        Load("""{"observer":"Histogram","version":1,"count":0,"values":{}}""", "state of observer Histogram", "expected that of MinMax");
        Load("""{"observer":"MinMax","version":2,"count":0,"values":{}}""", "version 2", "versions 1 to 1", "newer build");
        Load("""{"observer":"MinMax","version":1,"count":-1,"values":{}}""", "a count of -1");
        Load("""{"observer":"MinMax","version":1,"count":0,"values":{}}""", "no 'min_val'");
        Load("""{"observer":"MinMax","version":1,"count":1,"values":{"max_val":[1,2],"min_val":[0]}}""", "2 numbers in 'max_val' instead of 1");
        Load("""{"observer":"MinMax","version":1,"count":1,"values":{"max_val":[1],"min_val":[2]}}""", "min_val 2 exceeds max_val 1");
        Load("""{"observer":"MinMax","version":1,"count":1,"values":{"max_val":[],"min_val":[]}}""", "0 ranges after 1 values");
        Load("""{"observer":"MinMax","version":1,"count":2,"values":{"max_val":[1,1],"min_val":[0,0]}}""", "2 ranges");
        Load("""{"observer":"MinMax","version":1,"count":1,"values":{"max_val":[1],"min_val":[0],"extra":[]}}""", "unknown 'extra'");
        Load("""{"observer":"MinMax","version":1,"count":1,"values":{"max_val":[true],"min_val":[0]}}""", "true where a number belongs");
        Load("""{"observer":"MinMax","version":1,"count":1,"values":{"max_val":1}}""", "'max_val' is not an array");
        Load("""{"observer":"MinMax","version":1,"values":{}}""", "no 'count'");
        Load("""{"observer":"MinMax","version":1.5,"count":1,"values":{}}""", "'version' is not an integer");
        Load("""{"observer":"MinMax","version":1,"count":1.5,"values":{}}""", "'count' is not an integer");
        Load("[]", "no 'observer'");

        static void Load(string json, params string[] parts) => Refusal.Of(() => Create("MinMax", "per_tensor_affine").Load(Parse(json)), parts);
    }

    [TestMethod]
    public void Damaged_histograms_and_averages_are_refused()
    {
        Load("Histogram", """{"observer":"Histogram","version":1,"count":7,"values":{"epoch_bins":[0],"epoch_counts":[7],"epoch_max":[3],"epoch_min":[-1],"epoch_sizes":[1],"histogram":[1,2],"infinities":[0],"max_val":[3],"min_val":[-1]}}""", "2 numbers in 'histogram' instead of 4");
        Load("Histogram", """{"observer":"Histogram","version":1,"count":8,"values":{"epoch_bins":[0],"epoch_counts":[8],"epoch_max":[3],"epoch_min":[-1],"epoch_sizes":[1],"histogram":[1,2,3,1],"infinities":[0],"max_val":[3],"min_val":[-1]}}""", "sum to 7 after 8");
        Load("Histogram", """{"observer":"Histogram","version":1,"count":2,"values":{"epoch_bins":[0],"epoch_counts":[2],"epoch_max":[3],"epoch_min":[-1],"epoch_sizes":[1],"histogram":[1,2,-1,0],"infinities":[0],"max_val":[3],"min_val":[-1]}}""", "negative");
        Load("Histogram", """{"observer":"Histogram","version":1,"count":2,"values":{"epoch_bins":[0],"epoch_counts":[2],"epoch_max":[3],"epoch_min":[-1],"epoch_sizes":[1],"histogram":[1,1,0,0],"infinities":[0.5],"max_val":[3],"min_val":[-1]}}""", "'infinities' is 0.5");
        Load("Histogram", """{"observer":"Histogram","version":1,"count":2,"values":{"epoch_bins":[0],"epoch_counts":[2],"epoch_max":[3],"epoch_min":[-1],"epoch_sizes":[1],"histogram":[1,1,0,0],"infinities":[0],"max_val":["Infinity"],"min_val":[-1]}}""", "the range -1..");
        Epochs("[]", "[]", "[]", "[]", "[]", "sum to 0 after 2");
        Epochs("[0]", "[2]", "[3]", "[-1]", "[2]", "2 bins of epochs instead of 1");
        Epochs("[32]", "[2]", "[3]", "[-1]", "[1]", "a bin of an epoch that cannot be");
        Epochs("[0]", "[-2]", "[3]", "[-1]", "[1]", "a bin of an epoch that cannot be");
        Epochs("[0]", "[2]", "[3]", "[4]", "[1]", "the range 4..3 of an epoch");
        Load("Histogram", """{"observer":"Histogram","version":1,"count":0,"values":{"epoch_bins":[],"epoch_counts":[],"epoch_max":[],"epoch_min":[],"epoch_sizes":[],"histogram":[0,0,0,0],"infinities":[0],"max_val":[],"min_val":[]}}""", "no epochs");
        Load("MovingAverageMinMax", """{"observer":"MovingAverageMinMax","version":1,"count":9,"values":{"batches":[0],"first_max_val":[1],"first_min_val":[-1],"max_val":[1],"min_val":[-1]}}""", "0 batches and 1 ranges");

        static void Epochs(string bins, string counts, string high, string low, string sizes, string part) => Load("Histogram",
            $$$"""{"observer":"Histogram","version":1,"count":2,"values":{"epoch_bins":{{{bins}}},"epoch_counts":{{{counts}}},"epoch_max":{{{high}}},"epoch_min":{{{low}}},"epoch_sizes":{{{sizes}}},"histogram":[1,1,0,0],"infinities":[0],"max_val":[3],"min_val":[-1]}}""", part);

        static void Load(string name, string json, params string[] parts) => Refusal.Of(() => Create(name, "per_tensor_affine").Load(Parse(json)), parts);
    }

    private static IObserver Create(string name, string scheme) =>
        new ObserverSpec { Observer = name, Scheme = QSchemes.Parse(scheme), Type = ElementType.QInt8, Bins = 4, Scale = 0.5f, ZeroPoint = 1 }.Create();

    private static ObserverState Parse(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return ObserverStateJson.Read(document.RootElement);
    }

    private static string Text(ObserverState state)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream)) { ObserverStateJson.Write(writer, state); }
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
