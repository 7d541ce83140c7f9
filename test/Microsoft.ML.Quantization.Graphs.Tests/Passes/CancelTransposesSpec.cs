using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization.Tests.Passes;

[TestClass]
public sealed class CancelTransposesSpec
{
    private static readonly (string, object) s_toLast = ("perm", ImmutableArray.Create(0L, 2L, 3L, 1L)), s_toFirst = ("perm", ImmutableArray.Create(0L, 3L, 1L, 2L));

    // Rows of images as Keras has them, one convolution between a Transpose and its inverse.
    private static Sketch Keras() => new Sketch(2, 4, 5, 3).Random("w", 6, 3, 3, 3).Random("v", 6, 6, 1, 1).Positive("k", 6).Random("b", 6)
        .Node("t1", "Transpose", "x", s_toFirst).Node("c1", "Conv", "t1 w").Node("t2", "Transpose", "c1", s_toLast);

    public static IEnumerable<object[]> Meetings =>
    [
        ["functions and constants", Keras().Node("m", "Mul", "t2 k").Node("a", "Add", "b m").Node("r", "Relu", "a").Node("t3", "Transpose", "r", s_toFirst).Node("y", "Conv", "t3 v").Outputs("y"), "Transpose Conv Mul Add Relu Conv"],
        ["a sum of two branches", Keras().Node("r", "Relu", "t2").Node("t3", "Transpose", "r", s_toFirst).Node("c2", "Conv", "t3 v").Node("t4", "Transpose", "c2", s_toLast).Node("s", "Add", "r t4").Node("t5", "Transpose", "s", s_toFirst).Node("y", "Conv", "t5 v").Outputs("y"), "Transpose Conv Relu Conv Add Conv"],
        ["a mean over the image", Keras().Node("g", "ReduceMean", "t2", ("axes", ImmutableArray.Create(1L, 2L)), ("keepdims", 0)).Node("y", "Relu", "g").Outputs("y"), "Transpose Conv ReduceMean Relu"],
        ["a mean that keeps axes", Keras().Constant("axes", Tensor.Create(1L, 2L)).Node("g", "ReduceMean", "t2", ("axes", ImmutableArray.Create(1L, -2L))).Node("q", "Squeeze", "g axes").Node("y", "Relu", "q").Outputs("y"), "Transpose Conv ReduceMean Squeeze Relu"],
    ];

    [TestMethod]
    [DynamicData(nameof(Meetings))]
    public void What_meets_is_gone_and_results_are_the_same(string name, object given, string expected)
    {
        var graph = (Graph)given;
        PassResult result = new CancelTransposes().Run(graph);
        Assert.AreEqual(expected, Sketch.Operators(result.Graph), name);
        CollectionAssert.AreEqual(Sketch.Run(graph), Sketch.Run(result.Graph));
        Assert.AreEqual("y", result.Graph.Outputs.Single().Name);
        StringAssert.Contains(result.Notes.Single().Text, "met their inverse");
    }

    [TestMethod]
    public void A_transpose_that_meets_none_stays_where_it_is()
    {
        Graph graph = new Sketch(2, 3, 4).Node("t", "Transpose", "x", ("perm", ImmutableArray.Create(0L, 2L, 1L))).Node("r", "Relu", "t").Node("y", "Softmax", "r").Outputs("y");
        PassResult result = new CancelTransposes().Run(graph);
        Assert.AreSame(graph, result.Graph);
        Assert.IsEmpty(result.Notes);
    }

    [TestMethod]
    public void What_is_an_output_or_read_in_its_order_keeps_its_transpose()
    {
        Graph output = Keras().Node("r", "Relu", "t2").Node("t3", "Transpose", "r", s_toFirst).Outputs("t3", "t2");
        Assert.AreSame(output, new CancelTransposes().Run(output).Graph);
        Graph softmax = Keras().Node("s", "Softmax", "t2").Node("t3", "Transpose", "s", s_toFirst).Node("y", "Relu", "t3").Outputs("y");
        Assert.AreSame(softmax, new CancelTransposes().Run(softmax).Graph);
    }
}
