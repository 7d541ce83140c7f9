using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Tests;

[TestClass]
public sealed class GraphVerifierSpec
{
    private static readonly Graph s_good = GraphText.Parse("""
        graph good opset 13
        input x: float32[batch, 3]
        constant w: int8[2, 3] = [1, 2, 3, 4, 5, 6]
        constant scale: float32[2] = [0.1, 0.2]
        constant zero: int8[2] = [0, 0]
        node weights: w1 = DequantizeLinear(w, scale, zero) {axis = 0}
        node fc: y = Gemm(x, w1) {transB = 1, activation = "Relu"}
        node last: z = Relu(y)
        output z
        """);

    public static IEnumerable<object[]> Cases => OperatorCases.Titles;

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void A_built_graph_is_good(string title) => GraphVerifier.Verify(OperatorCases.Named(title).Graph());

    [TestMethod]
    public void Order() => AssertViolation(With([s_good.Nodes[1], s_good.Nodes[0], s_good.Nodes[2]]), "Gemm 'fc' reads value 'w1' before it is written");

    [TestMethod]
    public void Names() => AssertViolation(With([s_good.Nodes[0], s_good.Nodes[1], s_good.Nodes[2] with { Name = "fc" }]), "Relu 'fc': the name is taken by an earlier node");

    [TestMethod]
    public void Writers() => AssertViolation(With([.. s_good.Nodes, new Node("again", "Relu", ["x"], ["x"], NodeAttributes.Empty)]), "value 'x', written by Relu 'again', has another writer");

    [TestMethod]
    public void Operators() => AssertViolation(With([s_good.Nodes[0], s_good.Nodes[1], s_good.Nodes[2] with { Operator = "Nonsense" }]), "operator 'Nonsense'");

    [TestMethod]
    public void Facts() => AssertViolation(With(s_good.Nodes, facts: s_good.Facts.SetItem("y", new TensorFact(ElementType.Float32, new Shape(7)))), "value 'y' is recorded as float32[7]; expected float32[batch, 2]");

    [TestMethod]
    public void Missing_facts() => AssertViolation(With(s_good.Nodes, facts: s_good.Facts.Remove("z")), "value 'z' has no recorded fact");

    [TestMethod]
    public void Outputs() => AssertViolation(With(s_good.Nodes[..2]), "output 'z' is written by no node");

    [TestMethod]
    public void Activations() => AssertViolation(With([s_good.Nodes[0], s_good.Nodes[1], s_good.Nodes[2] with { Attributes = NodeAttributes.Empty.With(Node.Activation, "Tanh") }]),
        "Relu 'last' has a fused activation, which Relu cannot have", "expected Relu or Clip");

    [TestMethod]
    [DataRow(0f)]
    [DataRow(-1f)]
    [DataRow(float.NaN)]
    [DataRow(float.PositiveInfinity)]
    public void Scales(float scale) => AssertViolation(With(s_good.Nodes, s_good.Constants.SetItem("scale", Tensor.Create(0.1f, scale))), "expected a finite number above 0");

    [TestMethod]
    public void Types_of_zero_points() => AssertViolation(
        With(s_good.Nodes, s_good.Constants.SetItem("zero", Tensor.Create<byte>(0, 0)), s_good.Facts.SetItem("zero", new TensorFact(ElementType.UInt8, new Shape(2)))), "expected int8");

    [TestMethod]
    public void Lengths_of_scales() => AssertViolation(
        With(s_good.Nodes, s_good.Constants.SetItem("scale", Tensor.Create(1f, 1f, 1f)), s_good.Facts.SetItem("scale", new TensorFact(ElementType.Float32, new Shape(3)))), "expected the same shape");

    [TestMethod]
    public void All_violations_are_listed()
    {
        Graph bad = With([s_good.Nodes[1], s_good.Nodes[0], s_good.Nodes[2] with { Operator = "Nonsense" }]);
        var problem = Assert.ThrowsExactly<QuantizationException>(() => GraphVerifier.Verify(bad));
        StringAssert.Contains(problem.Message, "violates 2 rules");
    }

    private static Graph With(ImmutableArray<Node> nodes, ImmutableSortedDictionary<string, Tensor>? constants = null, ImmutableDictionary<string, TensorFact>? facts = null) =>
        new("bad", s_good.Opset, s_good.Inputs, s_good.Outputs, nodes, constants ?? s_good.Constants, facts ?? s_good.Facts);

    private static void AssertViolation(Graph graph, params string[] expected)
    {
        var problem = Assert.ThrowsExactly<QuantizationException>(() => GraphVerifier.Verify(graph));
        foreach (string text in expected) { StringAssert.Contains(problem.Message, text); }
    }
}
