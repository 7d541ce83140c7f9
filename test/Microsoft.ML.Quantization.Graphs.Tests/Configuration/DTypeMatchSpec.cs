using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.Tests.Configuration;

[TestClass]
public sealed class DTypeMatchSpec
{
    private static BackendPatternConfig Linear(BackendConfig backend) => backend.Find(BackendPattern.Of("nn.Linear"))!;

    [TestMethod]
    public void A_linear_layer_takes_static_dynamic_and_float16_configurations()
    {
        foreach (QConfig config in new[] { QConfigs.Default, QConfigs.PerChannel, QConfigs.Dynamic, QConfigs.Float16Dynamic, QConfigs.Qat, DefaultQConfigs.GetDefaultQConfig("x86") })
        {
            Assert.IsNull(DTypeMatch.WhyNot(Linear(BackendConfigs.X86), config, hasWeights: true), $"{config}");
        }
        Assert.AreEqual("it reads quint8; the configuration gives activations the type float16", DTypeMatch.WhyNot(Linear(BackendConfigs.X86), QConfigs.Float16Static, hasWeights: true));
        Assert.IsNull(DTypeMatch.WhyNot(DTypeConfigs.DefaultOpFloat16, QConfigs.Float16Static, hasWeights: true));
    }

    [TestMethod]
    public void Embeddings_take_weights_only()
    {
        BackendPatternConfig table = BackendConfigs.Native.Find(BackendPattern.Of("nn.Embedding"))!;
        Assert.IsNull(DTypeMatch.WhyNot(table, QConfigs.FloatQParamsWeightOnly, hasWeights: true));
        Assert.IsNull(DTypeMatch.WhyNot(table, QConfigs.FloatQParamsWeightOnly4Bit, hasWeights: true));
        Assert.IsNull(DTypeMatch.WhyNot(table, QConfigs.EmbeddingQat, hasWeights: true));
        Assert.AreEqual("it reads float32; the configuration gives activations the type quint8", DTypeMatch.WhyNot(table, QConfigs.Default, hasWeights: true));
    }

    [TestMethod]
    public void Symmetric_codes_need_the_smallest_scale_and_weights_without_the_smallest_code()
    {
        BackendPatternConfig symmetric = Linear(BackendConfigs.Qnnpack) with { DTypes = [DTypeConfigs.WeightedOpQInt8Symmetric] };
        Assert.IsNull(DTypeMatch.WhyNot(symmetric, QConfigs.SymmetricQnnpack, hasWeights: true));
        Assert.IsNull(DTypeMatch.WhyNot(symmetric, QConfigs.PerChannelSymmetricQnnpackQat, hasWeights: true));
        Assert.AreEqual("the weight observer has the codes [-128, 127]; expected some within [-127, 127]. Set quant_min and quant_max",
            DTypeMatch.WhyNot(symmetric, QConfigs.SymmetricQnnpack with { Weight = ObserverDefaults.Weight }, hasWeights: true));
        Assert.AreEqual("the activation observer has eps 1.1920929E-07; expected 0.00024414062 or more, the smallest scale of the backend",
            DTypeMatch.WhyNot(symmetric, QConfigs.SymmetricQnnpack with { Activation = new() { Observer = "Histogram", Type = ElementType.QInt8 } }, hasWeights: true));
        Assert.AreEqual("the activation observer Placeholder has no eps; expected 0.00024414062 or more",
            DTypeMatch.WhyNot(symmetric, QConfigs.SymmetricQnnpack with { Activation = new() { Observer = "Placeholder", Type = ElementType.QInt8 } }, hasWeights: true));
        Assert.AreEqual("the weight observer Placeholder has no range of codes; expected one within [-127, 127]",
            DTypeMatch.WhyNot(symmetric.DTypes[0].Weight, new() { Observer = "Placeholder", Type = ElementType.QInt8 }, "weight"));
    }

    [TestMethod]
    public void A_backend_with_one_scale_needs_fixed_parameters()
    {
        var demand = new DTypeWithConstraints(ElementType.QUInt8) { ScaleExactMatch = 1f / 256, ZeroPointExactMatch = 0 };
        Assert.IsNull(DTypeMatch.WhyNot(demand, ObserverDefaults.FixedRange0To1, "activation"));
        Assert.AreEqual("the activation observer has scale 0.0078125 and zero point 128; expected 0.00390625 and 0", DTypeMatch.WhyNot(demand, ObserverDefaults.FixedRangeMinus1To1, "activation"));
        Assert.AreEqual("the activation observer is MinMax; expected FixedQParams with scale 0.00390625 and zero point 0", DTypeMatch.WhyNot(demand, ObserverDefaults.Activation, "activation"));
    }

    [TestMethod]
    public void Weights_count_only_where_there_are_some()
    {
        Assert.IsNull(DTypeMatch.WhyNot(DTypeConfigs.DefaultOpQUInt8, QConfigs.Default, hasWeights: false));
        Assert.AreEqual("it takes float32 weights; the configuration gives them the type qint8", DTypeMatch.WhyNot(DTypeConfigs.DefaultOpQUInt8, QConfigs.Default, hasWeights: true));
        Assert.AreEqual("it takes fixed ranges (static); the configuration has the ranges of each run (dynamic)", DTypeMatch.WhyNot(DTypeConfigs.WeightedOpInt8, QConfigs.Dynamic, hasWeights: true));
        Assert.AreEqual("it has no combination of types", DTypeMatch.WhyNot(new BackendPatternConfig(BackendPattern.Of("nn.Linear")), QConfigs.Default, hasWeights: true));
    }
}
