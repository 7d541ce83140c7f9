using Microsoft.ML.Quantization.FakeQuantization;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.Tests.Configuration;

[TestClass]
public sealed class DefaultQConfigsSpec
{
    [TestMethod]
    public void Unknown_backends_and_versions_are_refused()
    {
        QConfigMappingSpec.Refuses("There is no backend 'arm'; expected one of fbgemm, onednn, qnnpack, x86.", () => DefaultQConfigs.GetDefaultQConfig("arm"));
        QConfigMappingSpec.Refuses("There is no backend 'arm'", () => DefaultQConfigs.GetDefaultQatQConfigMapping("arm"));
        QConfigMappingSpec.Refuses("There is no version 1 of the default configuration for calibration; expected 0.", () => DefaultQConfigs.GetDefaultQConfig("x86", 1));
        QConfigMappingSpec.Refuses("There is no version 2 of the default configuration for training; expected 0 to 1.", () => DefaultQConfigs.GetDefaultQatQConfig("x86", 2));
        QConfigMappingSpec.Refuses("There is no version -1", () => DefaultQConfigs.GetDefaultQatQConfigMapping("x86", -1));
    }

    [TestMethod]
    public void The_default_backend_is_x86_and_the_default_of_training_is_fused()
    {
        Assert.AreEqual(DefaultQConfigs.GetDefaultQConfig("x86"), DefaultQConfigs.GetDefaultQConfig());
        Assert.AreEqual(DefaultQConfigs.GetDefaultQatQConfig("x86", 1), DefaultQConfigs.GetDefaultQatQConfig());
        Assert.AreEqual("FusedMovingAvgObsFakeQuantize", DefaultQConfigs.GetDefaultQatQConfig().WeightFakeQuantize!.FakeQuantize);
        Assert.AreEqual("FakeQuantize", DefaultQConfigs.GetDefaultQatQConfigMapping("qnnpack", 0).Global!.ActivationFakeQuantize!.FakeQuantize);
    }

    [TestMethod]
    public void Transposed_convolutions_refuse_a_scale_for_each_channel_as_PyTorch_does()
    {
        DefaultQConfigs.CheckValid(QConfigs.Default, "nn.ConvTranspose2d");
        DefaultQConfigs.CheckValid(QConfigs.PerChannel, "nn.Conv2d");
        QConfigMappingSpec.Refuses("The configuration of nn.ConvTranspose2d gives its weights the scheme per_channel_symmetric; expected a per_tensor scheme",
            () => DefaultQConfigs.CheckValid(QConfigs.PerChannel, "nn.ConvTranspose2d"));
        QConfigMappingSpec.Refuses("Use the weight observer MinMax.", () => DefaultQConfigs.CheckValid(DefaultQConfigs.GetDefaultQatQConfig(), "torch.nn.ConvTranspose1d"));
    }

    [TestMethod]
    public void Every_observer_that_a_name_leads_to_can_be_made()
    {
        foreach ((string name, QConfig config) in QConfigs.Named)
        {
            foreach (ObserverSpec? spec in new[] { config.Activation, config.Weight }) { Assert.AreEqual(spec, spec?.Create().Spec, name); }
        }
    }

    [TestMethod]
    public void Every_named_configuration_comes_back_as_it_was_written()
    {
        QConfigMapping mapping = QConfigs.Named.Aggregate(DefaultQConfigs.GetDefaultQatQConfigMapping("fbgemm"), (all, named) => all.SetModuleName(named.Key, named.Value))
            .SetModuleName("learnable", QConfig.OfFakeQuantize(new() { FakeQuantize = "LearnableFakeQuantize", Observer = ObserverDefaults.Weight, InitialScale = 0.5f, InitialZeroPoint = -0.5f, UseGradientScaling = true }, null));
        string json = QConfigMappingJson.Write(mapping);
        Assert.AreEqual(mapping, QConfigMappingJson.Read(json));
        Assert.AreEqual(json, QConfigMappingJson.Write(QConfigMappingJson.Read(json)), "equal bytes");
    }

    [TestMethod]
    [DataRow("""{"version":1,"global":{"activation":{"fake_quantize":"FakeQuantize"},"weight":null}}""", "In global, 'activation': A fake-quantizer's settings lack 'observer'")]
    [DataRow("""{"version":1,"global":{"activation":null,"weight":{"fake_quantize":1,"observer":{"observer":"MinMax"}}}}""", "In global, 'weight': Found Number for 'fake_quantize'; expected a text.")]
    [DataRow("""{"version":1,"global":{"activation":null,"weight":{"fake_quantize":"a","obsrver":1}}}""", "In global, 'weight': Found the unknown key 'obsrver' in a fake-quantizer's settings")]
    public void Wrong_fake_quantizers_are_refused_with_their_place(string json, string message) => QConfigMappingSpec.Refuses(message, () => QConfigMappingJson.Read(json));

    [TestMethod]
    public void A_fake_quantizer_and_its_observer_never_contradict_each_other()
    {
        QConfig config = QConfigs.Qat with { Activation = ObserverDefaults.Histogram };
        Assert.AreEqual(FakeQuantizeDefaults.Activation with { Observer = ObserverDefaults.Histogram }, config.ActivationFakeQuantize);
        Assert.IsNull((QConfigs.Qat with { Weight = null }).WeightFakeQuantize);
        QConfig calibration = QConfigs.Qat with { ActivationFakeQuantize = null, WeightFakeQuantize = null };
        Assert.IsTrue(QConfigs.Qat.IsTraining);
        Assert.IsFalse(calibration.IsTraining);
        Assert.AreEqual(new QConfig(QConfigs.Qat.Activation, QConfigs.Qat.Weight), calibration);
    }
}
