namespace Microsoft.ML.Quantization.Kernels.Tests;

/// <summary>What Linux says of the processor against what the engines say, so that none drops out of the tests unnoticed.</summary>
[TestClass]
[TestCategory("Engine")]
public sealed class MachineSpecs
{
    private const string ProcessorInformation = "/proc/cpuinfo";

    [TestMethod]
    public void Every_engine_whose_instructions_the_processor_has_runs_unless_a_switch_turns_them_off()
    {
        if (!File.Exists(ProcessorInformation)) { Assert.Inconclusive($"{ProcessorInformation} is there on Linux only."); }
        HashSet<string> has = [.. File.ReadLines(ProcessorInformation)
            .Where(static line => line.StartsWith("flags", StringComparison.Ordinal) || line.StartsWith("Features", StringComparison.Ordinal))
            .Take(1).SelectMany(static line => line.Split(' '))];
        bool any = On("HWIntrinsic"), avx2 = any && On("AVX2") && On("AVX") && Has("avx2", "fma"), avx512 = avx2 && On("AVX512") && Has("avx512bw", "avx512vl");
        (string Name, bool Expected)[] engines =
        [
            ("AmxInt8Emitted", avx512 && Has("avx512_vnni", "amx_int8")),
            ("Avx512VnniEmitted", avx512 && Has("avx512_vnni")),
            ("AvxVnni", avx2 && On("AVXVNNI") && Has("avx_vnni")),
            ("Avx512", avx512),
            ("Avx2", avx2),
            ("ArmDp", any && On("Arm64Dp") && Has("asimddp")),
            ("ArmAdvSimd", any && Has("asimd")),
            ("Vector128", any),
            ("Reference", true),
        ];

        CollectionAssert.AreEqual(
            engines.Where(static engine => engine.Expected).Select(static engine => engine.Name).ToArray(),
            EngineList.Supported.Select(static engine => engine.Name).ToArray());
        CollectionAssert.AreEqual(engines.Select(static engine => engine.Name).ToArray(), EngineList.All.Select(static engine => engine.Name).ToArray());

        bool Has(params string[] flags) => flags.All(has.Contains);

        static bool On(string instructions) => Environment.GetEnvironmentVariable("DOTNET_Enable" + instructions) != "0";
    }

    [TestMethod]
    public void The_engine_that_is_forced_is_the_one_that_runs()
    {
        string? forced = Environment.GetEnvironmentVariable(EngineList.ForceVariable);
        Assert.AreEqual(string.IsNullOrEmpty(forced) ? EngineList.Supported[0].Name : forced, EngineList.Default.Name);
    }
}
