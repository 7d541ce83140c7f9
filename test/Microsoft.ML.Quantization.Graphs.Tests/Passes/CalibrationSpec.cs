using System.Text;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;
using Microsoft.ML.Quantization.Tests.Configuration;

namespace Microsoft.ML.Quantization.Tests.Passes;

[TestClass]
public sealed class CalibrationSpec
{
    private static readonly PreparedGraph s_prepared = Prepared("MinMax");

    private static PreparedGraph Prepared(string observer, int nodes = 2) => Prepared(new ObserverSpec { Observer = observer }, nodes);

    private static PreparedGraph Prepared(ObserverSpec observer, int nodes = 2)
    {
        Sketch sketch = new Sketch(3, 4).Random("w", 4, 4).Random("c", 4).Node("a", "Gemm", "x w").Node("s", "Add", "a c").Node("g", "Sigmoid", "s");
        Graph graph = nodes == 2 ? sketch.Node("y", "Gemm", "g w").Outputs("y") : sketch.Node("f", "Flatten", "g").Node("y", "Gemm", "f w").Outputs("y");
        return Prepare.Run(graph, QConfigMapping.Empty.SetGlobal(new(observer, QConfigMapping.Default.Global!.Weight)));
    }

    private static Calibration Seen(PreparedGraph prepared, params float[] values)
    {
        var calibration = new Calibration(prepared);
        foreach (string value in calibration.Values) { calibration.Observe(value, values, new Shape(values.Length)); }
        calibration.AddRows(values.Length);
        return calibration;
    }

