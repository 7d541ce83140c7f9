using System.Text.Json;
using Microsoft.ML.Quantization.FakeQuantization;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests.Golden;

/// <summary>
/// <c>fake_quant_modules.json</c>: streams of batches through every named fake-quantizer and the learnable one, switches and learning steps
/// included. Scales within 1e-6, zero points exactly, y and the gradient of x within 1e-6, gradients of scale and zero point within 1e-4.
/// </summary>
[TestClass]
[TestCategory("Golden")]
public sealed class FakeQuantModulesGolden
{
    private static readonly Dictionary<string, FakeQuantizeSpec> s_factories = new(StringComparer.Ordinal)
    {
        ["default_fake_quant"] = FakeQuantizeDefaults.Activation,
        ["default_weight_fake_quant"] = FakeQuantizeDefaults.Weight,
        ["default_per_channel_weight_fake_quant"] = FakeQuantizeDefaults.PerChannelWeight,
        ["default_dynamic_fake_quant"] = FakeQuantizeDefaults.Dynamic,
        ["default_histogram_fake_quant"] = FakeQuantizeDefaults.Histogram,
        ["default_embedding_fake_quant"] = FakeQuantizeDefaults.Embedding,
        ["default_embedding_fake_quant_4bit"] = FakeQuantizeDefaults.Embedding4Bit,
        ["default_fixed_qparams_range_0to1_fake_quant"] = FakeQuantizeDefaults.FixedRange0To1,
        ["default_fixed_qparams_range_neg1to1_fake_quant"] = FakeQuantizeDefaults.FixedRangeMinus1To1,
        ["default_affine_fixed_qparams_fake_quant"] = FakeQuantizeDefaults.FixedRange0To1,
        ["default_symmetric_fixed_qparams_fake_quant"] = FakeQuantizeDefaults.FixedRangeMinus1To1,
        ["default_fused_act_fake_quant"] = FakeQuantizeDefaults.FusedActivation,
        ["default_fused_wt_fake_quant"] = FakeQuantizeDefaults.FusedWeight,
        ["default_fused_per_channel_wt_fake_quant"] = FakeQuantizeDefaults.FusedPerChannelWeight,
        ["fused_wt_fake_quant_range_neg_127_to_127"] = FakeQuantizeDefaults.FusedWeight127,
        ["fused_per_channel_wt_fake_quant_range_neg_127_to_127"] = FakeQuantizeDefaults.FusedPerChannelWeight127,
    };

    [TestMethod]
    public void Streams_of_batches_equal_PyTorch() => GoldenFile.Open("fake_quant_modules.json").Check(
        Exclusion,
        golden =>
        {
            if (golden.Text("factory") is { } name) { CheckStream(golden, s_factories[name].Create()); }
            else { CheckLearnable(golden); }
        });

    private static string? Exclusion(GoldenCase golden) =>
        golden.Text("factory") is { } name ? s_factories[name].Observer.Observer == "Histogram" ? "PyTorch 1.13's histogram truncates the bounds with int() and loses values" : null
        : golden.Text("qscheme") == "per_tensor_affine" && golden.Expected.GetProperty("steps").EnumerateArray().Any(step => Floats(step, "zero_point")[0] < 0)
            ? "PyTorch's per-tensor backward rounds a negative zero point otherwise than its forward"
            : null;

    private static void CheckStream(GoldenCase golden, IFakeQuantize module)
    {
        foreach ((GoldenTensor x, JsonElement step, string what) in Steps(golden))
        {
            foreach (JsonElement toggle in step.GetProperty("toggles").EnumerateArray()) { Toggle([module], toggle.GetString()!); }
            var (y, inside, gradient) = (new float[x.Shape.Length], new bool[x.Shape.Length], new float[x.Shape.Length]);
            module.Forward(x.Floats, x.Shape, y, inside);
            FakeQuantizer.Backward(OutputGradient(x.Shape.Length), inside, gradient);
            CheckParameters(step, module.Parameters, what);
            if (module.Observer is RangeObserver observer)
            {
                Relative.AssertNear(Floats(step, "min_val"), observer.Minima, 1e-6, what + " min_val");
                Relative.AssertNear(Floats(step, "max_val"), observer.Maxima, 1e-6, what + " max_val");
            }
            CheckValues(step, y, gradient, what);
        }
    }

