using System.Globalization;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Kernels.Tests;

[TestClass]
[TestCategory("Engine")]
public sealed class FloatMathSpecs
{
    /// <summary>Every 997th float, both signs.</summary>
    private static IEnumerable<float> Floats
    {
        get
        {
            for (long bits = 0; bits < 0x7F800000; bits += 997)
            {
                yield return BitConverter.Int32BitsToSingle((int)bits);
                yield return -BitConverter.Int32BitsToSingle((int)bits);
            }
        }
    }

    [TestMethod]
    public void Exp_is_within_its_stated_error() => Within(1.5, FloatMath.Exp, Math.Exp, static x => x > -87.3f);

    [TestMethod]
    public void Exp_is_within_two_units_where_results_are_subnormal() => Within(2, FloatMath.Exp, Math.Exp, static x => x <= -87.3f);

    [TestMethod]
    public void Log_is_within_its_stated_error() => Within(1.5, FloatMath.Log, Math.Log, static x => x > 0);

    [TestMethod]
    public void Tanh_is_within_its_stated_error() => Within(2, FloatMath.Tanh, Math.Tanh, static x => true);

    [TestMethod]
    public void Sigmoid_is_within_its_stated_error() => Within(3, FloatMath.Sigmoid, static x => 1 / (1 + Math.Exp(-x)), static x => x > -87.3f);

    [TestMethod]
    public void Erf_is_within_its_stated_error() => Within(1.5, FloatMath.Erf, Erf, static x => Math.Abs(x) < 6);

    [TestMethod]
    public void Trigonometric_functions_are_within_their_stated_error()
    {
        Within(0.51, FloatMath.Sin, Math.Sin, static x => Math.Abs(x) < 1e6f);
        Within(0.51, FloatMath.Cos, Math.Cos, static x => Math.Abs(x) < 1e6f);
        Within(0.51, FloatMath.Tan, Math.Tan, static x => Math.Abs(x) < 1e6f);
        Within(0.51, FloatMath.Asin, Math.Asin, static x => Math.Abs(x) <= 1f);
        Within(0.51, FloatMath.Acos, Math.Acos, static x => Math.Abs(x) <= 1f);
        Within(0.51, FloatMath.Atan, Math.Atan, static x => true);
    }

    [TestMethod]
    public void Hyperbolic_functions_are_within_their_stated_error()
    {
        Within(0.51, FloatMath.Sinh, Math.Sinh, static x => Math.Abs(x) < 89f);
        Within(0.51, FloatMath.Cosh, Math.Cosh, static x => Math.Abs(x) < 89f);
        Within(0.51, FloatMath.Asinh, static x => Math.Abs(x) < 1e-3 ? x - x * x * x / 6 + 3 * x * x * x * x * x / 40 : Math.Asinh(x), static x => true);
        Within(0.51, FloatMath.Acosh, Math.Acosh, static x => x >= 1.001f);
        Within(0.51, FloatMath.Atanh, static x => Math.Abs(x) < 1e-3 ? x + x * x * x / 3 + x * x * x * x * x / 5 : Math.Atanh(x), static x => Math.Abs(x) < 1f);
        Within(0.51, FloatMath.Softplus, static x => x < -20 ? Math.Exp(x) : Math.Max(x, 0) + Math.Log(1 + Math.Exp(-Math.Abs(x))), static x => x > -87f && (x < -20f || x > -7f));
    }

    [TestMethod]
    [DataRow(0.5f)]
    [DataRow(-1.5f)]
    [DataRow(3f)]
    [DataRow(-0.1f)]
    public void Powers_are_within_their_stated_error(float power) =>
        Within(0.51, x => FloatMath.Pow(x, power), x => Math.Pow(x, power), x => x > 1e-10f && x < 1e10f);

    [TestMethod]
    public void Large_angles_are_reduced_exactly()
    {
        // 2¹²⁰ and the largest float, by Taylor series with 120 digits.
        Assert.AreEqual(0.37782011f, FloatMath.Sin(BitConverter.Int32BitsToSingle(0x7B800000)), 1e-6f);
        Assert.AreEqual(-0.52187652f, FloatMath.Sin(float.MaxValue), 1e-6f);
        Assert.AreEqual(0.85302104f, FloatMath.Cos(float.MaxValue), 1e-6f);
        Assert.IsTrue(float.IsNaN(FloatMath.Sin(float.PositiveInfinity)));
    }

    [TestMethod]
    public void Powers_follow_the_rules_of_C()
    {
        foreach (float x in new[] { 0f, -0f, 1f, -1f, 2f, -2f, 0.5f, float.PositiveInfinity, float.NegativeInfinity, float.NaN })
        {
            foreach (float y in new[] { 0f, 1f, -1f, 2f, 3f, -3f, 0.5f, -0.5f, float.PositiveInfinity, float.NegativeInfinity, float.NaN })
            {
                Assert.AreEqual((float)Math.Pow(x, y), FloatMath.Pow(x, y), $"{x} to the power {y}");
            }
        }
    }

