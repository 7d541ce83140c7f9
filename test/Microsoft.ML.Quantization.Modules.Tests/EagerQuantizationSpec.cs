using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Observers;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Modules.Tests;

/// <summary>The steps of eager quantization: who gets which configuration, what is swapped, and what is refused.</summary>
[TestClass]
public sealed class EagerQuantizationSpec
{
    [TestMethod]
    public void A_configuration_is_the_modules_own_or_that_of_its_name_a_pattern_its_type_or_its_parent()
    {
        Module model = new Sequential([("a", new Sequential([("fc", new Linear(2, 2)), ("conv", new Conv1d(2, 2, [1]))])), ("b", new Linear(2, 2)), ("c", new Linear(2, 2)), ("d", new Conv1d(2, 2, [1]))]);
        model["c"].QConfig = null;
        QConfigMapping mapping = QConfigMapping.Empty.SetGlobal(QConfigs.Default).SetObjectType("nn.Linear", QConfigs.PerChannel).SetModuleNameRegex("b|a.f", QConfigs.Debug).SetModuleName("a", QConfigs.Dynamic).SetModuleName("b", null);
        EagerQuantization.PropagateQConfig(model, mapping);
        Assert.AreEqual(QConfigs.Default, model.QConfig);
        Assert.AreEqual(QConfigs.Dynamic, model["a"].QConfig);
        Assert.AreEqual(QConfigs.Debug, model["a.fc"].QConfig, "a pattern before the type");
        Assert.AreEqual(QConfigs.Dynamic, model["a.conv"].QConfig, "inherited");
        Assert.IsNull(model["b"].QConfig, "the name says not to, before the pattern");
        Assert.IsNull(model["c"].QConfig, "its own setting");
        Assert.AreEqual(QConfigs.Default, model["d"].QConfig);
    }

    [TestMethod]
    public void What_is_not_looked_into_stays_and_what_stands_alone_has_rules_of_its_own()
    {
        Module model = new Sequential([("opaque", new Sequential(new Linear(2, 2))), ("alone", new Sequential([("fc", new Linear(2, 2))])), ("fc", new Linear(2, 2))]);
        model.QConfig = QConfigs.Default;
        var custom = new PrepareCustomConfig
        {
            NonTraceableModuleNames = ["opaque"],
            StandaloneModuleNames = ImmutableSortedDictionary<string, StandaloneModule>.Empty.Add("alone", new(QConfigMapping.Empty.SetModuleName("fc", QConfigs.PerChannel))),
        };
        EagerQuantization.PropagateQConfig(model, custom: custom);
        Assert.IsFalse(model["opaque"].HasQConfig);
        Assert.IsNull(model["alone"].QConfig);
        Assert.AreEqual(QConfigs.PerChannel, model["alone.fc"].QConfig);
        Assert.AreEqual(QConfigs.Default, model["fc"].QConfig);
        Refusal.Of(() => EagerQuantization.PropagateQConfig(model, custom: new() { InputQuantizedIndexes = [0] }), "are codes", "expected none", "QuantStub");
        Refusal.Of(() => EagerQuantization.PropagateQConfig(model, QConfigMapping.Empty.SetModuleNameObjectTypeOrder("", "nn.Linear", 0, null)), "by operator and index", "expected rules by name or type");
    }

    [TestMethod]
    public void Every_step_leaves_the_given_tree_as_it_is()
    {
        Module model = new Sequential(new QuantStub(), new Linear(3, 2), new ReLU(), new DeQuantStub());
        Tensor x = Numbers.Input(4, 3);
        float[] before = Floats(model, x);
        Module fused = EagerQuantization.FuseModules(model, ["1", "2"]);
        fused.QConfig = QConfigs.Default;
        Module prepared = EagerQuantization.Prepare(fused), other = prepared.Clone();
        prepared.Forward(x);
        Module converted = EagerQuantization.Convert(prepared);
        Assert.AreEqual("nn.Linear", model["1"].TypeName);
        Assert.IsNull(fused["0"].Observer);
        Assert.AreEqual("nn.intrinsic.LinearReLU", prepared["1"].TypeName);
        Assert.AreEqual(0, ((ObserverModule)other["0"].Observer!).Statistics.Count, "a copy has statistics of its own");
        Assert.AreEqual(x.Length, ((ObserverModule)prepared["0"].Observer!).Statistics.Count);
        Assert.IsTrue(converted.NamedModules().All(entry => !entry.Module.HasQConfig && entry.Module.Observer is null));
        CollectionAssert.AreEqual(before, Floats(model, x));
        CollectionAssert.AreEqual(before, Floats(fused, x));
    }

