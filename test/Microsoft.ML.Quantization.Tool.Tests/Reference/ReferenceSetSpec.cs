using System.Runtime.InteropServices;
using Microsoft.ML.Quantization.Testing;
using Microsoft.ML.Quantization.Testing.ReferenceData;

namespace Microsoft.ML.Quantization.Tool.Tests.Reference;

[TestClass]
public sealed class ReferenceSetSpec
{
    public static IEnumerable<object[]> Models => ReferenceSets.Models.Select(model => new object[] { model });

    [TestMethod]
    [DynamicData(nameof(Models))]
    public void Test_rows_begin_with_the_samples_stored_beside_the_model(string model)
    {
        ReadOnlySpan<float> samples = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(RepositoryFolder.At("test", "Models", $"{model}.input.f32")));
        Assert.IsTrue(samples.Length > 0);
        ReadOnlySpan<float> rows = ReferenceSets.Test(model).Inputs.AsSpan<float>();
        for (int i = 0; i < samples.Length; i++) { Assert.AreEqual(samples[i], rows[i], $"element {i}"); }
    }

    [TestMethod]
    [DataRow("fashion_cnn", 10_000, 10_000)]
    [DataRow("fashion_ae", 10_000, 10_000)]
    [DataRow("digits_mlp", 3_823, 1_797)]
    [DataRow("adult_mlp", 26_061, 6_500)]
    [DataRow("bike_tcn", 13_901, 3_430)]
    public void Every_set_is_whole_and_gives_512_calibration_rows_from_all_over(string model, int training, int test)
    {
        ReferenceSet trained = ReferenceSets.Training(model);
        Assert.AreEqual(training, trained.Inputs.Shape[0]);
        Assert.AreEqual(training, trained.Labels.Shape[0]);
        Assert.AreEqual(test, ReferenceSets.Test(model).Labels.Shape[0]);
        Tensor spread = trained.Spread();
        Assert.AreEqual(ReferenceSet.CalibrationRows, spread.Shape[0]);
        int row = trained.Inputs.Bytes.Length / training;
        int step = training / ReferenceSet.CalibrationRows;
        Assert.IsTrue(spread.Bytes[(511 * row)..].SequenceEqual(trained.Inputs.Bytes.Slice(511 * step * row, row)));
    }
}
