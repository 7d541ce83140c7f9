using System.Text.Json;

namespace Microsoft.ML.Quantization.Tool.Tests.Verbs;

[TestClass]
public sealed class BenchVerbSpec
{
    private readonly TempFolder _folder = new();

    [TestCleanup]
    public void Clean() => _folder.Dispose();

    [TestMethod]
    public void Times_are_least_median_most()
    {
        JsonElement result = CommandRun.Json("bench", SmallModels.Dense(_folder), "--batch", "4", "--engine", "Reference");
        double least = result.GetProperty("minMilliseconds").GetDouble();
        double median = result.GetProperty("medianMilliseconds").GetDouble();
        Assert.IsTrue(least > 0 && least <= median && median <= result.GetProperty("maxMilliseconds").GetDouble(), result.ToString());
        Assert.AreEqual("Reference", result.GetProperty("engine").GetString());
        Assert.AreEqual(4, result.GetProperty("batch").GetInt32());
    }

    [TestMethod]
    public void Sizes_that_would_be_guessed_are_refused() =>
        CommandRun.Refused(["bench", SmallModels.Image(_folder, openSides: true)], "leaves the size of axis 2 open", "Export the model with that size fixed");

    [TestMethod]
    public void A_batch_the_model_does_not_take_is_refused() =>
        CommandRun.Refused(["bench", SmallModels.Dense(_folder, batch: 4), "--batch", "2"], "The batch is 2; this model takes exactly 4");
}
