using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;
using Microsoft.ML.Quantization.Sampling;

namespace Microsoft.ML.Quantization.Tests.Observers;

[TestClass]
public sealed class ClippingObserverSpec
{
    private const int Count = 200_000;

    [TestMethod]
    [DataRow("Percentile")]
    [DataRow("Entropy")]
    [DataRow("Mse")]
    [DataRow("Octav")]
    public void Few_large_values_are_cut_and_the_squared_error_falls(string observer)
    {
        foreach (QScheme scheme in new[] { QScheme.PerTensorAffine, QScheme.PerTensorSymmetric })
        {
            // A bell of width 1 and, once in 20,000, a value of 6 to 10: keeping them costs each of the others three times the step.
            float[] values = Bell(7);
            for (int i = 0; i < Count; i += 20_000) { values[i] = 6 + 4f * i / Count; }
            var spec = new ObserverSpec { Observer = observer, Type = ElementType.QInt8, Scheme = scheme, QuantMin = -8, QuantMax = 7 };
            Assert.IsLessThan(0.5 * Error(spec with { Observer = "MinMax" }, values), Error(spec, values), scheme.Name());
        }
    }

    [TestMethod]
    [DataRow(QScheme.PerTensorAffine)]
    [DataRow(QScheme.PerTensorSymmetric)]
    public void The_mse_search_is_as_good_as_trying_every_range(QScheme scheme)
    {
        float[] values = Array.ConvertAll(Bell(11)[..40_000], v => v > 0 ? v * v : 0.3f * v);
        var spec = new ObserverSpec { Observer = "Mse", Type = ElementType.QInt8, Scheme = scheme, QuantMin = -8, QuantMax = 7 };
        float low = values.Min(), high = values.Max();
        double best = double.PositiveInfinity;
        for (int i = 1; i <= 60; i++)
        {
            // The bulk below 0 decides the low end: a quarter of it, a half, … , all.
            for (int j = 1; j <= 4; j++) { best = Math.Min(best, Error(ParameterChooser.PerTensor(low * j / 4, high * i / 60, scheme, spec.Type, spec.Range, spec.HasCustomRange), values)); }
        }
        Assert.IsLessThan(1.01 * best, Error(spec, values));
    }

    [TestMethod]
    public void Octav_finds_the_scalar_that_a_search_over_its_objective_finds()
    {
        float[] values = Bell(3)[..40_000];
        var spec = new ObserverSpec { Observer = "Octav", Type = ElementType.QInt8, Scheme = QScheme.PerTensorSymmetric, QuantMin = -8, QuantMax = 7 };
        (double best, double least) = (0, double.PositiveInfinity);
        for (double s = 0.5; s < 4.5; s += 0.01)
        {
            // J(s) with 4 bits, from the values themselves.
            double objective = values.Sum(v => Math.Abs(v) <= s ? s * s / (3 * 256) : Square(Math.Abs(v) - s));
            if (objective < least) { (best, least) = (s, objective); }
        }
        Assert.AreEqual(best, Parameters(spec, values).Scale * 7.5, 0.02);
    }

    [TestMethod]
    public void Percentiles_are_those_of_the_sorted_values()
    {
        float[] values = Bell(5), sorted = [.. values.Order()], magnitudes = [.. values.Select(MathF.Abs).Order()];
        foreach (double part in new[] { 0.9, 0.99, 0.9999, 1 })
        {
            var spec = new ObserverSpec { Observer = "Percentile", Percentile = part };
            int cut = (int)Math.Round((1 - part) / 2 * Count);
            float bin = (sorted[^1] - sorted[0]) / spec.Bins;
            Assert.AreEqual(sorted[Count - 1 - cut] - sorted[cut], 255 * Parameters(spec, values).Scale, 2 * bin, $"{part}");
            Assert.AreEqual(magnitudes[Count - 1 - 2 * cut], 127.5f * Parameters(spec with { Scheme = QScheme.PerTensorSymmetric, Type = ElementType.QInt8 }, values).Scale, bin, $"{part}");
        }
    }

    [TestMethod]
    [DataRow("Percentile")]
    [DataRow("Entropy")]
    [DataRow("Mse")]
    [DataRow("Octav")]
    public void Zeros_of_a_ReLU_do_not_shrink_the_range(string observer)
    {
        // Real 0 has an exact code in every range, so more zeros are no reason to cut more of the rest.
        float[] values = Array.ConvertAll(Bell(9), MathF.Abs);
        var spec = new ObserverSpec { Observer = observer };
        float without = Parameters(spec, values).Scale, with = Parameters(spec, [.. values, .. new float[Count]]).Scale;
        Assert.AreEqual(without, with, 0.1f * without);
    }

    [TestMethod]
    [DataRow("Percentile")]
    [DataRow("Entropy")]
    [DataRow("Mse")]
    [DataRow("Octav")]
    public void Awkward_values_still_have_parameters(string observer)
    {
        foreach (float[] values in new float[][] { [0f], [0f, 0f], [5f], [-5f, -5f], [0f, 1f], [-1f, 0f], [1e-30f, -1e-30f], [3e38f, 1f], [5f, 6f, 7f], [-7f, -6f], [float.PositiveInfinity, 2f] })
        {
            foreach (int bins in new[] { 2, 64, 2048 })
            {
                foreach (QScheme scheme in new[] { QScheme.PerTensorAffine, QScheme.PerTensorSymmetric })
                {
                    var spec = new ObserverSpec { Observer = observer, Type = ElementType.QInt8, Scheme = scheme, Bins = bins };
                    float largest = Parameters(spec with { Observer = "MinMax" }, [.. values.Where(float.IsFinite)]).Scale;
                    Assert.IsLessThanOrEqualTo(1.001f * largest, Parameters(spec, values).Scale, $"{string.Join(' ', values)} {bins} {scheme}");
                }
            }
        }
    }

    private static float[] Bell(ulong seed)
    {
        var random = new SplitMix64(seed);
        var values = new float[Count];
        for (int i = 0; i < Count; i++)
        {
            double radius = Math.Sqrt(-2 * Math.Log(1 - Uniform(ref random)));
            values[i] = (float)(radius * Math.Cos(2 * Math.PI * Uniform(ref random)));
        }
        return values;

        static double Uniform(ref SplitMix64 random) => (random.Next() >> 11) * (1.0 / (1UL << 53));
    }

    private static QuantizationParameters Parameters(ObserverSpec spec, float[] values)
    {
        IObserver observer = spec.Create();
        observer.Observe(values, new Shape(values.Length));
        return observer.CalculateQParams();
    }

    private static double Square(double value) => value * value;

    private static double Error(ObserverSpec spec, float[] values) => Error(Parameters(spec, values), values);

    private static double Error(QuantizationParameters parameters, float[] values)
    {
        var map = new CodeMap(parameters.Scale, parameters.ZeroPoint, parameters.Range, Rounding.Reciprocal);
        return values.Sum(value => Square(value - Dequantizer.Real(map.Code(value), parameters.Scale, parameters.ZeroPoint)));
    }
}
