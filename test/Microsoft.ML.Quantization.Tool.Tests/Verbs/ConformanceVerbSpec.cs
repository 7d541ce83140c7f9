using System.Text.Json;

namespace Microsoft.ML.Quantization.Tool.Tests.Verbs;

[TestClass]
public sealed class ConformanceVerbSpec
{
    private const string Suite = "/usr/share/libonnx-testdata/data/simple";

    [TestMethod]
    public void Every_case_is_counted_and_named()
    {
        if (!Directory.Exists(Suite)) { Assert.Inconclusive("ONNX's test data are not installed: apt-get install libonnx-testdata."); }
        JsonElement result = CommandRun.Json("conformance", Suite);
        JsonElement[] cases = [.. result.GetProperty("cases").EnumerateArray()];
        foreach (string outcome in new[] { "passed", "failed", "unsupported" })
        {
            Assert.AreEqual(cases.Count(test => test.GetProperty("outcome").GetString() == outcome), result.GetProperty(outcome).GetInt32());
        }
        Assert.IsTrue(cases.All(test => test.GetProperty("outcome").GetString() == "passed" == (test.GetProperty("reason").GetString() == "")));
        Assert.AreEqual("Sign", cases.Single(test => test.GetProperty("name").GetString() == "test_sign_model").GetProperty("operator").GetString());
    }

    [TestMethod]
    public void A_folder_without_cases_is_refused()
    {
        using var folder = new TempFolder();
        CommandRun.Refused(["conformance", folder.At("none")], "There is no folder");
    }
}
