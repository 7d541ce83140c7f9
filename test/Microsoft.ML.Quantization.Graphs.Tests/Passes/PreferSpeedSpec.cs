using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization.Tests.Passes;

[TestClass]
public sealed class PreferSpeedSpec
{
    private static PassResult Convert(Graph graph, bool preferSpeed = true)
    {
        PreparedGraph prepared = Prepare.Run(FusionPipeline.Run(graph).Graph, QConfigMapping.Default);
        return Converter.Run(prepared, Sketch.Calibrate(prepared), preferSpeed);
    }

    private static Graph Large() => new Sketch(1, 8, 24, 24).Random("w", 16, 8, 3, 3).Random("v", 16, 16, 3, 3)
        .Node("a", "Conv", "x w").Node("r", "Relu", "a").Node("y", "Conv", "r v").Outputs("y");

    [TestMethod]
    public void A_product_that_gains_less_than_its_codes_cost_stays_float_and_the_note_says_so()
    {
        Graph graph = new Sketch(1, 8).Random("w", 8, 2).Node("y", "Gemm", "x w").Outputs("y");
        Assert.AreEqual("QuantizeLinear DequantizeLinear DequantizeLinear Gemm QuantizeLinear DequantizeLinear", Sketch.Operators(Convert(graph, preferSpeed: false).Graph));
        PassResult result = Convert(graph);
        Assert.AreEqual("Gemm", Sketch.Operators(result.Graph));
        Assert.IsTrue(result.Graph.Constants.ContainsKey("w"), "the float weights are back");
        PassNote note = result.Notes.Single(note => note.Pass == "PreferSpeed");
        Assert.AreEqual("y", note.Node);
        StringAssert.Contains(note.Text, "stays float: 1 operators here take about ");
        CollectionAssert.AreEqual(Sketch.Run(graph), Sketch.Run(result.Graph));
    }

    [TestMethod]
    public void Work_that_pays_is_quantized_as_without_the_choice()
    {
        PassResult plain = Convert(Large(), preferSpeed: false), fast = Convert(Large());
        Assert.AreEqual(GraphTextWriter.Write(plain.Graph), GraphTextWriter.Write(fast.Graph));
        Assert.IsFalse(fast.Notes.Any(note => note.Pass == "PreferSpeed"));
    }

    [TestMethod]
    public void A_short_stretch_behind_a_float_operator_stays_float_beside_a_long_one_that_does_not()
    {
        // Exp has no quantized form and parts the network.
        Graph graph = new Sketch(1, 8, 24, 24).Random("w", 16, 8, 3, 3).Random("u", 16, 2)
            .Node("a", "Conv", "x w").Node("g", "GlobalAveragePool", "a").Node("f", "Flatten", "g").Node("e", "Exp", "f").Node("y", "Gemm", "e u").Outputs("y");
        PassResult result = Convert(graph);
        CollectionAssert.AreEqual(new[] { "y" }, result.Notes.Where(note => note.Pass == "PreferSpeed").Select(note => note.Node).ToArray());
        StringAssert.EndsWith(Sketch.Operators(result.Graph), "Exp Gemm");
        StringAssert.StartsWith(Sketch.Operators(result.Graph), "QuantizeLinear DequantizeLinear DequantizeLinear Conv");
    }

    [TestMethod]
    public void No_operator_is_left_between_codes_that_it_does_not_compute_with()
    {
        foreach (Graph graph in (Graph[])[Large(), new Sketch(1, 8, 16).Random("w", 16, 16).Node("a", "MatMul", "x w").Node("s", "Softmax", "a").Node("y", "MatMul", "s w").Outputs("y")])
        {
            using ExecutionPlan plan = ExecutionPlan.Bind(Convert(graph).Graph);
            Assert.IsFalse(plan.Notes.Any(note => !note.Applied), string.Join('\n', plan.Notes));
        }
    }
}
