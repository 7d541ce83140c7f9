using System.Text;
using System.Text.Json;
using Microsoft.ML.Quantization.FakeQuantization;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests.FakeQuantization;

/// <summary>The fake-quantizers as objects: names, settings, states, and what the fused one does otherwise.</summary>
[TestClass]
public sealed class FakeQuantizeSpecs
{
    private static readonly ObserverSpec s_average = new() { Observer = "MovingAverageMinMax" };
    private static readonly Shape s_shape = new(2, 3);

    public static IEnumerable<object[]> All =>
    [
        [FakeQuantizeDefaults.Activation],
        [FakeQuantizeDefaults.Histogram],
        [FakeQuantizeDefaults.Embedding],
        [FakeQuantizeDefaults.Embedding4Bit],
        [FakeQuantizeDefaults.FixedRangeMinus1To1],
        [FakeQuantizeDefaults.FusedActivation],
        [FakeQuantizeDefaults.FusedPerChannelWeight127],
        [new FakeQuantizeSpec { FakeQuantize = "LearnableFakeQuantize", Observer = s_average, InitialScale = 0.25f, InitialZeroPoint = 3f, UseGradientScaling = true }],
        [new FakeQuantizeSpec { FakeQuantize = "LearnableFakeQuantize", Observer = s_average with { Observer = "MovingAveragePerChannelMinMax", Scheme = QScheme.PerChannelAffine, ChannelAxis = -1 } }],
    ];

    [TestMethod]
    [DynamicData(nameof(All))]
    public void Settings_and_states_survive_JSON_and_training_goes_on(FakeQuantizeSpec spec)
    {
        string json = Text(writer => FakeQuantizeSpecJson.Write(writer, spec));
        Assert.AreEqual(spec, FakeQuantizeSpecJson.Read(Parse(json)));

        IFakeQuantize whole = spec.Create(), resumed = FakeQuantizeSpecJson.Read(Parse(json)).Create();
        Assert.AreEqual(State(whole), State(resumed));
        Forward(whole, 1f);
        whole.ObserverEnabled = false;
        if (whole is LearnableFakeQuantize learnable)
        {
            learnable.LearnParameters();
            learnable.ZeroPoints[0] += 0.75f;
        }
        resumed.Load(ObserverStateJson.Read(Parse(State(whole))));
        Assert.AreEqual(State(whole), State(resumed));
        Assert.AreEqual(whole.Parameters, resumed.Parameters);
        resumed.ObserverEnabled = whole.ObserverEnabled = true;
        CollectionAssert.AreEqual(Forward(whole, 2f), Forward(resumed, 2f));
    }

    [TestMethod]
    public void Switches_act_on_all()
    {
        IFakeQuantize[] all = [FakeQuantizeDefaults.Activation.Create(), FakeQuantizeDefaults.FusedWeight.Create()];
        all.DisableObservers();
        all.DisableFakeQuant();
        Assert.IsTrue(all.All(one => one is { ObserverEnabled: false, FakeQuantEnabled: false }));
        CollectionAssert.AreEqual(Values(1f), Forward(all[0], 1f), "values pass as they are");
        Assert.AreEqual(0, all[0].Observer.Count);
        all.EnableObservers();
        all.EnableFakeQuant();
        Assert.IsTrue(all.All(one => one is { ObserverEnabled: true, FakeQuantEnabled: true }));
        CollectionAssert.AreNotEqual(Values(1f), Forward(all[0], 1f));
    }

    [TestMethod]
    public void The_fused_kernel_ignores_eps_and_moves_the_zero_point_of_weights_of_one_sign()
    {
        // As PyTorch does: models were trained with it. Conversion uses the observer's parameters instead.
        IFakeQuantize fused = (FakeQuantizeDefaults.FusedWeight with { Observer = FakeQuantizeDefaults.FusedWeight.Observer with { Eps = 0.5f } }).Create();
        fused.Forward([0.5f, 1f], new Shape(2), new float[2], []);
        Assert.AreEqual(new QuantizationParameters(1f / 255, -128, ElementType.QInt8), fused.Parameters);
        Assert.AreEqual(new QuantizationParameters(0.5f, 0, ElementType.QInt8), fused.CalculateQParams());
    }

    [TestMethod]
    public void Learning_may_begin_before_observation_and_keeps_scales_positive()
    {
        var learnable = (LearnableFakeQuantize)new FakeQuantizeSpec
        {
            FakeQuantize = "_LearnableFakeQuantize",
            Observer = new() { Observer = "MovingAveragePerChannelMinMax", Type = ElementType.QInt8, Scheme = QScheme.PerChannelSymmetric },
            InitialScale = 0.5f,
            InitialZeroPoint = 7f,
        }.Create();
        learnable.LearnParameters();
        Forward(learnable, 1f);
        CollectionAssert.AreEqual(new[] { 0.5f, 0.5f }, learnable.Scales.ToArray());
        CollectionAssert.AreEqual(new[] { 0f, 0f }, learnable.ZeroPoints.ToArray(), "symmetric");
        learnable.Scales[1] = -3f;
        Forward(learnable, 1f);
        Assert.AreEqual(ParameterChooser.DefaultEps, learnable.Scales[1]);

        learnable.ObserveOnly();
        CollectionAssert.AreEqual(Values(1f), Forward(learnable, 1f));
        var (ofValues, ofScales, ofZeroPoints) = (new float[6], new[] { 9f, 9f }, new[] { 9f, 9f });
        learnable.Backward(Values(1f), s_shape, [1f, 2f, 3f, 4f, 5f, 6f], ofValues, ofScales, ofZeroPoints);
        CollectionAssert.AreEqual(new[] { 1f, 2f, 3f, 4f, 5f, 6f }, ofValues);
        CollectionAssert.AreEqual(new[] { 0f, 0f, 0f, 0f }, ofScales.Concat(ofZeroPoints).ToArray(), "nothing is learned");
    }

