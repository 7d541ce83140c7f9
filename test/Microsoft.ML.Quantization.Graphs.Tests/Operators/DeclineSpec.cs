using Microsoft.ML.Quantization.Kernels;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Graphs.Tests;

/// <summary>Groups that stay float say why, and still give the graph's result.</summary>
[TestClass]
[TestCategory("Engine")]
public sealed class DeclineSpec
{
    [TestMethod]
    [DataRow("w = int8[2, 2] [1, 2, 3, 4]; ws = float32[2] [0.1, 0.2]; axis = 1", "", "a scale for each index of axis 1; integer calls need axis 0")]
    [DataRow("w = int32[2, 2] [1, 2, 3, 4]; ws = float32[] [0.1]", "", "its weights are qint32")]
    [DataRow("w = int8[2, 2] [1, 2, 3, 4]; ws = float32[] [1e-38]", "", "the product of input scale and weight scale is")]
    [DataRow("w = int8[2, 2] [1, 2, 3, 4]; ws = float32[] [0.1]; b = float32[2] [1, 1e30]", "", "more than 2^30 steps")]
    [DataRow("w = int8[2, 2] [1, 2, 3, 4]; ws = float32[] [0.1]; b = float32[2] [1, NaN]", "", "more than 2^30 steps")]
    [DataRow("w = int8[2, 2] [1, 2, 3, 4]; ws = float32[] [0.1]; bq = int32[2] [1, 2]; bs = float32[] [0.02]", "", "its bias has scale 0.02 in channel 0; expected 0.01")]
    [DataRow("w = int8[2, 2] [1, 2, 3, 4]; ws = float32[] [0.1]; bq = int32[2] [2147483647, 2]; bs = float32[] [0.01]", "", "does not fit the 32-bit accumulator")]
    [DataRow("w = int8[2, 2] [1, 2, 3, 4]; ws = float32[] [0.1]", ", alpha = 2f", "alpha or beta is not 1")]
    [DataRow("w = int8[2, 2] [1, 2, 3, 4]; ws = float32[] [0.1]", ", transA = 1", "it transposes its first input")]
    public void Products_are_declined_with_a_reason(string constants, string attributes, string reason)
    {
        PassNote note = Note(Gemm(constants, attributes));
        Assert.IsFalse(note.Applied, note.Text);
        StringAssert.Contains(note.Text, reason);
    }

    [TestMethod]
    [DataRow("w = uint8[2, 2] [1, 2, 3, 255]; ws = float32[] [0.1]; wz = uint8[] [128]")]
    [DataRow("w = uint8[2, 2] [1, 2, 3, 254]; ws = float32[] [0.1]; wz = uint8[] [100]")]
    [DataRow("w = uint8[2, 2] [0, 255, 3, 254]; ws = float32[] [0.1]; wz = uint8[] [255]")]
    [DataRow("w = int8[2, 2] [1, 2, 3, 4]; ws = float32[] [0.1]; wz = int8[] [-3]")]
    [DataRow("w = int8[2, 2] [1, 2, 3, 4]; ws = float32[2] [0.1, 0.3]; axis = 0")]
    [DataRow("w = int8[2, 2] [1, 2, 3, 4]; ws = float32[] [0.1]; b = float32[2] [1, -7.77]")]
    [DataRow("w = int8[2, 2] [1, 2, 3, 4]; ws = float32[] [0.1]; bq = int32[2] [100, -200]; bs = float32[] [0.010000001]")]
    public void Products_are_accepted_and_within_a_code(string constants)
    {
        Graph graph = Gemm(constants, "");
        Assert.IsTrue(Note(graph).Applied, Note(graph).Text);
        Tensor codes = Values.Codes(1, ElementType.UInt8, 2, 2);
        Tensor expected = Plain(graph, codes);
        foreach (Engine engine in EnginesUnderTest.All)
        {
            using ExecutionPlan plan = ExecutionPlan.Bind(graph, new ExecutionOptions { Engine = engine });
            Tensor actual = plan.Run(codes)[0];
            for (int i = 0; i < expected.Length; i++) { Assert.IsTrue(Math.Abs(expected.Bytes[i] - actual.Bytes[i]) <= 1, $"{engine.Name}: {expected.Bytes[i]} and {actual.Bytes[i]}"); }
        }
    }