    [TestMethod]
    public void Limits_and_NaN_are_those_of_the_mathematics()
    {
        Assert.AreEqual(0f, FloatMath.Exp(float.NegativeInfinity));
        Assert.AreEqual(float.PositiveInfinity, FloatMath.Exp(float.PositiveInfinity));
        Assert.AreEqual(1f, FloatMath.Exp(0f));
        Assert.AreEqual(float.NegativeInfinity, FloatMath.Log(0f));
        Assert.AreEqual(float.PositiveInfinity, FloatMath.Log(float.PositiveInfinity));
        Assert.IsTrue(float.IsNaN(FloatMath.Log(-1f)));
        Assert.AreEqual(0f, FloatMath.Log(1f));
        Assert.AreEqual(1f, FloatMath.Tanh(float.PositiveInfinity));
        Assert.AreEqual(-1f, FloatMath.Tanh(float.NegativeInfinity));
        Assert.AreEqual(0.5f, FloatMath.Sigmoid(0f));
        Assert.AreEqual(1f, FloatMath.Sigmoid(float.PositiveInfinity));
        Assert.AreEqual(0f, FloatMath.Sigmoid(float.NegativeInfinity));
        Assert.AreEqual(1f, FloatMath.Erf(float.PositiveInfinity));
        Assert.AreEqual(-1f, FloatMath.Erf(float.NegativeInfinity));
        foreach (Func<float, float> function in new Func<float, float>[] { FloatMath.Exp, FloatMath.Log, FloatMath.Tanh, FloatMath.Sigmoid, FloatMath.Erf })
        {
            Assert.IsTrue(float.IsNaN(function(float.NaN)));
        }
    }

    [TestMethod]
    public void Vectors_and_floats_have_the_same_bits()
    {
        float[] x = [.. Floats.Where(static (_, i) => i % 37 == 0), float.NegativeInfinity, float.PositiveInfinity];
        foreach (Engine engine in EnginesUnderTest.All)
        {
            float[] y = new float[x.Length];
            engine.Exp(x, y);
            FloatConvolutionSpecs.AssertSameBits([.. x.Select(FloatMath.Exp)], y, engine.Name + " exp");
            engine.Tanh(x, y);
            FloatConvolutionSpecs.AssertSameBits([.. x.Select(FloatMath.Tanh)], y, engine.Name + " tanh");
            engine.Sigmoid(x, y);
            FloatConvolutionSpecs.AssertSameBits([.. x.Select(FloatMath.Sigmoid)], y, engine.Name + " sigmoid");
            engine.Erf(x, y);
            FloatConvolutionSpecs.AssertSameBits([.. x.Select(FloatMath.Erf)], y, engine.Name + " erf");
            float[] positive = [.. x.Where(static v => v >= 0)];
            y = new float[positive.Length];
            engine.Log(positive, y);
            FloatConvolutionSpecs.AssertSameBits([.. positive.Select(FloatMath.Log)], y, engine.Name + " log");
        }
    }

    private static void Within(double units, Func<float, float> actual, Func<double, double> exact, Func<float, bool> domain)
    {
        double worst = 0;
        float at = 0;
        foreach (float x in Floats.Where(domain))
        {
            double expected = exact(x);
            float found = actual(x);
            if (Math.Abs(expected) > float.MaxValue) { Assert.AreEqual(float.PositiveInfinity, found, x.ToString("R", CultureInfo.InvariantCulture)); continue; }
            double unit = Spacing((float)expected);
            double error = Math.Abs(found - expected) / unit;
            if (error > worst) { (worst, at) = (error, x); }
        }
        Assert.IsTrue(worst <= units, $"{worst:F3} ulp at {at:R}; stated {units}");
    }

    /// <summary>The distance to the next larger float.</summary>
    private static double Spacing(float value)
    {
        float magnitude = MathF.Min(MathF.Abs(value), 3e38f);
        return (double)MathF.BitIncrement(magnitude) - magnitude;
    }

    /// <summary>Series near zero, continued fraction further out: both converge to double precision here.</summary>
    private static double Erf(double x)
    {
        double a = Math.Abs(x);
        if (a < 2.5)
        {
            double term = a, sum = a;
            for (int n = 1; n < 100; n++)
            {
                term *= -a * a / n;
                sum += term / (2 * n + 1);
            }
            return Math.CopySign(2 / Math.Sqrt(Math.PI) * sum, x);
        }
        double fraction = 0;
        for (int n = 60; n > 0; n--) { fraction = n / 2.0 / (a + fraction); }
        return Math.CopySign(1 - Math.Exp(-a * a) / Math.Sqrt(Math.PI) / (a + fraction), x);
    }
}
