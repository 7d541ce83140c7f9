using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Tests;

[TestClass]
public sealed class GraphTextSpec
{
    private const string Example = """
        graph example opset 13
        input x: float32[batch, 4]
        constant w: float32[4, 2] = [1, 0, 0, 1, 0.5, -0.5, 0, 2]
        node fc: y = Gemm(x, w) {alpha = 0.5f, transB = 0}  # y: float32[batch, 2]
        output y  # float32[batch, 2]

        """;

    public static IEnumerable<object[]> Cases => OperatorCases.Titles;

    [TestMethod]
    public void A_graph_reads_like_this()
    {
        Graph graph = GraphText.Parse(Example);
        Assert.AreEqual("float32[batch, 2]", graph.Fact("y").ToString());
        Assert.AreEqual(Example.ReplaceLineEndings("\n"), GraphText.Print(graph));
    }

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void What_was_printed_parses_to_the_same_graph(string title)
    {
        Graph graph = OperatorCases.Named(title).Graph();
        AssertRoundTrip(graph);
    }

    [TestMethod]
    public void Every_kind_of_attribute_and_name_survives()
    {
        Graph inner = GraphText.Parse(Example);
        Tensor strange = Tensor.Create(BitConverter.UInt32BitsToSingle(0x7fc12345), -0f, float.NegativeInfinity, float.Epsilon, 1e-40f);
        NodeAttributes attributes = NodeAttributes.Empty
            .With("to", 1)
            .With("a real", BitConverter.UInt32BitsToSingle(0xffc00001)).With("huge", float.MaxValue).With("infinite", float.NegativeInfinity).With("minus zero", -0f)
            .With("text", "a \"quoted\" \\ line\nand another\u2028\0 \ud83d\ude00 \ud83d # no comment")
            .With("ints", ImmutableArray.Create(1L, long.MinValue)).With("no ints", ImmutableArray<long>.Empty)
            .With("floats", ImmutableArray.Create(1f, 0.1f)).With("no floats", ImmutableArray<float>.Empty)
            .With("texts", ImmutableArray.Create("a", "")).With("no texts", ImmutableArray<string>.Empty)
            .With("tensor", strange).With("graph", inner);
        var builder = new GraphBuilder("a name, with # signs", 13);
        builder.AddInput("onnx::Cast_0", new TensorFact(ElementType.Float16, [Dimension.Named("12"), Dimension.Named("a b"), Dimension.Unknown, 3]));
        builder.Add(new Node("", "Cast", ["onnx::Cast_0"], ["y/1"], attributes) with { Name = "node \u00e9" });
        builder.AddOutput("y/1");
        AssertRoundTrip(builder.Build());
    }

    [TestMethod]
    public void Every_element_type_survives_small_and_large()
    {
        foreach (ElementType type in Enum.GetValues<ElementType>())
        {
            foreach (int length in new[] { 0, 1, 16, 17, 1000 })
            {
                var builder = new GraphBuilder("constants", 13);
                builder.AddConstant("c", Values.Codes(length + 1, type, length));
                builder.AddOutput("c");
                AssertRoundTrip(builder.Build());
            }
        }
    }

