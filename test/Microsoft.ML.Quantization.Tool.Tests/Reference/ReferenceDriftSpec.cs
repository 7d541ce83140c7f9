using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Onnx;
using Microsoft.ML.Quantization.Testing;
using Microsoft.ML.Quantization.Testing.ReferenceData;

namespace Microsoft.ML.Quantization.Tool.Tests.Reference;

/// <summary>Real calibration rows: those in the order of time are warned about, those in random order are not, whatever the size of batches.</summary>
[TestClass]
public sealed class ReferenceDriftSpec
{
    [TestMethod]
    [DataRow("adult_mlp")]
    [DataRow("digits_mlp")]
    [DataRow("fashion_cnn")]
    [DataRow("fashion_ae")]
    public void Rows_in_random_order_give_no_warning(string model)
    {
        CollectionAssert.AreEqual(Array.Empty<string>(), Warnings(model, ReferenceSet.CalibrationRows));
        CollectionAssert.AreEqual(Array.Empty<string>(), Warnings(model, 64));
    }

    [TestMethod]
    [DataRow(ReferenceSet.CalibrationRows)]
    [DataRow(64)]
    [DataRow(1)]
    public void Demand_that_grows_over_the_years_is_noticed_at_the_input_and_at_the_output(int batch)
    {
        string[] warnings = Warnings("bike_tcn", batch);
        Assert.HasCount(2, warnings);
        StringAssert.Contains(warnings[0], "'input[:, 7]'", "the channel of the demand");
        StringAssert.Contains(warnings[1], "'output'");
    }

    private static string[] Warnings(string model, int batch)
    {
        Tensor rows = ReferenceSets.Training(model).Spread();
        using var quantizer = new StaticQuantizer(OnnxImporter.Load(RepositoryFolder.At("test", "Models", $"{model}.onnx")));
        int rowBytes = rows.Bytes.Length / rows.Shape[0];
        for (int row = 0; row < rows.Shape[0]; row += batch)
        {
            int count = Math.Min(batch, rows.Shape[0] - row);
            quantizer.Observe([new Tensor(rows.Type, new Shape([count, .. rows.Shape.Sizes.AsSpan()[1..]]), rows.Bytes.Slice(row * rowBytes, count * rowBytes).ToArray())]);
        }
        return [.. quantizer.Convert().Warnings];
    }
}