    [TestMethod]
    public void Fusing_for_training_keeps_the_normalization()
    {
        Module model = Numbers.Fill(new Sequential(new Conv2d(2, 3, [3]), new BatchNorm2d(3), new ReLU(), new Flatten(), new Linear(3, 2), new BatchNorm1d(2)));
        Module fused = EagerQuantization.FuseModulesQat(model, ["0", "1", "2"], ["4", "5"]);
        Assert.AreEqual("nn.intrinsic.ConvBnReLU2d", fused["0"].TypeName);
        Assert.AreEqual("nn.intrinsic.LinearBn1d", fused["4"].TypeName);
        Assert.AreEqual("nn.BatchNorm2d", fused["0.1"].TypeName);
        Tensor x = Numbers.Input(2, 2, 3, 3);
        CollectionAssert.AreEqual(Floats(model, x), Floats(fused, x));
        Assert.AreEqual("nn.intrinsic.ConvBn2d", EagerQuantization.FuseModulesQat(model, ["0", "1"])["0"].TypeName);
        Refusal.Of(() => EagerQuantization.FuseModules(model, ["0", "2", "1"]), "nn.Conv2d, nn.ReLU, nn.BatchNorm2d cannot be fused", "expected one of");
        Refusal.Of(() => EagerQuantization.FuseModules(model, ["0", "9"]), "'9' was asked for", "no child '9'");
        Refusal.Of(() => EagerQuantization.FuseModules(new Sequential(new Conv1d(2, 3, [1]), new BatchNorm1d(4)), ["0", "1"]), "has 3 output channels", "4; expected the same");
        Refusal.Of(() => EagerQuantization.FuseModulesQat(new Sequential(new ConvTranspose1d(2, 3, [1]), new BatchNorm1d(3)), ["0", "1"]), "cannot be fused for training");
    }

    [TestMethod]
    public void Leaves_with_a_configuration_get_stubs_around_them()
    {
        Module model = new Sequential([("fc1", new Linear(3, 3)), ("act", new Hardswish()), ("fc2", new Linear(3, 2))]);
        model["fc1"].QConfig = QConfigs.Default;
        Module wrapped = EagerQuantization.AddQuantDequant(model);
        Assert.AreEqual("nn.Linear", wrapped["fc1.module"].TypeName);
        Assert.AreEqual("nn.Linear", wrapped["fc2"].TypeName);
        Tensor x = Numbers.Input(4, 3);
        CollectionAssert.AreEqual(Floats(model, x), Floats(wrapped, x));
        Module quantized = EagerQuantization.Quantize(wrapped, [[x]]);
        Assert.AreEqual("nn.quantized.Linear", quantized["fc1.module"].TypeName);
        Assert.AreEqual("nn.quantized.Quantize", quantized["fc1.quant"].TypeName);
        Assert.HasCount(8, Floats(quantized, x));
    }

    [TestMethod]
    public void Classes_of_ones_own_take_part_by_name()
    {
        Module model = new Sequential([("quant", new QuantStub()), ("twice", new Twice("mine.Twice", 2)), ("dequant", new DeQuantStub())]);
        model.QConfig = QConfigs.Default;
        var options = new EagerOptions
        {
            Prepare = new() { FloatToObserved = CustomModules.Empty.Set(QuantType.Static, "mine.Twice", "mine.Observed") },
            Convert = new() { ObservedToQuantized = CustomModules.Empty.Set(QuantType.Static, "mine.Observed", "mine.Quantized") },
            Swaps = ModuleSwapList.BuiltIn.With("mine.Observed", _ => new Twice("mine.Observed", 2)).With("mine.Quantized", swap => new Twice($"mine.Quantized {swap.Output().Scale:F4}", 2)),
        };
        Module prepared = EagerQuantization.Prepare(model, options);
        Assert.AreEqual("mine.Observed", prepared["twice"].TypeName);
        Tensor x = Numbers.Input(2, 2);
        prepared.Forward(x);
        // Twice −2 … 0.9375 is the observed range, over 127 steps.
        Assert.AreEqual($"mine.Quantized {2 * 2.9375 / 127:F4}", EagerQuantization.Convert(prepared, options)["twice"].TypeName);
        Refusal.Of(() => EagerQuantization.Prepare(model, options with { Swaps = ModuleSwapList.BuiltIn }), "'twice' (mine.Twice) is to become mine.Observed", "nobody knows how to make", "With");
    }

