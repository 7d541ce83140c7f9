using System.Text.Json;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Tool.Tests.Verbs;

[TestClass]
public sealed class EnginesVerbSpec
{
    [TestMethod]
    public void Engines_are_listed_fastest_first_and_one_is_selected()
    {
        JsonElement[] engines = [.. CommandRun.Json("engines").GetProperty("engines").EnumerateArray()];
        CollectionAssert.AreEqual(EngineList.All.Select(engine => engine.Name).ToArray(), engines.Select(engine => engine.GetProperty("name").GetString()).ToArray());
        CollectionAssert.AreEqual(EngineList.All.Select(engine => engine.IsSupported).ToArray(), engines.Select(engine => engine.GetProperty("supported").GetBoolean()).ToArray());
        JsonElement selected = engines.Single(engine => engine.GetProperty("selected").GetBoolean());
        Assert.IsTrue(selected.GetProperty("supported").GetBoolean());
    }

    [TestMethod]
    public void Without_json_it_is_a_table()
    {
        CommandRun run = CommandRun.Of("engines");
        Assert.AreEqual(Application.Done, run.Code);
        StringAssert.Contains(run.Out, "Reference");
    }
}
