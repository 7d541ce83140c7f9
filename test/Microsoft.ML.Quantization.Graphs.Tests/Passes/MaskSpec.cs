using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization.Tests.Passes;

[TestClass]
public sealed class MaskSpec
{
    private const string Outside = "comes from outside and is added to what Softmax reads (an additive mask?)";

    // Two projections, their product, a mask, Softmax: the part of attention that a mask concerns.
    private static Sketch Scores() => new Sketch(2, 3, 4).Random("w", 4, 4).Input("mask", 2, 3, 3)
        .Node("q", "MatMul", "x w").Node("k", "MatMul", "x w").Node("t", "Transpose", "k", ("perm", new long[] { 0, 2, 1 }.ToImmutableArray())).Node("scores", "MatMul", "q t");

    [TestMethod]
    public void A_mask_that_is_fed_stays_float_up_to_the_softmax()
    {
        Graph graph = Scores().Node("m", "Add", "scores mask").Node("s", "Softmax", "m").Node("y", "MatMul", "s q").Outputs("y");
        PreparedGraph prepared = Prepare.Run(graph, QConfigMapping.Default);
        StringAssert.Contains(Note(prepared, "m"), $"'mask' {Outside}");
        StringAssert.Contains(Note(prepared, "s"), $"'m' {Outside}");
        Assert.IsNull(prepared.GroupOf("mask"));
        Assert.IsNull(prepared.GroupOf("m"));
        Assert.IsNotNull(prepared.GroupOf("q"), "the projections are quantized all the same");
    }

    [TestMethod]
    public void A_mask_that_reaches_the_scores_by_way_of_a_learned_bias_stays_float()
    {
        Graph graph = Scores().Random("table", 3, 3).Node("bias", "Add", "table mask").Node("wide", "Mul", "scores half").Constant("half", Tensor.Scalar(0.5f))
            .Node("m", "Add", "wide bias").Node("r", "Reshape", "m same").Constant("same", Tensor.Create(2L, 3L, 3L)).Node("s", "Softmax", "r").Node("y", "MatMul", "s q").Outputs("y");
        PreparedGraph prepared = Prepare.Run(graph, QConfigMapping.Default);
        foreach (string value in new[] { "mask", "bias", "m", "r" }) { Assert.IsNull(prepared.GroupOf(value), value); }
    }

    [TestMethod]
    public void Scores_replaced_by_a_value_that_is_fed_stay_float()
    {
        Graph graph = Scores().Node("large", "Greater", "mask zero").Constant("zero", Tensor.Scalar(0f)).Node("m", "Where", "large mask scores").Node("s", "Softmax", "m").Node("y", "MatMul", "s q").Outputs("y");
        Assert.IsNull(Prepare.Run(graph, QConfigMapping.Default).GroupOf("m"));
    }

    [TestMethod]
    public void Calibration_with_masks_of_minus_infinity_gives_a_model_that_works()
    {
        Graph graph = Scores().Node("m", "Add", "scores mask").Node("s", "Softmax", "m").Node("y", "MatMul", "s q").Outputs("y");
        foreach (float value in new[] { -1e9f, float.MinValue, float.NegativeInfinity })
        {
            Tensor x = Sketch.Inputs(graph)[0], mask = new(ElementType.Float32, new Shape(2, 3, 3));
            for (int row = 0; row < 6; row++) { mask.AsSpan<float>()[row * 3 + 2] = value; }
            Graph quantized = ModelQuantizer.QuantizeStatic(graph, [[x, mask]]).Graph;
            using ExecutionPlan plan = ExecutionPlan.Bind(graph), integers = ExecutionPlan.Bind(quantized);
            float[] expected = plan.Run(x, mask)[0].AsSpan<float>().ToArray(), actual = integers.Run(x, mask)[0].AsSpan<float>().ToArray();
            Assert.IsGreaterThan(30.0, Sketch.SignalToNoise(expected, actual), $"{value}");
        }
    }

    [TestMethod]
    public void A_value_added_outside_of_attention_is_quantized()
    {
        Graph graph = new Sketch(3, 4).Random("w", 4, 4).Input("other", 3, 4).Node("a", "MatMul", "x w").Node("m", "Add", "a other").Node("y", "MatMul", "m w").Outputs("y");
        Assert.IsNotNull(Prepare.Run(graph, QConfigMapping.Default).GroupOf("other"));
    }

    [TestMethod]
    public void Constants_behind_float_values_are_not_worth_codes()
    {
        Graph graph = new Sketch(3, 4).Random("w", 4, 4).Random("c", 4).Node("n", "LpNormalization", "x").Node("m", "Mul", "n c").Node("a", "Add", "m c").Node("y", "MatMul", "a w").Outputs("y");
        PreparedGraph prepared = Prepare.Run(graph, QConfigMapping.Default);
        Assert.AreEqual("stays float: it shifts or scales a float value by constants; codes in between would only cost precision", Note(prepared, "a"));
        Assert.IsNull(prepared.GroupOf("m"));
        Assert.IsNotNull(prepared.GroupOf("a"), "the product reads codes");
    }

    private static string Note(PreparedGraph prepared, string node) => prepared.Notes.Single(note => note.Node == node).Text;
}