    [TestMethod]
    public void What_cannot_be_is_refused_with_what_to_do()
    {
        Module model = new Sequential([("quant", new QuantStub()), ("fc", new Linear(3, 2)), ("dequant", new DeQuantStub())]);
        Tensor x = Numbers.Input(2, 3);
        Refusal.Of(() => EagerQuantization.Prepare(model), "No module has a configuration", "Set Module.QConfig");
        model.QConfig = QConfigs.Default;
        Module prepared = EagerQuantization.Prepare(model);
        Refusal.Of(() => EagerQuantization.Convert(prepared), "'quant'", "was not run since it was prepared", "calibration");
        Refusal.Of(() => EagerQuantization.Convert(WithConfig(model)), "has no observer", "Prepare");
        Module converted = EagerQuantization.Quantize(model, [[x]]);
        Refusal.Of(() => converted["fc"].Forward(x), "nn.quantized.Linear was given float32[2, 3]", "expected codes", "QuantStub");
        Refusal.Of(() => new Linear(3, 2).Forward(converted["quant"].Forward(x)), "nn.Linear was given codes", "expected floats", "DeQuantStub");
        Refusal.Of(() => converted["quant"].Forward(converted["quant"].Forward(x)), "these are codes already");
        Refusal.Of(() => new FloatFunctional().Forward(x), "was run like a layer", "Add");
        Refusal.Of(() => Functions.Add(converted["quant"].Forward(x), x), "Add was given codes", "FloatFunctional");
        Refusal.Of(() => new ReLU().Forward(x, x), "nn.ReLU was given 2 values; expected one");
        Refusal.Of(() => EagerQuantization.QuantizeDynamic(new GRU(3, 2)).ToGraph([new("x", new TensorFact(ElementType.Float32, new Shape(2, 1, 3)))]), "has no form as a graph", "ModelQuantizer.QuantizeDynamic");
        Refusal.Of(() => EagerQuantization.QuantizeDynamic(new Embedding(3, 2), QConfigMapping.Empty.SetObjectType("nn.Embedding", QConfigs.Dynamic)), "real-valued zero points", "FloatQParamsWeightOnly");
        Module mistyped = new Sequential([("quant", new QuantStub()), ("fc", new Linear(3, 2))]);
        mistyped.QConfig = QConfigs.Default with { Weight = ObserverDefaults.Activation };
        Refusal.Of(() => EagerQuantization.Quantize(mistyped, [[x]]), "weights of module 'fc'", "expected qint8");
        Refusal.Of(() => new Conv2d(3, 4, [3], new() { Groups = 2 }), "in 2 groups", "divide both");
        Refusal.Of(() => new AdaptiveAvgPool2d([2]).Forward(Numbers.Input(1, 1, 5, 4)), "expected a known multiple");
        Refusal.Of(() => _ = ((Value)x).Reshape(4, -1), "cannot become [4, -1]");
        Refusal.Of(() => _ = ((Value)x).Transpose(0, 2), "Found axis 2", "-2 to 1");

        static Module WithConfig(Module model)
        {
            Module copy = model.Clone();
            EagerQuantization.PropagateQConfig(copy);
            return copy;
        }
    }

    [TestMethod]
    public void A_null_configuration_leaves_a_module_in_float_and_a_calibration_can_be_cancelled()
    {
        Module model = new Sequential([("quant", new QuantStub()), ("fc1", new Linear(3, 3)), ("dequant", new DeQuantStub()), ("fc2", new Linear(3, 2))]);
        model.QConfig = QConfigs.Default;
        model["fc2"].QConfig = null;
        Tensor x = Numbers.Input(4, 3);
        Module quantized = EagerQuantization.Quantize(model, [[x]]);
        Assert.AreEqual("nn.quantized.Linear", quantized["fc1"].TypeName);
        Assert.AreEqual("nn.Linear", quantized["fc2"].TypeName);
        Assert.Throws<OperationCanceledException>(() => EagerQuantization.Quantize(model, [[x]], new() { CancellationToken = new(canceled: true) }));
    }

    [TestMethod]
    public void Weights_keep_within_a_range_of_their_own()
    {
        Module model = new Sequential([("quant", new QuantStub()), ("fc", Numbers.Fill(new Linear(6, 4)))]);
        model.QConfig = QConfigs.SymmetricQnnpack;
        Module quantized = EagerQuantization.Quantize(model, [[Numbers.Input(2, 6)]]);
        sbyte[] codes = quantized["fc"].Packed("weight").Codes().AsSpan<sbyte>().ToArray();
        Assert.AreEqual(-127, codes.Min(), "−127..127 leaves −128 out");
    }

    private static float[] Floats(Module module, Tensor x) => module.Forward(x).ToTensor().AsSpan<float>().ToArray();

    private sealed class Twice(string name, double factor) : Module
    {
        public override string TypeName => name;

        protected override Value Compute(Value value) => Apply(value, (writer, x) => writer.Node("Mul", [x, writer.Constant("factor", Tensor.Scalar((float)factor))]), codes => Kernels.Functional.TensorScalarArithmetic.MulScalar(codes, factor));
    }
}
