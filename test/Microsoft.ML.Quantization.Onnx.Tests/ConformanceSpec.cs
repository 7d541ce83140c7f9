namespace Microsoft.ML.Quantization.Onnx.Tests;

/// <summary>
/// ONNX's own backend tests, where Debian's package libonnx-testdata is installed (or <c>MLQ_ONNX_TESTDATA</c> names a folder with its
/// suites). The numbers are what passed when they were written: they may only grow, and nothing may be wrong.
/// </summary>
[TestClass]
public sealed class ConformanceSpec
{
    private static string Folder => Environment.GetEnvironmentVariable("MLQ_ONNX_TESTDATA") is { Length: > 0 } folder ? folder : "/usr/share/libonnx-testdata/data";

    [TestMethod]
    [DataRow("node", 845)]
    [DataRow("pytorch-converted", 82)]
    [DataRow("pytorch-operator", 35)]
    [DataRow("simple", 7)]
    public void As_many_cases_pass_as_before_and_none_is_wrong(string suite, int passed)
    {
        string folder = Path.Combine(Folder, suite);
        if (!Directory.Exists(folder)) { Assert.Inconclusive("ONNX's test data are not installed: apt-get install libonnx-testdata, or set MLQ_ONNX_TESTDATA."); }
        ConformanceReport report = ConformanceRunner.Run(folder);
        Assert.AreEqual("", string.Join('\n', report.Cases.Where(test => test.Outcome == ConformanceOutcome.Failed).Select(test => $"{test.Name}: {test.Reason}")));
        Assert.IsTrue(report.Passed >= passed, $"{report.Passed} of {report.Cases.Length} pass; expected {passed}:\n{string.Join('\n', report.Cases.Where(test => test.Outcome == ConformanceOutcome.Unsupported).Select(test => $"{test.Name}: {test.Reason}"))}");
    }

    [TestMethod]
    public void All_cases_of_quantization_pass()
    {
        string folder = Path.Combine(Folder, "node");
        if (!Directory.Exists(folder)) { Assert.Inconclusive("ONNX's test data are not installed: apt-get install libonnx-testdata, or set MLQ_ONNX_TESTDATA."); }
        ConformanceCase[] cases = [.. ConformanceRunner.Run(folder).Cases.Where(test => test.Name.Contains("quantize", StringComparison.Ordinal) || test.Name.Contains("qlinear", StringComparison.Ordinal) || test.Name.Contains("integer", StringComparison.Ordinal))];
        Assert.AreEqual(17, cases.Length);
        Assert.AreEqual("", string.Join('\n', cases.Where(test => test.Outcome != ConformanceOutcome.Passed).Select(test => test.Name)));
    }

    [TestMethod]
    public void A_folder_without_cases_is_refused()
    {
        using var folder = new TemporaryFolder();
        StringAssert.Contains(Assert.ThrowsExactly<QuantizationException>(() => ConformanceRunner.Run(folder.Path)).Message, "no ONNX backend test");
        StringAssert.Contains(Assert.ThrowsExactly<QuantizationException>(() => ConformanceRunner.Run(Path.Combine(folder.Path, "none"))).Message, "There is no folder");
    }
}
