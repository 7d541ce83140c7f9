using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Modules.Tests;

/// <summary>A tree as one graph: its names, and what can be done with it then.</summary>
[TestClass]
public sealed class TracingSpec
{
    private static readonly ImmutableArray<ValueInfo> s_rows = [new("x", new TensorFact(ElementType.Float32, [Dimension.Named("batch"), 6]))];

    [TestMethod]
    public void Nodes_and_constants_are_called_as_the_modules()
    {
        Graph graph = Numbers.Fill(new Sequential([("body", new Mlp()), ("head", new Sequential(new Linear(3, 2), new Softmax()))])).ToGraph(s_rows, "net");
        Assert.AreEqual("net", graph.Name);
        CollectionAssert.AreEqual(new[] { "body.fc1", "body.relu", "body.fc2", "body.sig", "body.fc3", "head.0", "head.1" }, graph.Nodes.Select(node => node.Name).ToArray());
        Assert.IsTrue(graph.Constants.ContainsKey("body.fc2.weight"));
        GraphVerifier.Verify(graph);
    }

    [TestMethod]
    public void What_a_module_runs_beside_the_tree_has_its_name()
    {
        Graph cell = new Sequential([("cell", new GRUCell(6, 4))]).ToGraph(s_rows);
        Assert.IsTrue(cell.Nodes.All(node => node.Name.StartsWith("cell", StringComparison.Ordinal)), string.Join(' ', cell.Nodes));
        Assert.IsTrue(cell.Constants.Keys.All(name => name.StartsWith("cell.", StringComparison.Ordinal)), string.Join(' ', cell.Constants.Keys));
    }

    [TestMethod]
    public void A_module_that_runs_twice_has_its_parameters_once()
    {
        Graph graph = Numbers.Fill(new Twice()).ToGraph(s_rows);
        CollectionAssert.AreEqual(new[] { "fc", "fc.Gemm" }, graph.Nodes.Select(node => node.Name).ToArray());
        Assert.HasCount(2, graph.Constants);
    }

    [TestMethod]
    public void The_graph_of_a_float_tree_goes_through_ModelQuantizer_with_rules_by_module()
    {
        Module model = Numbers.Fill(new Mlp());
        Tensor x = Numbers.Input(16, 6);
        QuantizedModel quantized = ModelQuantizer.QuantizeStatic(model.ToGraph(s_rows), [[x]], new() { QConfigs = QConfigMapping.Default.SetModuleName("fc2", null) });
        Assert.IsTrue(quantized.Graph.IsQuantized);
        Assert.AreEqual("DequantizeLinear", quantized.Graph.Producer(quantized.Graph.Node("fc1").Inputs[1])!.Operator);
        Assert.IsNull(quantized.Graph.Producer(quantized.Graph.Node("fc2").Inputs[1]), "fc2 keeps its float weights");
        using ExecutionPlan plan = ExecutionPlan.Bind(quantized.Graph);
        float[] whole = model.Forward(x).ToTensor().AsSpan<float>().ToArray(), codes = plan.Run(x)[0].AsSpan<float>().ToArray();
        double range = whole.Max() - whole.Min();
        for (int i = 0; i < whole.Length; i++) { Assert.AreEqual(whole[i], codes[i], 0.03 * range, $"[{i}]"); }
    }

    [TestMethod]
    public void A_prepared_tree_is_the_float_graph_and_its_observers_stay_silent()
    {
        Module model = Numbers.Fill(new Mlp());
        model.QConfig = QConfigs.Default;
        Module prepared = EagerQuantization.Prepare(model);
        Assert.AreEqual(GraphText.Print(model.ToGraph(s_rows)), GraphText.Print(prepared.ToGraph(s_rows)));
        Assert.AreEqual(0, ((ObserverModule)prepared["fc1"].Observer!).Statistics.Count);
    }

    [TestMethod]
    public void Values_move_alike_on_floats_on_codes_and_in_graphs()
    {
        var moves = new Moves();
        Tensor x = Numbers.Input(2, 3, 4);
        float[] whole = moves.Forward(x).ToTensor().AsSpan<float>().ToArray();
        QuantizedTensor codes = QuantizedTensor.QuantizePerTensor(x, 1.0 / 16, 128, ElementType.QUInt8);
        // Sixteenths are codes of this scale: nothing is lost.
        CollectionAssert.AreEqual(whole, moves.Forward(codes).ToQuantizedTensor().Dequantize().AsSpan<float>().ToArray());
        foreach (Dimension batch in (Dimension[])[2, Dimension.Named("batch")])
        {
            using ExecutionPlan plan = ExecutionPlan.Bind(moves.ToGraph([new("x", new TensorFact(ElementType.Float32, [batch, 3, 4]))]));
            CollectionAssert.AreEqual(whole, plan.Run(x)[0].AsSpan<float>().ToArray());
        }
    }

    [TestMethod]
    public void What_a_graph_cannot_hold_is_said()
    {
        Refusal.Of(() => new Looks().ToGraph(s_rows), "graph value 'x'", "has no elements while a graph is written");
        Refusal.Of(() => new AdaptiveAvgPool2d([2]).ToGraph([new("x", new TensorFact(ElementType.Float32, [1, 1, Dimension.Named("height"), 4]))]), "nn.AdaptiveAvgPool2d was given", "expected a known multiple");
        Refusal.Of(() => new Conv2d(1, 1, [3]).ToGraph(s_rows), "over 2 axes was given float32[batch, 6]", "expected [batch, channels] and 2 axes");
        using ExecutionPlan plan = ExecutionPlan.Bind(new Identity().ToGraph(s_rows));
        Tensor x = Numbers.Input(2, 6);
        CollectionAssert.AreEqual(x.AsSpan<float>().ToArray(), plan.Run(x)[0].AsSpan<float>().ToArray());
    }

    private sealed class Twice : Module
    {
        public Twice() => RegisterModule("fc", new Linear(6, 6));

        public override string TypeName => "Twice";

        protected override Value Compute(Value value) => this["fc"].Forward(this["fc"].Forward(value));
    }

    private sealed class Looks : Module
    {
        public override string TypeName => "Looks";

        protected override Value Compute(Value value) => value.ToTensor().AsSpan<float>()[0] > 0 ? value : Functions.Relu(value);
    }

    private sealed class Moves : Module
    {
        public override string TypeName => "Moves";

        protected override Value Compute(Value value)
        {
            Value swapped = value.Transpose(1, 2), part = swapped.Narrow(1, 1, 2), first = part.Select(2, 0), all = Value.Cat([part.Flatten(1), first], 1);
            return Functions.Relu(Value.Stack([all, all.Permute(0, 1)], 1).Reshape(-1, 4, 4).Unsqueeze(1).Flatten(2));
        }
    }
}
