using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Kernels;
using Microsoft.ML.Quantization.Observers;
using Microsoft.ML.Quantization.Onnx.Proto;

namespace Microsoft.ML.Quantization.Onnx.Tests;

/// <summary>How recurrent layers run, how they get 8-bit weights, and what they refuse.</summary>
[TestClass]
public sealed class RecurrentLayerSpec
{
    [TestMethod]
    [DataRow("LSTM", false)]
    [DataRow("LSTM", true)]
    [DataRow("GRU", false)]
    [DataRow("GRU", true)]
    [DataRow("RNN", false)]
    [DataRow("RNN", true)]
    public void Running_does_not_allocate(string op, bool quantized)
    {
        RecurrentModel model = new(op, Direction: "bidirectional") { Lengths = true, Initial = true };
        Graph graph = quantized ? Quantize(model.Build()).Graph : model.Build();
        foreach (Engine engine in EngineList.Supported)
        {
            using ExecutionPlan plan = ExecutionPlan.Bind(graph, new() { Engine = engine });
            ImmutableArray<Tensor> inputs = model.Inputs(5, 3);
            using RunContext context = plan.Rent([.. inputs.Select(input => input.Shape)]);
            for (int i = 0; i < inputs.Length; i++)
            {
                if (inputs[i].Type == ElementType.Int32) { inputs[i].AsSpan<int>().CopyTo(context.Input<int>(i)); } else { inputs[i].AsSpan<float>().CopyTo(context.Input<float>(i)); }
            }
            for (int warm = 0; warm < 3; warm++) { context.Run(); }
            long before = GC.GetAllocatedBytesForCurrentThread();
            context.Run();
            Assert.AreEqual(0, GC.GetAllocatedBytesForCurrentThread() - before, engine.Name);
        }
    }

    [TestMethod]
    [DataRow("LSTM")]
    [DataRow("GRU")]
    [DataRow("RNN")]
    public void Weights_may_be_computed_while_the_model_runs(string op)
    {
        RecurrentModel model = new(op);
        Graph constant = model.Build();
        var builder = new GraphBuilder(constant);
        builder.AddInput("w_given", new TensorFact(ElementType.Float32, constant.Constant("w")!.Shape));
        builder.RedirectReaders("w", "w_given");
        using ExecutionPlan expected = ExecutionPlan.Bind(constant), actual = ExecutionPlan.Bind(builder.Build());
        ImmutableArray<Tensor> inputs = model.Inputs(4, 2);
        TensorAssert.AreEqual(expected.Run(inputs)[0], actual.Run([.. inputs, constant.Constant("w")!])[0]);
    }

    [TestMethod]
    public void Threads_do_not_change_a_bit()
    {
        RecurrentModel model = new("LSTM", Features: 300, Hidden: 256);
        foreach (Graph graph in new[] { model.Build(), Quantize(model.Build()).Graph })
        {
            using ExecutionPlan one = ExecutionPlan.Bind(graph), two = ExecutionPlan.Bind(graph, new() { Threads = 2 });
            TensorAssert.AreEqual(one.Run(model.Inputs(6, 20))[0], two.Run(model.Inputs(6, 20))[0]);
        }
    }

    [TestMethod]
    public void One_dynamic_range_serves_all_rows_of_a_run()
    {
        // As in ONNX and PyTorch: whoever wants rows to be independent runs them one by one.
        RecurrentModel model = new("LSTM");
        using ExecutionPlan plan = ExecutionPlan.Bind(Quantize(model.Build()).Graph);
        Tensor two = model.Inputs(3, 2)[0];
        Tensor loud = Tensor.Create<float>(two.AsSpan<float>(), two.Shape);
        for (int time = 0; time < 3; time++) { loud.AsSpan<float>().Slice((time * 2 + 1) * model.Features, model.Features).Fill(50f); }
        float[] quiet = plan.Run(two)[1].AsSpan<float>()[..model.Hidden].ToArray(), beside = plan.Run(loud)[1].AsSpan<float>()[..model.Hidden].ToArray();
        Assert.IsFalse(quiet.AsSpan().SequenceEqual(beside));
    }

    [TestMethod]
    public void A_state_of_another_size_is_refused()
    {
        RecurrentModel model = new("GRU") { Initial = true };
        var builder = new GraphBuilder(model.Build());
        builder.AddInput("other", new TensorFact(ElementType.Float32, [1, Dimension.Named("other"), model.Hidden]));
        builder.RedirectReaders("initial0", "other");
        using ExecutionPlan plan = ExecutionPlan.Bind(builder.Build());
        Refused(() => plan.Run(model.Inputs(3, 4)[0], model.Inputs(3, 4)[1], model.Inputs(3, 2)[1]), "GRU 'layer'", "input 5", "with 2 where 1 or 4 are expected");
    }

