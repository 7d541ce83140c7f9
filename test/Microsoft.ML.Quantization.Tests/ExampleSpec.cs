using System.Text.Json;
using PostTrainingStatic;

namespace Microsoft.ML.Quantization.Tests;

/// <summary>The examples run, and show what the README says.</summary>
[TestClass]
public sealed class ExampleSpec
{
    [TestMethod]
    public void PostTrainingStatic_keeps_the_accuracy_in_less_than_a_third_of_the_size()
    {
        JsonElement result = Run("--json");
        (JsonElement single, JsonElement int8) = (result.GetProperty("float"), result.GetProperty("int8"));
        Assert.AreEqual(0.9211, single.GetProperty("accuracy").GetDouble(), 0.0006, "PyTorch measured 0.9211 on the same network and images");
        Assert.IsTrue(int8.GetProperty("accuracy").GetDouble() >= single.GetProperty("accuracy").GetDouble() - 0.003);
        Assert.IsTrue(int8.GetProperty("bytes").GetInt64() <= 0.30 * single.GetProperty("bytes").GetInt64());
        foreach (string time in new[] { "millisecondsPerRow", "rowsPerSecond" }) { Assert.IsTrue(int8.GetProperty(time).GetDouble() > 0); }
    }

    private static JsonElement Run(params string[] arguments)
    {
        TextWriter console = Console.Out;
        using var output = new StringWriter();
        Console.SetOut(output);
        try { typeof(FashionMnist).Assembly.EntryPoint!.Invoke(null, [arguments]); }
        finally { Console.SetOut(console); }
        return JsonDocument.Parse(output.ToString()).RootElement;
    }
}
