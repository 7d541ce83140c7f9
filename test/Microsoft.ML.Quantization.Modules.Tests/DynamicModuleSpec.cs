using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Kernels.Functional;

namespace Microsoft.ML.Quantization.Modules.Tests;

/// <summary>Dynamic and weight-only modules beyond the golden networks.</summary>
[TestClass]
public sealed class DynamicModuleSpec
{
    [TestMethod]
    public void Without_rules_linear_and_recurrent_layers_are_quantized_and_nothing_else()
    {
        Module model = new Sequential([("emb", new Embedding(4, 3)), ("fc", new Linear(3, 3)), ("cells", new ModuleList(new LSTMCell(3, 2), new GRUCell(3, 2), new RNNCell(3, 2))), ("layers", new ModuleList(new LSTM(3, 2), new GRU(3, 2), new RNN(3, 2))), ("mha", new MultiheadAttention(4, 2)), ("conv", new Conv1d(3, 3, [1]))]);
        Module quantized = EagerQuantization.QuantizeDynamic(model);
        string[] found = [.. quantized.NamedModules().Where(entry => entry.Module.TypeName.Contains("dynamic", StringComparison.Ordinal)).Select(entry => entry.Path)];
        CollectionAssert.AreEqual(new[] { "fc", "cells.0", "cells.1", "cells.2", "layers.0", "layers.1" }, found);
    }

    [TestMethod]
    public void A_fused_linear_layer_keeps_its_ReLU()
    {
        Module model = EagerQuantization.FuseModules(Numbers.Fill(new Sequential(new Linear(6, 4), new ReLU())), ["0", "1"]);
        Tensor x = Numbers.Input(3, 6);
        Module quantized = EagerQuantization.QuantizeDynamic(model, QConfigMapping.Empty.SetObjectType("nn.intrinsic.LinearReLU", QConfigs.Dynamic));
        Assert.AreEqual("nn.intrinsic.quantized.dynamic.LinearReLU", quantized["0"].TypeName);
        Near(model.Forward(x).ToTensor(), quantized.Forward(x).ToTensor(), 0.05);
    }

    [TestMethod]
    public void Dynamic_linear_layers_become_the_form_that_ONNX_has_for_them()
    {
        Module model = Numbers.Fill(new Mlp(stubs: false));
        Tensor x = Numbers.Input(4, 6);
        foreach ((QConfig config, double allowed) in ((QConfig, double)[])[(QConfigs.Dynamic, 2e-2), (QConfigs.PerChannelDynamic, 2e-2), (QConfigs.Float16Dynamic, 1e-5)])
        {
            Module quantized = EagerQuantization.QuantizeDynamic(model, QConfigMapping.Empty.SetObjectType("nn.Linear", config));
            Graph graph = quantized.ToGraph([new("x", new TensorFact(ElementType.Float32, [Dimension.Named("batch"), 6]))]);
            Assert.HasCount(config == QConfigs.Float16Dynamic ? 0 : 3, graph.Nodes.Where(node => node.Operator == "MatMulInteger"));
            using ExecutionPlan plan = ExecutionPlan.Bind(graph);
            // ONNX and PyTorch choose zero points by formulas of their own: one code of an input may differ.
            Near(quantized.Forward(x).ToTensor(), plan.Run(x)[0], allowed);
        }
    }

    [TestMethod]
    public void Half_precision_rounds_the_weights_and_nothing_else()
    {
        Tensor weight = Tensor.Create<float>([0.1f, 1e-3f, -3.3333f, 70000f], new Shape(2, 2)), x = Tensor.Create<float>([1, 2], new Shape(1, 2));
        Module quantized = EagerQuantization.QuantizeDynamic(new Linear(weight, null), QConfigMapping.Empty.SetObjectType("nn.Linear", QConfigs.Float16Dynamic));
        float[] y = quantized.Forward(x).ToTensor().AsSpan<float>().ToArray();
        // Beyond the halves it saturates at 65504, as PyTorch does.
        Assert.AreEqual((float)(Half)0.1f + 2 * (float)(Half)1e-3f, y[0], 1e-7);
        Assert.AreEqual((float)(Half)(-3.3333f) + 2 * 65504f, y[1], 1e-2);
    }

    [TestMethod]
    public void Convolutions_are_quantized_dynamically_by_a_mapping_that_says_so()
    {
        Module model = Numbers.Fill(new Sequential([("conv", new Conv2d(2, 3, [3], new() { Padding = [1] })), ("up", new ConvTranspose2d(3, 2, [2], new() { Strides = [2] }))]));
        model.QConfig = QConfigs.Dynamic;
        EagerQuantization.PropagateQConfig(model);
        ImmutableSortedDictionary<string, string> mapping = ModuleMappings.Dynamic.Add("nn.Conv2d", "nn.quantized.dynamic.Conv2d").Add("nn.ConvTranspose2d", "nn.quantized.dynamic.ConvTranspose2d");
        Module quantized = EagerQuantization.Convert(model, mapping: mapping);
        Assert.AreEqual("nn.quantized.dynamic.Conv2d", quantized["conv"].TypeName);
        Assert.AreEqual("nn.quantized.dynamic.ConvTranspose2d", quantized["up"].TypeName);
        Tensor x = Numbers.Input(1, 2, 4, 4);
        Near(model.Forward(x).ToTensor(), quantized.Forward(x).ToTensor(), 0.3);
    }

    [TestMethod]
    public void Bags_of_quantized_rows_lie_near_those_of_floats_as_modules_and_as_graphs()
    {
        Tensor indices = Tensor.Create(1L, 4, 4, 0, 2, 3), offsets = Tensor.Create(0L, 2, 2, 5);
        foreach ((QConfig config, BagMode mode, double allowed) in ((QConfig, BagMode, double)[])[(QConfigs.FloatQParamsWeightOnly, BagMode.Sum, 0.015), (QConfigs.FloatQParamsWeightOnly, BagMode.Mean, 0.01), (QConfigs.FloatQParamsWeightOnly4Bit, BagMode.Sum, 0.2)])
        {
            Module model = Numbers.Fill(new Sequential([("bag", new EmbeddingBag(5, 4, mode))]));
            Module quantized = EagerQuantization.QuantizeDynamic(model, QConfigMapping.Empty.SetObjectType("nn.EmbeddingBag", config));
            Assert.AreEqual("nn.quantized.EmbeddingBag", quantized["bag"].TypeName);
            Tensor expected = model["bag"].Forward([indices, offsets])[0].ToTensor(), found = quantized["bag"].Forward([indices, offsets])[0].ToTensor();
            Near(expected, found, allowed);
            Graph graph = quantized["bag"].ToGraph([new("indices", new TensorFact(ElementType.Int64, [Dimension.Named("n")])), new("offsets", new TensorFact(ElementType.Int64, [Dimension.Named("bags")]))]);
            using ExecutionPlan plan = ExecutionPlan.Bind(graph);
            Near(found, plan.Run(indices, offsets)[0], 1e-5);
        }
    }

    private static void Near(Tensor expected, Tensor found, double allowed)
    {
        Assert.AreEqual(expected.Shape, found.Shape);
        for (int i = 0; i < expected.Length; i++) { Assert.AreEqual(expected.AsSpan<float>()[i], found.AsSpan<float>()[i], allowed, $"[{i}]"); }
    }
}