    [TestMethod]
    public void A_sequence_that_is_not_finite_is_refused_where_it_would_be_quantized()
    {
        RecurrentModel model = new("GRU");
        using ExecutionPlan plan = ExecutionPlan.Bind(Quantize(model.Build()).Graph);
        Tensor x = model.Inputs(2, 1)[0];
        x.AsSpan<float>()[3] = float.PositiveInfinity;
        Refused(() => plan.Run(x), "to Infinity cannot be quantized when they are computed", "expected finite");
    }

    [TestMethod]
    public void Layers_without_a_file_form_stay_float_with_a_reason()
    {
        Declined(new RecurrentModel("GRU") { Attributes = NodeAttributes.Empty.With("activations", ImmutableArray.Create("Relu", "Tanh")) }.Build(), QConfigs.Dynamic, "its activations are Relu, Tanh", "Sigmoid and Tanh");
        Declined(new RecurrentModel("RNN") { Attributes = NodeAttributes.Empty.With("activations", ImmutableArray.Create("Affine")) }.Build(), QConfigs.Dynamic, "its activations are Affine", "Tanh or Relu");
        Declined(new RecurrentModel("LSTM").Build(), QConfigs.Float16Dynamic, "configured as float16", "8-bit weights");
        Declined(new RecurrentModel("LSTM").Build(), new QConfig(null, null), "leaves the weights in float");
        Declined(new RecurrentModel("LSTM").Build(), new QConfig(null, new ObserverSpec { Observer = "PerChannelMinMax", Type = ElementType.QInt8, Scheme = Numerics.QScheme.PerChannelAffine }), "a zero point for each row", "Choose a symmetric scheme");
        Graph graph = new RecurrentModel("LSTM").Build();
        var builder = new GraphBuilder(graph);
        builder.AddInput("r_given", new TensorFact(ElementType.Float32, graph.Constant("r")!.Shape));
        builder.RedirectReaders("r", "r_given");
        Declined(builder.Build(), QConfigs.Dynamic, "its weights are not float32 constants");
    }

    [TestMethod]
    public void Unsigned_weights_with_a_zero_point_run_as_exactly()
    {
        var unsigned = new QConfig(null, new ObserverSpec { Observer = "MinMax", Type = ElementType.QUInt8 });
        RecurrentModel model = new("LSTM", Features: 30);
        PassResult result = new DynamicRecurrent(unsigned).Run(model.Build());
        Assert.AreEqual(ElementType.UInt8, result.Graph.Fact(result.Graph.Nodes.Single().Inputs[1]).Type);
        using ExecutionPlan floats = ExecutionPlan.Bind(model.Build()), codes = ExecutionPlan.Bind(result.Graph);
        // Two thousandths are about half of the step of the state's codes.
        TensorAssert.AreClose(floats.Run(model.Inputs(4, 2))[0], codes.Run(model.Inputs(4, 2))[0], 1e-2f);
    }

    [TestMethod]
    public void A_file_carries_each_function_once_and_names_its_family()
    {
        Graph graph = Quantize(new RecurrentModel("GRU", Direction: "bidirectional").Build()).Graph;
        ModelProto model = ModelProto.Parser.ParseFrom(ExporterSpec.Bytes(graph));
        Assert.AreEqual(2, model.Graph.Node.Count(node => node.OpType == "DynamicQuantizeGRU"));
        FunctionProto function = model.Functions.Single();
        Assert.AreEqual(("DynamicQuantizeGRU", "Microsoft.ML.Quantization"), (function.Name, function.Domain));
        Assert.IsTrue(model.IrVersion >= 8);
        Assert.IsTrue(model.OpsetImport.Any(import => import.Domain == function.Domain));
        CollectionAssert.AreEqual(ExporterSpec.Bytes(graph), ExporterSpec.Bytes(graph));
    }

    private static PassResult Quantize(Graph graph) => new DynamicRecurrent(QConfigs.Dynamic).Run(graph);

    private static void Declined(Graph graph, QConfig qconfig, params string[] parts)
    {
        PassResult result = new DynamicRecurrent(qconfig).Run(graph);
        PassNote note = result.Notes.Single();
        Assert.IsFalse(note.Applied);
        foreach (string part in parts) { StringAssert.Contains(note.Text, part); }
        Assert.AreSame(graph, result.Graph);
    }

    private static void Refused(Action action, params string[] parts)
    {
        QuantizationException problem = Assert.ThrowsExactly<QuantizationException>(action);
        foreach (string part in parts) { StringAssert.Contains(problem.Message, part); }
    }
}