    [TestMethod]
    public void A_list_takes_observers_and_fake_quantizers_of_others()
    {
        ObserverList observers = ObserverList.BuiltIn.With("Mine", spec => new MinMaxObserver(spec));
        FakeQuantizeList longer = FakeQuantizeList.BuiltIn.With("MyFakeQuantize", (spec, observer) => new FakeQuantize(spec, observer));
        IFakeQuantize made = longer.Create(new() { FakeQuantize = "MyFakeQuantize", Observer = new() { Observer = "Mine" } }, observers);
        Assert.AreEqual(("MyFakeQuantize", "Mine"), (made.Spec.FakeQuantize, made.Observer.Spec.Observer));
        CollectionAssert.DoesNotContain(FakeQuantizeList.BuiltIn.Names.ToList(), "MyFakeQuantize");
    }

    [TestMethod]
    public void Mistakes_are_refused()
    {
        Create(new() { FakeQuantize = "Fake", Observer = s_average }, "no fake-quantizer 'Fake'", "FakeQuantize, FixedQParamsFakeQuantize, FusedMovingAvgObsFakeQuantize, LearnableFakeQuantize");
        Create(new() { FakeQuantize = "FixedQParamsFakeQuantize", Observer = s_average }, "MovingAverageMinMax", "expected FixedQParams");
        Create(new() { FakeQuantize = "FusedMovingAvgObsFakeQuantize", Observer = new() { Observer = "MinMax" } }, "MinMax", "expected MovingAverageMinMax");
        Create(FakeQuantizeDefaults.Embedding with { FakeQuantize = "FusedMovingAvgObsFakeQuantize" }, "per_channel_affine_float_qparams", "integer zero points");
        Create(FakeQuantizeDefaults.Embedding with { FakeQuantize = "LearnableFakeQuantize" }, "per_channel_affine_float_qparams", "per_channel_affine");
        Read("[]", "Array", "fake_quantize, observer");
        Read("""{"fake_quantize":"FakeQuantize"}""", "lack \"observer\"");
        Read("""{"observer":{"observer":"MinMax"}}""", "lack \"fake_quantize\"");
        Read("""{"fake_quantize":3}""", "'fake_quantize' is 3", "text");
        Read("""{"eps":3}""", "unknown key 'eps'");
        Read("""{"scale":"big"}""", "'scale' is \"big\"", "a number");
        Read("""{"use_grad_scaling":1}""", "true or false");
        Load(state => state.Replace("\"scale\":[1]", "\"scale\":[1,2]", StringComparison.Ordinal), "1 numbers in 'zero_point' instead of 2");
        Load(state => state.Replace("\"zero_point\":[0]", "\"zero_point\":[0.5]", StringComparison.Ordinal), "not an integer");
        Load(state => state.Replace("\"fake_quant_enabled\":[1]", "\"fake_quant_enabled\":[2]", StringComparison.Ordinal), "'fake_quant_enabled' is 2");
        Load(state => state.Replace("\"axis\":[]", "\"axis\":[-1]", StringComparison.Ordinal), "an axis that cannot be");
        Load(state => state.Replace("activation_post_process.min_val", "activation_post_process.minimum", StringComparison.Ordinal), "no 'min_val'");
        Load(state => state.Replace("activation_post_process_version\":[1]", "activation_post_process_version\":[9]", StringComparison.Ordinal), "version 9");
        Load(state => state.Replace("FakeQuantize", "FakeQuantise", StringComparison.Ordinal), "expected that of FakeQuantize");

        static void Create(FakeQuantizeSpec spec, params string[] parts) => Refusal.Of(() => spec.Create(), parts);
        static void Read(string json, params string[] parts) => Refusal.Of(() => FakeQuantizeSpecJson.Read(Parse(json)), parts);
        static void Load(Func<string, string> damage, string part)
        {
            IFakeQuantize module = FakeQuantizeDefaults.Activation.Create();
            string before = State(module);
            Refusal.Of(() => module.Load(ObserverStateJson.Read(Parse(damage(before)))), part);
            Assert.AreEqual(before, State(module));
        }
    }

    private static float[] Values(float scale) => [0.1f * scale, -0.7f * scale, 0.33f * scale, 0.9f * scale, -0.05f * scale, 0f];

    private static float[] Forward(IFakeQuantize module, float scale)
    {
        var results = new float[6];
        module.Forward(Values(scale), s_shape, results, new bool[6]);
        return results;
    }

    private static string State(IFakeQuantize module) => Text(writer => ObserverStateJson.Write(writer, module.Save()));

    private static JsonElement Parse(string json) => JsonDocument.Parse(json).RootElement;

    private static string Text(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream)) { write(writer); }
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
