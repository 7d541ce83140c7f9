using Microsoft.ML.Quantization.Fuzzing;

namespace Microsoft.ML.Quantization.Tool.Tests;

/// <summary>Two thousand bad models and data files: each gets a result or a message. <c>build/fuzz.sh</c> goes on to 100,000.</summary>
[TestClass]
public sealed class FuzzSpec
{
    private const int Inputs = 2000;

    [TestMethod]
    public void Every_bad_input_gets_a_result_or_a_message()
    {
        using var run = new FuzzRun(seed: 20_26);
        for (int i = 0; i < Inputs; i++) { Assert.IsNull(run.Try(i)); }
        Assert.AreEqual(Inputs, run.Counts.Accepted + run.Counts.Refused);
        Assert.IsGreaterThan(Inputs / 20, run.Counts.Accepted, "damage too great to reach anything");
        Assert.IsGreaterThan(Inputs / 2, run.Counts.Refused, "damage too small");
    }
}
