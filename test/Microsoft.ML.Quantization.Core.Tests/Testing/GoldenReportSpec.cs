using System.Text;
using System.Text.Json.Nodes;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests.Testing;

[TestClass]
public sealed class GoldenReportSpec
{
    [TestMethod]
    public void Parallel_writers_lose_nothing_and_a_repeated_run_replaces_its_counts()
    {
        string folder = Directory.CreateTempSubdirectory("golden-report-").FullName;
        try
        {
            string path = Path.Combine(folder, "report.json");
            Parallel.For(0, 24, i => GoldenReport.Record(path, $"f{i % 12:00}.json", i % 12, 1, 0));
            JsonObject report = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
            Assert.HasCount(12, report);
            Assert.AreEqual("""{"run":7,"excluded":1,"failed":0}""", report["f07.json"]!.ToJsonString());
            CollectionAssert.AreEqual(report.Select(e => e.Key).Order(StringComparer.Ordinal).ToList(), report.Select(e => e.Key).ToList());
        }
        finally { Directory.Delete(folder, recursive: true); }
    }

    [TestMethod]
    public void A_failing_case_fails_the_file_and_names_itself()
    {
        GoldenFile file = GoldenFile.Parse("none.json", Encoding.UTF8.GetBytes("""{"cases":[{"name":"a"},{"name":"b"},{"name":"c_special"}]}"""));
        AssertFailedException failure = Assert.ThrowsExactly<AssertFailedException>(() => file.Check(
            c => c.Name.EndsWith("_special", StringComparison.Ordinal) ? "special" : null,
            c => { if (c.Name == "b") { throw new InvalidOperationException("boom"); } }));
        StringAssert.Contains(failure.Message, "1 of 2 cases");
        StringAssert.Contains(failure.Message, "b: boom");
    }

    [TestMethod]
    public void Numbers_keep_their_float_bits_and_specials()
    {
        GoldenFile file = GoldenFile.Parse("none.json", Encoding.UTF8.GetBytes(
            """{"cases":[{"name":"a","inputs":{"x":{"shape":[4],"dtype":"f32","data":[0.1,"NaN","-Infinity",1.1920929e-07]}},"attrs":{},"expected":{}}]}"""));
        float[] x = file.Cases[0].Input("x").Floats;
        Assert.AreEqual(0.1f, x[0]);
        Assert.IsTrue(float.IsNaN(x[1]));
        Assert.AreEqual(float.NegativeInfinity, x[2]);
        Assert.AreEqual(MathF.ScaleB(1f, -23), x[3]);
    }
}
