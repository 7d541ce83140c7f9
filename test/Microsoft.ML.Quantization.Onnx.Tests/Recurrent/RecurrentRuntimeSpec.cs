using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Kernels;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Onnx.Tests;

/// <summary>Recurrent layers, float and dynamically quantized, against ONNX Runtime on the file that we write.</summary>
[TestClass]
public sealed class RecurrentRuntimeSpec
{
    // ONNX Runtime's sigmoid and tanh are rational approximations; ours are within 3 ulp of the truth.
    private const float FloatBound = 2e-6f;

    // One code of the state is 1/127 of its range: where a state lies on the edge between two codes, the last bits of an approximation decide.
    private const float CodeBound = 2e-3f;

    private static readonly ImmutableArray<RecurrentModel> s_models =
    [
        .. from op in new[] { "LSTM", "GRU", "RNN" }
           from direction in new[] { "forward", "reverse", "bidirectional" }
           from ends in new[] { false, true }
           select new RecurrentModel(op, Direction: direction) { Lengths = ends, Initial = ends },
        new("LSTM") { Bias = false },
        new("LSTM") { Peepholes = true },
        new("LSTM", Direction: "bidirectional") { Peepholes = true, Initial = true },
        new("LSTM") { Attributes = NodeAttributes.Empty.With("clip", 0.25f) },
        new("LSTM") { Attributes = NodeAttributes.Empty.With("input_forget", 1) },
        new("LSTM") { Attributes = NodeAttributes.Empty.With("activations", ImmutableArray.Create("HardSigmoid", "Softsign", "Relu")) },
        new("LSTM", Features: 600, Hidden: 40),
        new("GRU") { Bias = false },
        new("GRU") { Attributes = NodeAttributes.Empty.With("linear_before_reset", 1) },
        new("GRU", Direction: "bidirectional") { Attributes = NodeAttributes.Empty.With("linear_before_reset", 1), Lengths = true, Initial = true },
        new("GRU") { Attributes = NodeAttributes.Empty.With("clip", 0.25f) },
        new("RNN") { Attributes = NodeAttributes.Empty.With("activations", ImmutableArray.Create("Relu")) },
        new("RNN", Direction: "bidirectional") { Attributes = NodeAttributes.Empty.With("activations", ImmutableArray.Create("Tanh", "Relu")), Initial = true },
        new("RNN") { Attributes = NodeAttributes.Empty.With("clip", 0.25f) },
    ];

    public static IEnumerable<object[]> Models => s_models.Select(model => new object[] { model });

    public static IEnumerable<object[]> Quantized => s_models.SelectMany(model => new object[][] { [model, "default_dynamic_qconfig"], [model, "per_channel_dynamic_qconfig"] });

    [TestMethod]
    [DynamicData(nameof(Models))]
    public void Float_layers_compute_what_ONNX_Runtime_computes(RecurrentModel model)
    {
        OnnxRuntimeSession.Require();
        Graph graph = model.Build();
        using var session = new OnnxRuntimeSession(ExporterSpec.Bytes(graph));
        Compare(graph, session, model.Inputs(7, 3), FloatBound);
    }

    [TestMethod]
    [DynamicData(nameof(Quantized))]
    public void Layers_with_8_bit_weights_compute_what_ONNX_Runtime_computes_from_our_file(RecurrentModel model, string qconfig)
    {
        OnnxRuntimeSession.Require();
        PassResult result = new DynamicRecurrent(QConfigs.Named[qconfig]).Run(model.Build());
        Assert.IsTrue(result.Notes.Single().Applied, result.Notes.Single().Text);
        using var session = new OnnxRuntimeSession(ExporterSpec.Bytes(result.Graph));
        Compare(result.Graph, session, model.Inputs(7, 3), CodeBound);
        Compare(result.Graph, session, model.Inputs(1, 1), CodeBound);
    }

    private static void Compare(Graph graph, OnnxRuntimeSession session, ImmutableArray<Tensor> inputs, float bound)
    {
        ImmutableArray<Tensor> expected = session.Run(inputs);
        ImmutableArray<Tensor>? first = null;
        foreach (Engine engine in EngineList.Supported)
        {
            using ExecutionPlan plan = ExecutionPlan.Bind(graph, new() { Engine = engine });
            ImmutableArray<Tensor> actual = plan.Run(inputs);
            for (int i = 0; i < expected.Length; i++)
            {
                TensorAssert.AreClose(expected[i], actual[i], bound);
                if (first is not null) { TensorAssert.AreEqual(first.Value[i], actual[i]); }
            }
            first ??= actual;
        }
    }
}
