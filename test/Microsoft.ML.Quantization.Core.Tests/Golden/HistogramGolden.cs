using System.Text.Json;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests.Golden;

/// <summary>
/// <c>observers_histogram.json</c>: ranges exactly, bins within 1e-4 or one count at an edge, scales within 1e-2 and zero points within 1, because
/// float32 sums decide where the source's search stops; the search alone within 1e-3.
/// </summary>
[TestClass]
[TestCategory("Golden")]
public sealed class HistogramGolden
{
    [TestMethod]
    public void Histograms_and_parameters_equal_PyTorch() => GoldenFile.Open("observers_histogram.json").Check(
        golden => golden.Text("variant") == "1.13" ? "PyTorch 1.13 truncates the bounds with int() and loses values" : null,
        golden =>
        {
            if (golden.Inputs.TryGetProperty("histogram", out _)) { CheckSearch(golden); }
            else { CheckStream(golden); }
        });

    private static void CheckStream(GoldenCase golden)
    {
        string variant = golden.Text("variant")!;
        Assert.IsTrue(variant is "new" or "float_bounds", variant);
        var observer = new HistogramObserver(GoldenObserver.Spec(golden), floatBounds: variant == "float_bounds");
        int i = 0;
        foreach (JsonElement step in golden.Expected.GetProperty("steps").EnumerateArray())
        {
            GoldenTensor batch = GoldenCase.Tensor(golden.Inputs.GetProperty("batches")[i]);
            observer.Observe(batch.Floats, batch.Shape);
            Assert.AreEqual((float)GoldenCase.Tensor(step.GetProperty("min_val")).Single, observer.Minimum);
            Assert.AreEqual((float)GoldenCase.Tensor(step.GetProperty("max_val")).Single, observer.Maximum);
            CheckBins(step, observer.Bins.ToArray(), $"step {i}");
            QuantizationParameters actual = observer.CalculateQParams();
            AssertRelative((float)GoldenCase.Tensor(step.GetProperty("scale")).Single, actual.Scale, 1e-2, $"step {i} scale");
            int zeroPoint = (int)GoldenCase.Tensor(step.GetProperty("zero_point")).Single;
            Assert.IsTrue(Math.Abs(zeroPoint - actual.ZeroPoint) <= 1, $"step {i} zero point {actual.ZeroPoint}, expected {zeroPoint}");
            i++;
        }
        Assert.AreEqual(golden.Inputs.GetProperty("batches").GetArrayLength(), i);
    }

    private static void CheckBins(JsonElement step, double[] bins, string what)
    {
        AssertRelative(GoldenNumber.Read(step.GetProperty("hist_sum")), bins.Sum(), 1e-4, what + " sum of counts");
        (int Bin, double Count)[] expected = step.TryGetProperty("histogram", out JsonElement all)
            ? [.. GoldenCase.Tensor(all).Doubles.Select((count, bin) => (bin, count))]
            : [.. step.GetProperty("hist_sample").EnumerateArray().Select(pair => (pair[0].GetInt32(), GoldenNumber.Read(pair[1])))];
        int onEdges = 0;
        foreach ((int bin, double count) in expected)
        {
            double error = Math.Abs(count - bins[bin]);
            if (error <= 1e-4 * count) { continue; }
            Assert.IsTrue(error <= 1, $"{what} bin {bin}: {bins[bin]}, expected {count}");
            onEdges++;
        }
        // A value on an edge may fall to either side; more than a few would be another formula.
        Assert.IsTrue(onEdges <= 2 + expected.Length / 50, $"{what}: {onEdges} of {expected.Length} bins differ by up to one count");
    }

    private static void CheckSearch(GoldenCase golden)
    {
        double[] counts = golden.Input("histogram").Doubles;
        (float low, float high) = ((float)GoldenNumber.Read(golden.Inputs.GetProperty("min_val")), (float)GoldenNumber.Read(golden.Inputs.GetProperty("max_val")));
        double codes = golden.Number("dst_nbins")!.Value;
        AssertRelative(Expected(golden, "quantization_error_full_range"), HistogramRangeSearch.Error(counts, low, high, 0, counts.Length - 1, codes), 1e-3, "error of the full range");
        foreach (JsonProperty answer in golden.Expected.EnumerateObject())
        {
            // quantization_error_<first>_<last>
            string[] words = answer.Name.Split('_');
            if (words is ["quantization", "error", { } first, { } last] && int.TryParse(first, out int from) && int.TryParse(last, out int to))
            {
                AssertRelative(GoldenNumber.Read(answer.Value), HistogramRangeSearch.Error(counts, low, high, from, to, codes), 1e-3, answer.Name);
            }
        }
        (float newLow, float newHigh) = HistogramRangeSearch.Find(counts, low, high, codes);
        AssertRelative(Expected(golden, "new_min"), newLow, 1e-3, "new_min");
        AssertRelative(Expected(golden, "new_max"), newHigh, 1e-3, "new_max");
        QuantizationParameters actual = ParameterChooser.PerTensor(newLow, newHigh, QScheme.PerTensorAffine, ElementType.QUInt8, QuantizedRange.UInt8);
        AssertRelative(golden.Answer("scale").Single, actual.Scale, 1e-3, "scale");
        Assert.IsTrue(Math.Abs((int)golden.Answer("zero_point").Single - actual.ZeroPoint) <= 1, $"zero point {actual.ZeroPoint}");
    }

    private static double Expected(GoldenCase golden, string name) => GoldenNumber.Read(golden.Expected.GetProperty(name));

    private static void AssertRelative(double expected, double actual, double tolerance, string what) =>
        Assert.IsTrue(Math.Abs(expected - actual) <= tolerance * Math.Abs(expected), $"{what}: {actual:R}, expected {expected:R} within {tolerance}");
}