    private static string Saved(Calibration calibration)
    {
        using var stream = new MemoryStream();
        CalibrationJson.Save(calibration, stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static Calibration Loaded(string json, PreparedGraph? prepared = null) => CalibrationJson.Load(prepared ?? s_prepared, new MemoryStream(Encoding.UTF8.GetBytes(json)));

    [TestMethod]
    public void Constants_and_values_with_fixed_parameters_are_not_observed() =>
        CollectionAssert.AreEquivalent(new[] { "x", "a", "s", "y" }, new Calibration(s_prepared).Values.ToArray());

    [TestMethod]
    public void Values_that_share_an_observer_fill_the_same_one()
    {
        PreparedGraph prepared = Prepare.Run(new Sketch(3, 4).Random("w", 4, 4).Node("a", "Gemm", "x w").Node("r", "Flatten", "a").Node("y", "Gemm", "r w").Outputs("y"), QConfigMapping.Default);
        var calibration = new Calibration(prepared);
        Assert.AreSame(calibration.ObserverOf("a"), calibration.ObserverOf("r"));
        calibration.Observe("a", [-1f], new Shape(1));
        calibration.Observe("r", [1f], new Shape(1));
        Assert.AreEqual(2f / 255, calibration.ObserverOf("a").CalculateQParams().Scale, 1e-9f);
    }

    [TestMethod]
    public void NaN_is_refused_with_the_value_and_the_node_that_computed_it()
    {
        var calibration = new Calibration(s_prepared);
        QConfigMappingSpec.Refuses("Value 'a', which Gemm 'a' computes, is NaN in a calibration batch", () => calibration.Observe("a", [1f, float.NaN], new Shape(2)));
        QConfigMappingSpec.Refuses("Value 'x', an input of the graph, is NaN in a calibration batch", () => calibration.Observe("x", [float.NaN], new Shape(1)));
        Assert.AreEqual(0, calibration.ObserverOf("a").Count, "the batch left no trace");
    }

    [TestMethod]
    public void Infinity_is_refused_at_once_where_it_would_spoil_the_range()
    {
        var calibration = new Calibration(s_prepared);
        QConfigMappingSpec.Refuses("Value 'a', which Gemm 'a' computes, is -Infinity in a calibration batch; expected finite numbers.", () => calibration.Observe("a", [1f, float.NegativeInfinity], new Shape(2)));
        Assert.AreEqual(0, calibration.ObserverOf("a").Count, "the batch left no trace");
        var histogram = new Calibration(Prepared("Histogram"));
        histogram.Observe("a", [1f, float.NegativeInfinity], new Shape(2));
        Assert.IsTrue(float.IsFinite(histogram.ObserverOf("a").CalculateQParams().Scale), "a histogram leaves it out");
    }

    [TestMethod]
    public void Every_setting_of_an_observer_is_part_of_the_fingerprint()
    {
        ObserverSpec spec = new() { Observer = "Percentile" };
        ObserverSpec[] others = [spec, spec with { Percentile = 0.99 }, spec with { Cap = 100 }, spec with { Bins = 1024 }, spec with { Eps = 1e-3f }, spec with { AveragingConstant = 0.5f }];
        Assert.AreEqual(others.Length, others.Select(other => new Calibration(Prepared(other)).Fingerprint).Distinct().Count());
    }

    [TestMethod]
    public void A_value_without_observer_is_refused()
    {
        var calibration = new Calibration(s_prepared);
        QConfigMappingSpec.Refuses("Value 'g' of graph 'sketch' has no observer; expected one of Calibration.Values.", () => calibration.Observe("g", [1f], new Shape(1)));
        QConfigMappingSpec.Refuses("Value 'g' of graph 'sketch' has no observer", () => calibration.ObserverOf("g"));
        QConfigMappingSpec.Refuses("Found -1 rows; expected 0 or more.", () => calibration.AddRows(-1));
    }

    [TestMethod]
    [DataRow("MinMax")]
    [DataRow("MovingAverageMinMax")]
    [DataRow("Histogram")]
    public void A_saved_state_resumes_and_saving_is_deterministic(string observer)
    {
        PreparedGraph prepared = Prepared(observer);
        string json = Saved(Seen(prepared, -1, 2, 3));
        Calibration loaded = Loaded(json, prepared);
        Assert.AreEqual(3, loaded.Rows);
        Assert.AreEqual(json, Saved(loaded));
        Assert.AreEqual(Seen(prepared, -1, 2, 3).ObserverOf("a").CalculateQParams(), loaded.ObserverOf("a").CalculateQParams());
    }

    [TestMethod]
    public void Shards_merge_into_what_one_observer_would_have_seen()
    {
        Calibration first = Seen(s_prepared, -1, 2), second = Seen(s_prepared, -3, 1, 0);
        first.Merge(second);
        Assert.AreEqual(Seen(s_prepared, -1, 2, -3, 1, 0).ObserverOf("x").CalculateQParams(), first.ObserverOf("x").CalculateQParams());
        Assert.AreEqual(5, first.Rows);
        QConfigMappingSpec.Refuses("A calibration was merged with itself", () => first.Merge(first));
    }

    [TestMethod]
    public void Another_model_or_configuration_is_refused()
    {
        Calibration other = Seen(Prepared("MinMax", nodes: 3), 1), histogram = Seen(Prepared("Histogram"), 1);
        QConfigMappingSpec.Refuses("The calibration is of another model or another configuration: its fingerprint is", () => Seen(s_prepared, 1).Merge(other));
        QConfigMappingSpec.Refuses("The calibration is of another model or another configuration: its fingerprint is", () => Loaded(Saved(histogram)));
        Assert.AreEqual(new Calibration(s_prepared).Fingerprint, new Calibration(Prepared("MinMax")).Fingerprint, "equal decisions have equal fingerprints");
    }

    [TestMethod]
    public void Damaged_files_are_refused_with_a_reason()
    {
        string good = Saved(Seen(s_prepared, 1));
        QConfigMappingSpec.Refuses("The saved calibration is not JSON at line 1", () => Loaded(good[..^1]));
        QConfigMappingSpec.Refuses("This is not a saved calibration; expected an object with format, version", () => Loaded("""{"version":1}"""));
        QConfigMappingSpec.Refuses("The saved calibration has version 2; this package reads version 1.", () => Loaded(good.Replace("\"version\":1,\"fing", "\"version\":2,\"fing", StringComparison.Ordinal)));
        QConfigMappingSpec.Refuses("Found the unknown key 'row' in the saved calibration", () => Loaded(good.Replace("\"rows\"", "\"row\"", StringComparison.Ordinal)));
        QConfigMappingSpec.Refuses("The saved calibration has 'rows', which is not an integer.", () => Loaded(good.Replace("\"rows\":1", "\"rows\":1.5", StringComparison.Ordinal)));
        QConfigMappingSpec.Refuses("The saved calibration lacks 'rows' of kind Number.", () => Loaded(good.Replace("\"rows\":1", "\"rows\":\"1\"", StringComparison.Ordinal)));
        QConfigMappingSpec.Refuses("Found the unknown key 'z' in the groups of the saved calibration", () => Loaded(good.Replace("\"y\":", "\"z\":", StringComparison.Ordinal)));
        QConfigMappingSpec.Refuses("The saved calibration of group 'x': ", () => Loaded(good.Replace("\"min_val\":[1]", "\"min_val\":[7]", StringComparison.Ordinal)));
    }
}
