using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests.Execution;

/// <summary>An If whose branches differ in more than numbers: <c>squeeze</c> of an axis whose size is open, a half of a network for other sizes.</summary>
[TestClass]
public sealed class BranchSpec
{
    // As PyTorch exports x.squeeze(1) where the size of axis 1 is open, with a Neg behind.
    private static Graph Squeezed()
    {
        var builder = new GraphBuilder("squeezed", 13);
        builder.AddInput("x", new(ElementType.Float32, [Dimension.Named("n"), Dimension.Unknown, 2]));
        builder.AddConstant("one", Tensor.Scalar(1L));
        builder.Add(new Node("shape", "Shape", ["x"], ["sizes"], NodeAttributes.Empty));
        builder.Add(new Node("size", "Gather", ["sizes", "one"], ["size"], NodeAttributes.Empty));
        builder.Add(new Node("equal", "Equal", ["size", "one"], ["is_one"], NodeAttributes.Empty));
        builder.Add(If("is_one", "x", "y",
            "graph then opset 13\ninput x: float32[n, ?, 2]\nconstant axes: int64[1] = [1]\nnode s: y = Squeeze(x, axes)\noutput y",
            "graph otherwise opset 13\ninput x: float32[n, ?, 2]\nnode i: y = Identity(x)\noutput y"));
        builder.Add(new Node("neg", "Neg", ["y"], ["z"], NodeAttributes.Empty));
        builder.AddOutput("z");
        return builder.Build();
    }

    private static Node If(string condition, string captured, string output, string then, string otherwise) => new("if", "If", [condition, captured], [output],
        NodeAttributes.Empty.With("then_branch", GraphText.Parse(then)).With("else_branch", GraphText.Parse(otherwise)).With("captured", 1));

    [TestMethod]
    [DataRow(1, "[2, 2]")]
    [DataRow(3, "[2, 3, 2]")]
    public void Sizes_of_a_run_settle_the_number_of_axes(int middle, string shape)
    {
        Graph graph = Squeezed();
        Assert.AreEqual("float32[n, 2]", graph.Outputs[0].Fact.ToString(), "until then, the first branch is assumed");
        using ExecutionPlan plan = ExecutionPlan.Bind(graph);
        Tensor x = Tensor.Create<float>([.. Enumerable.Range(0, 4 * middle).Select(i => (float)i)], new Shape(2, middle, 2));
        Tensor z = plan.Run(x)[0];
        Assert.AreEqual(shape, z.Shape.ToString());
        CollectionAssert.AreEqual(Enumerable.Range(0, 4 * middle).Select(i => -(float)i).ToArray(), z.AsSpan<float>().ToArray());
    }