    private static void CheckLearnable(GoldenCase golden)
    {
        var module = (LearnableFakeQuantize)new FakeQuantizeSpec
        {
            FakeQuantize = "_LearnableFakeQuantize",
            Observer = GoldenObserver.Spec(golden),
            UseGradientScaling = golden.Flag("use_grad_scaling"),
        }.Create();
        float rate = (float)golden.Number("sgd_lr")!.Value;
        foreach ((GoldenTensor x, JsonElement step, string what) in Steps(golden))
        {
            Phase(module, step.GetProperty("phase").GetString()!);
            var (y, gradient) = (new float[x.Shape.Length], new float[x.Shape.Length]);
            module.Forward(x.Floats, x.Shape, y, []);
            Relative.AssertNear(Floats(step, "scale"), module.Scales, 1e-6, what + " scale");
            Relative.AssertNear(Floats(step, "zero_point"), module.ZeroPoints, 1e-6, what + " zero_point");
            var (ofScales, ofZeroPoints) = (new float[module.Scales.Length], new float[module.Scales.Length]);
            module.Backward(x.Floats, x.Shape, OutputGradient(x.Shape.Length), gradient, ofScales, ofZeroPoints);
            CheckValues(step, y, gradient, what);
            if (step.GetProperty("grad_scale").ValueKind != JsonValueKind.Null)
            {
                Relative.AssertNear(Floats(step, "grad_scale"), ofScales, 1e-4, what + " grad_scale");
                Relative.AssertNear(Floats(step, "grad_zero_point"), ofZeroPoints, 1e-4, what + " grad_zero_point");
            }
            for (int c = 0; c < ofScales.Length; c++)
            {
                module.Scales[c] -= rate * ofScales[c];
                module.ZeroPoints[c] -= rate * ofZeroPoints[c];
            }
            QuantizationParameters after = module.CalculateQParams();
            Relative.AssertNear(Floats(step, "scale_after"), after.Scales.AsSpan(), 1e-6, what + " scale_after");
            CollectionAssert.AreEqual(GoldenCase.Tensor(step.GetProperty("zero_point_after")).Ints, after.ZeroPoints.ToArray(), what + " zero_point_after");
        }
    }

    private static IEnumerable<(GoldenTensor X, JsonElement Step, string What)> Steps(GoldenCase golden)
    {
        JsonElement batches = golden.Inputs.GetProperty("batches"), steps = golden.Expected.GetProperty("steps");
        Assert.AreEqual(batches.GetArrayLength(), steps.GetArrayLength());
        for (int i = 0; i < steps.GetArrayLength(); i++) { yield return (GoldenCase.Tensor(batches[i]), steps[i], $"step {i}"); }
    }

    private static void Toggle(IFakeQuantize[] modules, string name)
    {
        switch (name)
        {
            case "enable_observer": modules.EnableObservers(); break;
            case "disable_observer": modules.DisableObservers(); break;
            case "enable_fake_quant": modules.EnableFakeQuant(); break;
            case "disable_fake_quant": modules.DisableFakeQuant(); break;
            default: Assert.Fail($"toggle {name}"); break;
        }
    }

    private static void Phase(LearnableFakeQuantize module, string name)
    {
        switch (name)
        {
            case "static_estimate": module.EstimateParameters(); break;
            case "param_learning": module.LearnParameters(); break;
            case "static_observation": module.ObserveOnly(); break;
            default: Assert.Fail($"phase {name}"); break;
        }
    }

    private static void CheckParameters(JsonElement step, QuantizationParameters actual, string what)
    {
        Relative.AssertNear(Floats(step, "scale"), actual.Scales.AsSpan(), 1e-6, what + " scale");
        GoldenTensor zeroPoints = GoldenCase.Tensor(step.GetProperty("zero_point"));
        if (actual.HasFloatZeroPoints) { Relative.AssertNear(zeroPoints.Floats, actual.FloatZeroPoints.AsSpan(), 1e-6, what + " zero_point"); }
        else { CollectionAssert.AreEqual(zeroPoints.Ints, actual.ZeroPoints.ToArray(), what + " zero_point"); }
    }

    private static void CheckValues(JsonElement step, float[] y, float[] gradient, string what)
    {
        Relative.AssertNear(Floats(step, "y"), y, 1e-6, what + " y");
        // Gradients lie in −1..1; the middle one of an odd number is 0 or a rounding error.
        float[] expected = Floats(step, "grad_x");
        Assert.AreEqual(expected.Length, gradient.Length);
        for (int i = 0; i < gradient.Length; i++) { Assert.AreEqual(expected[i], gradient[i], 1e-6f, $"{what} grad_x[{i}]"); }
    }

    private static float[] Floats(JsonElement step, string name) => GoldenCase.Tensor(step.GetProperty(name)).Floats;

    // linspace(-1, 1, count) in float32 with torch's bits: pairs of eight lanes, each lane added to the first one's value; the rest one by one.
    private static float[] OutputGradient(int count)
    {
        const int Lanes = 8;
        if (count == 1) { return [-1f]; }
        float step = 2f / (count - 1);
        float At(int i) => i < count / 2 ? MathF.FusedMultiplyAdd(step, i, -1f) : MathF.FusedMultiplyAdd(-step, count - i - 1, 1f);
        int inLanes = count / (2 * Lanes) * 2 * Lanes;
        return [.. Enumerable.Range(0, count).Select(i => i < inLanes ? At(i / Lanes * Lanes) + i % Lanes * step : At(i))];
    }
}
