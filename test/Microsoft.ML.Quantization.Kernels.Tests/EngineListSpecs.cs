namespace Microsoft.ML.Quantization.Kernels.Tests;

[TestClass]
[TestCategory("Engine")]
public sealed class EngineListSpecs
{
    [TestMethod]
    public void Reference_is_last_and_always_supported()
    {
        Assert.AreEqual("Reference", EngineList.All[^1].Name);
        Assert.AreSame(EngineList.Reference, EngineList.Supported[^1]);
    }

    [TestMethod]
    public void Names_are_unique_and_found_in_any_case()
    {
        Assert.AreEqual(EngineList.All.Length, EngineList.All.Select(static engine => engine.Name).Distinct(StringComparer.OrdinalIgnoreCase).Count());
        foreach (Engine engine in EngineList.Supported) { Assert.AreSame(engine, EngineList.Find(engine.Name.ToUpperInvariant())); }
    }

    [TestMethod]
    [DataRow(null)]
    [DataRow("")]
    public void Nothing_forced_is_the_fastest_engine(string? forced) => Assert.AreSame(EngineList.Supported[0], EngineList.Choose(forced));

    [TestMethod]
    public void A_forced_engine_is_chosen() => Assert.AreSame(EngineList.Reference, EngineList.Choose("Reference"));

    [TestMethod]
    public void An_unknown_engine_is_refused_with_the_names_that_exist()
    {
        QuantizationException problem = Assert.ThrowsExactly<QuantizationException>(static () => EngineList.Choose("Quantum"));
        StringAssert.Contains(problem.Message, "'Quantum'");
        StringAssert.Contains(problem.Message, "Reference");
        StringAssert.Contains(problem.Message, EngineList.ForceVariable);
    }

    [TestMethod]
    public void The_environment_variable_is_read_at_each_call()
    {
        string? before = Environment.GetEnvironmentVariable(EngineList.ForceVariable);
        try
        {
            Environment.SetEnvironmentVariable(EngineList.ForceVariable, "Reference");
            Assert.AreSame(EngineList.Reference, EngineList.Default);
            Environment.SetEnvironmentVariable(EngineList.ForceVariable, "Quantum");
            Assert.ThrowsExactly<QuantizationException>(static () => EngineList.Default);
        }
        finally
        {
            Environment.SetEnvironmentVariable(EngineList.ForceVariable, before);
        }
    }
}