    [TestMethod]
    public void Renting_again_for_sizes_that_were_settled_does_not_allocate()
    {
        using ExecutionPlan plan = ExecutionPlan.Bind(Squeezed());
        System.Collections.Immutable.ImmutableArray<Shape> shapes = [new Shape(2, 1, 2)];
        plan.Rent(shapes).Dispose();
        plan.Rent(shapes).Dispose();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int repeat = 0; repeat < 10; repeat++) { plan.Rent(shapes).Dispose(); }
        Assert.AreEqual(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [TestMethod]
    public void Ranges_chosen_inside_a_branch_count_as_chosen_by_the_graph()
    {
        var builder = new GraphBuilder("inside", 13);
        builder.AddInput("x", new(ElementType.Float32, [Dimension.Named("n"), 2]));
        builder.AddInput("c", new(ElementType.Boolean, []));
        builder.Add(If("c", "x", "y",
            "graph then opset 13\ninput x: float32[n, 2]\nnode d: q, s, z = DynamicQuantizeLinear(x)\nnode r: y = DequantizeLinear(q, s, z)\noutput y",
            "graph otherwise opset 13\ninput x: float32[n, 2]\nnode i: y = Identity(x)\noutput y"));
        builder.AddOutput("y");
        Graph graph = builder.Build();
        Assert.IsTrue(graph.ChoosesRanges);
        Assert.IsTrue(graph.IsQuantized);
        QuantizationException problem = Assert.ThrowsExactly<QuantizationException>(() => ModelQuantizer.QuantizeDynamic(graph));
        Assert.AreEqual("Graph 'inside' is quantized already (DynamicQuantizeLinear 'd'); expected a float model.", problem.Message);
    }

    [TestMethod]
    public void Quantization_without_data_says_that_branches_stay_as_they_are()
    {
        Graph graph = Squeezed();
        Assert.AreEqual("If stays float: the operators of its inner graphs are not rewritten", ModelQuantizer.QuantizeDynamic(graph).Notes.Single(note => note.Pass == "QuantizeDynamic").Text);
        Assert.AreEqual("If keeps its float weights: the operators of its inner graphs are not rewritten", ModelQuantizer.QuantizeWeightOnly(graph).Notes.Single(note => note.Pass == "QuantizeWeightOnly").Text);
    }

    [TestMethod]
    public void A_known_size_puts_the_branch_in_the_place_of_the_node()
    {
        Graph open = Squeezed();
        Assert.IsFalse(new FoldBranches().Run(open).Notes.Single().Applied);
        var builder = new GraphBuilder("known", 13);
        builder.AddInput("x", new(ElementType.Float32, [Dimension.Named("n"), 1, 2]));
        foreach ((string name, Tensor tensor) in open.Constants) { builder.AddConstant(name, tensor); }
        foreach (Node node in open.Nodes) { builder.Add(node); }
        builder.AddOutput("z");
        // The size of one axis is known although that of another is not: Shape alone gives no constant.
        Graph known = builder.Build();
        using ExecutionPlan plan = ExecutionPlan.Bind(known);
        Assert.AreEqual("[5, 2]", plan.Run(new Tensor(ElementType.Float32, new Shape(5, 1, 2)))[0].Shape.ToString());
    }

    [TestMethod]
    public void A_constant_condition_needs_no_branch_at_run_time()
    {
        var builder = new GraphBuilder("constant", 13);
        builder.AddInput("x", new(ElementType.Float32, [Dimension.Named("n"), 2]));
        builder.AddConstant("c", new Tensor(ElementType.Boolean, Shape.Scalar, [0]));
        builder.AddConstant("w", Tensor.Create(5f, 6f));
        builder.Add(new Node("first", "Add", ["x", "w"], ["t"], NodeAttributes.Empty));
        // The branch has a constant 'w' of its own, and hands on what it captured as it is.
        builder.Add(new Node("if", "If", ["c", "t"], ["y", "same"], NodeAttributes.Empty.With("captured", 1)
            .With("then_branch", GraphText.Parse("graph then opset 13\ninput t: float32[n, 2]\nnode a: y = Neg(t)\noutput y\noutput t"))
            .With("else_branch", GraphText.Parse("graph otherwise opset 13\ninput t: float32[n, 2]\nconstant w: float32[2] = [10, 20]\nnode first: y = Mul(t, w)\noutput y\noutput t"))));
        builder.AddOutput("y");
        builder.AddOutput("same");
        PassResult folded = new FoldBranches().Run(builder.Build());
        Assert.AreEqual("Add Mul Identity", string.Join(' ', folded.Graph.Nodes.Select(node => node.Operator)));
        using ExecutionPlan plan = ExecutionPlan.Bind(folded.Graph);
        var results = plan.Run(Tensor.Create<float>([1, 2], new Shape(1, 2)));
        Assert.AreEqual("60 160", string.Join(' ', results[0].AsSpan<float>().ToArray()));
        Assert.AreEqual("6 8", string.Join(' ', results[1].AsSpan<float>().ToArray()));
    }

    [TestMethod]
    public void A_branch_for_other_sizes_is_not_looked_into_unless_taken()
    {
        var builder = new GraphBuilder("halves", 13);
        builder.AddInput("c", new(ElementType.Boolean, Shape.Scalar));
        builder.AddInput("x", new(ElementType.Float32, [Dimension.Named("n")]));
        builder.Add(If("c", "x", "y",
            "graph then opset 13\ninput x: float32[n]\nconstant w: float32[3] = [1, 2, 3]\nnode a: y = Add(x, w)\noutput y",
            "graph otherwise opset 13\ninput x: float32[n]\nconstant w: float32[4] = [1, 2, 3, 4]\nnode a: y = Add(x, w)\noutput y"));
        builder.AddOutput("y");
        using ExecutionPlan plan = ExecutionPlan.Bind(builder.Build());
        var three = new Tensor(ElementType.Float32, new Shape(3));
        Assert.AreEqual("1 2 3", string.Join(' ', plan.Run(Tensor.Scalar(true), three)[0].AsSpan<float>().ToArray()));
        StringAssert.Contains(Assert.ThrowsExactly<QuantizationException>(() => plan.Run(Tensor.Scalar(false), three)).Message, "Add 'a'");
    }

    [TestMethod]
    public void A_condition_on_data_cannot_change_the_number_of_axes()
    {
        var builder = new GraphBuilder("data", 13);
        builder.AddInput("c", new(ElementType.Boolean, Shape.Scalar));
        builder.AddInput("x", new(ElementType.Float32, new Shape(1, 2)));
        builder.Add(If("c", "x", "y",
            "graph then opset 13\ninput x: float32[1, 2]\nconstant axes: int64[1] = [0]\nnode s: y = Squeeze(x, axes)\noutput y",
            "graph otherwise opset 13\ninput x: float32[1, 2]\nnode i: y = Identity(x)\noutput y"));
        builder.AddOutput("y");
        using ExecutionPlan plan = ExecutionPlan.Bind(builder.Build());
        var x = new Tensor(ElementType.Float32, new Shape(1, 2));
        Assert.AreEqual("[2]", plan.Run(Tensor.Scalar(true), x)[0].Shape.ToString());
        Assert.AreEqual("If 'if' gives 'y' with shape [1, 2]; expected float32[2]. Its branches give different numbers of axes, and its condition hangs on data, not on sizes.",
            Assert.ThrowsExactly<QuantizationException>(() => plan.Run(Tensor.Scalar(false), x)).Message);
    }
}