    [TestMethod]
    [DataRow("", 1, "ends without a statement")]
    [DataRow("input x: float32[1]", 1, "expected 'graph name opset number' first")]
    [DataRow("graph g opset -1", 1, "expected 1 or more")]
    [DataRow("graph g opset x", 1, "expected the number of the operator set")]
    [DataRow("graph g opset 13\ngraph h opset 13", 2, "one graph to a text")]
    [DataRow("graph g opset 13\nnonsense", 2, "not a statement")]
    [DataRow("graph g opset 13\n\n  # comment\ninput x float32[1]", 4, "expected ':'")]
    [DataRow("graph g opset 13\ninput x: float31[1]", 2, "not an element type")]
    [DataRow("graph g opset 13\ninput x: float32[99999999999]", 2, "does not fit 32 bits")]
    [DataRow("graph g opset 13\ninput x: float32[1", 2, "found the end of the line")]
    [DataRow("graph g opset 13\ninput x: float32[1]\ninput x: float32[1]", 3, "a second time")]
    [DataRow("graph g opset 13\nconstant x: float32[2] = [1]", 2, "holds 8 bytes; found 4")]
    [DataRow("graph g opset 13\nconstant x: float32[n] = [1]", 2, "numbers on every axis")]
    [DataRow("graph g opset 13\nconstant x: uint8[1] = [256]", 2, "not a number of type uint8")]
    [DataRow("graph g opset 13\nconstant x: uint8[1] = base64 \"!\"", 2, "damaged")]
    [DataRow("graph g opset 13\nconstant x: uint8[2000000000, 2000000000] = []", 2, "more than 2147483647 elements")]
    [DataRow("graph g opset 13\nnode n: y = Relu(x", 2, "expected ')'")]
    [DataRow("graph g opset 13\nnode n: y = Relu(x) {a = }", 2, "expected a number")]
    [DataRow("graph g opset 13\nnode n: y = Relu(x) {a = 1, a = 2}", 2, "given twice")]
    [DataRow("graph g opset 13\nnode n: y = Relu(x) {a = [1, 2f]}", 2, "mixes")]
    [DataRow("graph g opset 13\nnode n: y = Relu(x) {a = 1.5}", 2, "not the value of an attribute")]
    [DataRow("graph g opset 13\nnode n: y = Relu(x) {a = \"b}", 2, "not closed")]
    [DataRow("graph g opset 13\nnode n: y = Relu(x) {a = \"\\q\"}", 2, "not an escape")]
    [DataRow("graph g opset 13\nnode n: y = Relu(x) z", 2, "something follows")]
    [DataRow("graph g opset 13\nnode n: y = Relu(x)\noutput y", 3, "written by no node")]
    [DataRow("graph g opset 13\ninput x: float32[1]\nnode n: y = Nonsense(x)\noutput y", 4, "not supported")]
    public void A_wrong_text_is_refused_with_its_line(string text, int line, string reason)
    {
        var problem = Assert.ThrowsExactly<QuantizationException>(() => GraphText.Parse(text));
        StringAssert.StartsWith(problem.Message, $"Graph text, line {line}: ");
        StringAssert.Contains(problem.Message, reason);
    }

    [TestMethod]
    public void Damaged_text_never_fails_otherwise()
    {
        string text = GraphText.Print(OperatorCases.Named("Conv with fused Clip").Graph());
        var random = new Random(1);
        for (int i = 0; i < 2000; i++)
        {
            char[] damaged = text.ToCharArray();
            for (int k = 0; k <= i % 4; k++) { damaged[random.Next(damaged.Length)] = "[](){}=,:\"\\#-? 019\nxf"[random.Next(21)]; }
            try { GraphText.Parse(new string(damaged)); }
            catch (QuantizationException) { }
        }
    }

    private static void AssertRoundTrip(Graph graph)
    {
        string text = GraphText.Print(graph);
        Graph parsed = GraphText.Parse(text);
        Assert.AreEqual(text, GraphText.Print(parsed));
        Assert.AreEqual(graph.Name, parsed.Name);
        Assert.AreEqual(graph.Nodes.Length, parsed.Nodes.Length);
        foreach ((string name, Tensor constant) in graph.Constants)
        {
            Assert.AreEqual(constant.Type, parsed.Constants[name].Type);
            Assert.IsTrue(constant.Bytes.SequenceEqual(parsed.Constants[name].Bytes));
        }
        for (int i = 0; i < graph.Nodes.Length; i++)
        {
            Node one = graph.Nodes[i], other = parsed.Nodes[i];
            Assert.AreEqual((one.Name, one.Operator, one.Domain), (other.Name, other.Operator, other.Domain));
            CollectionAssert.AreEqual(one.Inputs, other.Inputs);
            CollectionAssert.AreEqual(one.Outputs, other.Outputs);
            foreach (((string name, object value), (string otherName, object otherValue)) in one.Attributes.Zip(other.Attributes))
            {
                Assert.AreEqual(name, otherName);
                Assert.AreEqual(value.GetType(), otherValue.GetType());
                if (value is float real) { Assert.AreEqual(BitConverter.SingleToInt32Bits(real), BitConverter.SingleToInt32Bits((float)otherValue)); }
                if (value is string or long) { Assert.AreEqual(value, otherValue); }
                if (value is Tensor tensor) { Assert.IsTrue(tensor.Bytes.SequenceEqual(((Tensor)otherValue).Bytes)); }
            }
        }
    }
}