    [TestMethod]
    [DataRow("Conv")]
    [DataRow("ConvTranspose")]
    public void Windows_over_groups_accept_weights_whose_zero_point_is_not_in_the_middle(string op)
    {
        Graph graph = GraphText.Parse($$"""
            graph g opset 13
            input x: uint8[2, 4, 5]
            constant xs: float32[] = [0.1]
            constant xz: uint8[] = [100]
            constant w: uint8[4, 2, 2] = [0, 255, 17, 200, 3, 90, 250, 1, 30, 31, 254, 7, 128, 64, 32, 16]
            constant ws: float32[] = [0.1]
            constant wz: uint8[] = [30]
            constant ys: float32[] = [3]
            node dx: x1 = DequantizeLinear(x, xs, xz)
            node dw: w1 = DequantizeLinear(w, ws, wz)
            node node: y = {{op}}(x1, w1) {group = 2}
            node q: z = QuantizeLinear(y, ys, xz)
            output z
            """);
        Assert.IsTrue(Note(graph).Applied, Note(graph).Text);
        Tensor codes = Values.Codes(1, ElementType.UInt8, 2, 4, 5), expected = Plain(graph, codes);
        foreach (Engine engine in EnginesUnderTest.All)
        {
            using ExecutionPlan plan = ExecutionPlan.Bind(graph, new ExecutionOptions { Engine = engine });
            Tensor actual = plan.Run(codes)[0];
            for (int i = 0; i < expected.Length; i++) { Assert.IsTrue(Math.Abs(expected.Bytes[i] - actual.Bytes[i]) <= 1, $"{engine.Name}: {expected.Bytes[i]} and {actual.Bytes[i]}"); }
            Assert.IsTrue(expected.Bytes.ToArray().Distinct().Count() > 8, "codes that tell something");
        }
    }

    [TestMethod]
    [DataRow("uint8[2, 3]", "uint8[1, 3]", "broadcast; integer calls take equal shapes")]
    public void Sums_of_unequal_shapes_have_no_integer_form(string left, string right, string reason)
    {
        Graph graph = GraphText.Parse($"""
            graph g opset 13
            input a: {left}
            input b: {right}
            constant s: float32[] = [0.1]
            node da: x = DequantizeLinear(a, s)
            node db: y = DequantizeLinear(b, s)
            node node: z = Add(x, y)
            node q: c = QuantizeLinear(z, s)
            output c
            """);
        StringAssert.Contains(Note(graph).Text, reason);
    }

    private static PassNote Note(Graph graph)
    {
        using ExecutionPlan plan = ExecutionPlan.Bind(graph, new ExecutionOptions { Engine = EngineList.Reference });
        return plan.Notes.Single(note => note.Node == "node");
    }

    /// <summary>Node by node, each by its forward.</summary>
    private static Tensor Plain(Graph graph, Tensor input)
    {
        Dictionary<string, Tensor> values = new(graph.Constants) { [graph.Inputs[0].Name] = input };
        foreach (Node node in graph.Nodes)
        {
            values[node.Output] = ConstantEvaluator.Evaluate(node, OperatorList.BuiltIn.Find(node, graph.Opset), [.. node.Inputs.Select(name => name.Length == 0 ? null : values[name])], [graph.Fact(node.Output)])[0];
        }
        return values[graph.Outputs[0].Name];
    }

    private static Graph Gemm(string constants, string attributes)
    {
        Dictionary<string, string> given = constants.Split("; ").Select(part => part.Split(" = ")).ToDictionary(pair => pair[0], pair => pair[1]);
        string bias = given.ContainsKey("bq") ? "b1" : given.ContainsKey("b") ? "b" : "";
        return GraphText.Parse($$"""
            graph g opset 13
            input x: uint8[2, 2]
            constant xs: float32[] = [0.1]
            constant xz: uint8[] = [100]
            constant ys: float32[] = [0.5]
            {{string.Concat(given.Where(pair => pair.Key != "axis").Select(pair => $"constant {pair.Key}: {pair.Value.Replace("] [", "] = [")}\n"))}}
            node dx: x1 = DequantizeLinear(x, xs, xz)
            node dw: w1 = DequantizeLinear(w, ws{{(given.ContainsKey("wz") ? ", wz" : "")}}) {axis = {{given.GetValueOrDefault("axis", "0")}}}
            {{(bias == "b1" ? "node db: b1 = DequantizeLinear(bq, bs)" : "")}}
            node node: y = Gemm(x1, w1{{(bias.Length > 0 ? ", " + bias : "")}}) {transB = 1{{attributes}}}
            node q: z = QuantizeLinear(y, ys, xz)
            output z
            """);
    }
}
