using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization.Onnx.Tests;

/// <summary>If and Loop survive a file: what they capture, nested graphs, and what they compute.</summary>
[TestClass]
public sealed class SubgraphSpec
{
    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void Branches_read_what_is_around_them(bool condition)
    {
        var builder = new GraphBuilder("choice", 13);
        builder.AddInput("c", new(ElementType.Boolean, Shape.Scalar));
        builder.AddInput("x", new(ElementType.Float32, [Dimension.Named("n"), 2]));
        Graph inner = GraphText.Parse("graph inner opset 13\ninput x: float32[n, 2]\nnode n: y = Neg(x)\noutput y");
        Graph other = GraphText.Parse("graph other opset 13\ninput x: float32[n, 2]\nconstant w: float32[2] = [10, 20]\nnode n: y = Add(x, w)\noutput y");
        var nested = new GraphBuilder("nested", 13);
        nested.AddInput("c", new(ElementType.Boolean, Shape.Scalar));
        nested.AddInput("x", new(ElementType.Float32, [Dimension.Named("n"), 2]));
        nested.Add(new Node("deep", "If", ["c", "x"], ["y"], NodeAttributes.Empty.With("then_branch", inner).With("else_branch", other).With("captured", 1)));
        nested.AddOutput("y");
        Graph flat = GraphText.Parse("graph flat opset 13\ninput c: bool[]\ninput x: float32[n, 2]\nnode n: y = Abs(x)\noutput y");
        builder.Add(new Node("if", "If", ["c", "c", "x"], ["y"], NodeAttributes.Empty.With("then_branch", nested.Build()).With("else_branch", flat).With("captured", 2)));
        builder.Add(new Node("end", "Mul", ["y", "y"], ["z"], NodeAttributes.Empty));
        builder.AddOutput("z");
        AssertSurvives(builder.Build(), Tensor.Scalar(condition), Tensor.Create<float>([1, -2, 3, 4], new Shape(2, 2)));
    }

    [TestMethod]
    public void A_loop_carries_and_scans()
    {
        Graph body = GraphText.Parse("graph body opset 13\ninput i: int64[]\ninput c: bool[]\ninput s: float32[2]\ninput x: float32[2]\nnode a: t = Add(s, x)\nnode b: d = Identity(c)\nnode e: u = Neg(t)\noutput d\noutput t\noutput u");
        var builder = new GraphBuilder("loop", 13);
        builder.AddInput("m", new(ElementType.Int64, Shape.Scalar));
        builder.AddInput("s", new(ElementType.Float32, new Shape(2)));
        builder.AddInput("x", new(ElementType.Float32, new Shape(2)));
        builder.Add(new Node("loop", "Loop", ["m", "", "s", "x"], ["last", "all"], NodeAttributes.Empty.With("body", body).With("captured", 1)));
        builder.AddOutput("last");
        builder.AddOutput("all");
        Graph graph = builder.Build();
        Assert.AreEqual("float32[?, 2]", graph.Outputs[1].Fact.ToString());
        Tensor[] inputs = [Tensor.Scalar(3L), Tensor.Create(1f, 2f), Tensor.Create(10f, 20f)];
        using ExecutionPlan plan = ExecutionPlan.Bind(graph);
        Assert.AreEqual("31 62", string.Join(' ', plan.Run([.. inputs])[0].AsSpan<float>().ToArray()));
        Assert.AreEqual("-11 -22 -21 -42 -31 -62", string.Join(' ', plan.Run([.. inputs])[1].AsSpan<float>().ToArray()));
        AssertSurvives(graph, inputs);
    }

    [TestMethod]
    public void What_stands_before_a_subgraph_is_quantized()
    {
        var builder = new GraphBuilder("mixed", 13);
        builder.AddInput("x", new(ElementType.Float32, [Dimension.Named("n"), 4]));
        builder.AddInput("c", new(ElementType.Boolean, Shape.Scalar));
        builder.AddConstant("w", Tensor.Create<float>([.. Enumerable.Range(0, 12).Select(i => i / 10f - 0.5f)], new Shape(4, 3)));
        builder.Add(new Node("fc", "Gemm", ["x", "w"], ["h"], NodeAttributes.Empty));
        Graph then = GraphText.Parse("graph then opset 13\ninput h: float32[n, 3]\nnode n: y = Neg(h)\noutput y");
        Graph otherwise = GraphText.Parse("graph otherwise opset 13\ninput h: float32[n, 3]\nnode n: y = Relu(h)\noutput y");
        builder.Add(new Node("if", "If", ["c", "h"], ["y"], NodeAttributes.Empty.With("then_branch", then).With("else_branch", otherwise).With("captured", 1)));
        builder.AddOutput("y");
        Graph graph = builder.Build();
        Tensor[] row = [Tensor.Create<float>([.. Enumerable.Range(0, 8).Select(i => i / 4f - 1f)], new Shape(2, 4)), Tensor.Scalar(true)];
        Graph quantized = ModelQuantizer.QuantizeStatic(graph, [[.. row]]).Graph;
        Assert.IsTrue(quantized.Nodes.Any(node => node.Operator == "QuantizeLinear"));
        using ExecutionPlan real = ExecutionPlan.Bind(graph), codes = ExecutionPlan.Bind(quantized);
        float[] expected = real.Run([.. row])[0].AsSpan<float>().ToArray(), actual = codes.Run([.. row])[0].AsSpan<float>().ToArray();
        for (int i = 0; i < expected.Length; i++) { Assert.AreEqual(expected[i], actual[i], 0.03f); }
        AssertSurvives(quantized, row);
    }

    private static void AssertSurvives(Graph graph, params Tensor[] inputs)
    {
        using var file = new MemoryStream();
        OnnxExporter.Save(graph, file);
        file.Position = 0;
        Graph read = OnnxImporter.Load(file);
        using ExecutionPlan before = ExecutionPlan.Bind(graph), after = ExecutionPlan.Bind(read);
        Tensor[] expected = [.. before.Run([.. inputs])], actual = [.. after.Run([.. inputs])];
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.AreEqual(expected[i].Shape, actual[i].Shape);
            Assert.IsTrue(expected[i].Bytes.SequenceEqual(actual[i].Bytes));
        }
    }
}
