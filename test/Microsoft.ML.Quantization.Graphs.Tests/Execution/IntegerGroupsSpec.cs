using System.Collections.Immutable;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Tests;

/// <summary>
/// Forms in which other quantizers put QuantizeLinear and DequantizeLinear around operators. What is collapsed into a call on codes gives the
/// bits of the nodes one by one, on every engine; the oracle is the same graph with its inner values as outputs, which nothing collapses.
/// </summary>
[TestClass]
public sealed class IntegerGroupsSpec
{
    private const string Head = """
        graph g opset 13
        constant s: float32[] = [0.05]
        constant z: uint8[] = [120]
        constant t: float32[] = [0.03]
        constant u: uint8[] = [100]
        constant half: float32[] = [0.5]
        constant one: float32[1] = [1]
        constant three: float32[] = [3]
        constant root: float32[] = [1.4142135]
        constant row: float32[4] = [1, -2, 0.5, 3]
        input x: uint8[2, 3, 4]
        """;

    // Body, inner values that make the oracle, number of notes that say "applied".
    public static IEnumerable<object[]> Forms =>
    [
        Form("SiLU", "r = DequantizeLinear(x, s, z); a = Sigmoid(r); b = Mul(r, a); y = QuantizeLinear(b, t, u)", "a b", 2),
        Form("SiLU, DequantizeLinear for each reader", "r = DequantizeLinear(x, s, z); r2 = DequantizeLinear(x, s, z); a = Sigmoid(r2); b = Mul(r, a); y = QuantizeLinear(b, t, u)", "a b", 2),
        Form("GELU spelled out", "r = DequantizeLinear(x, s, z); a = Div(r, root); b = Erf(a); c = Add(b, one); d = Mul(r, c); e = Mul(d, half); y = QuantizeLinear(e, t, u)", "a b c d e", 5),
        Form("hard swish spelled out", "r = DequantizeLinear(x, s, z); a = Add(r, three); b = Clip(a, zero, six); c = Mul(r, b); d = Div(c, six); y = QuantizeLinear(d, t, u)", "a b c d", 3, "constant zero: float32[] = [0]\nconstant six: float32[] = [6]"),
        Form("constants behind DequantizeLinear", "r = DequantizeLinear(x, s, z); k = DequantizeLinear(q, t, u); a = Mul(r, k); b = Tanh(a); y = QuantizeLinear(b, t, u)", "a b", 2, "constant q: uint8[] = [130]"),
        Form("a constant beside one operator", "r = DequantizeLinear(x, s, z); a = Mul(r, half); y = QuantizeLinear(a, t, u)", "a", 1),
        Form("a square", "r = DequantizeLinear(x, s, z); a = Mul(r, r); y = QuantizeLinear(a, t, u)", "a", 1),
        Form("constants for each column", "r = DequantizeLinear(x, s, z); a = Mul(r, row); b = Add(a, row); y = QuantizeLinear(b, t, u)", "a b", 0),
        Form("one constant for each column", "r = DequantizeLinear(x, s, z); a = Mul(r, row); y = QuantizeLinear(a, t, u)", "a", 1),
        Form("an inner value read elsewhere", "r = DequantizeLinear(x, s, z); a = Sigmoid(r); b = Mul(r, a); y = QuantizeLinear(b, t, u); v = ReduceSum(a); w = QuantizeLinear(v, t, u)", "a b v", 1, outputs: "y, w"),
        Form("two maps of one tensor", "r = DequantizeLinear(x, s, z); p = DequantizeLinear(x, t, u); b = Mul(r, p); y = QuantizeLinear(b, t, u)", "b", 1),
        Form("QuantizeLinear behind DequantizeLinear", "r = DequantizeLinear(x, s, z); c = QuantizeLinear(r, t, u); d = DequantizeLinear(c, t, u); y = QuantizeLinear(d, s, z)", "r d", 0),
        Form("two QuantizeLinear of one map", "r = DequantizeLinear(x, s, z); a = Sigmoid(r); y = QuantizeLinear(a, t, u); y2 = QuantizeLinear(a, t, u)", "a", 1, outputs: "y, y2"),
        Form("parts", "r = DequantizeLinear(x, s, z); a, b = Split(r) {axis = 2}; y = QuantizeLinear(a, s, z); w = QuantizeLinear(b, s, z)", "a b", 1, outputs: "y, w"),
        Form("parts with two maps", "r = DequantizeLinear(x, s, z); a, b = Split(r) {axis = 2}; y = QuantizeLinear(a, s, z); w = QuantizeLinear(b, t, u)", "a b", 0, outputs: "y, w"),
        Form("softmax", "r = DequantizeLinear(x, s, z); a = Softmax(r); y = QuantizeLinear(a, p, q)", "a", 1, "constant p: float32[] = [0.00390625]\nconstant q: uint8[] = [0]"),
        Form("layer normalization", "r = DequantizeLinear(x, s, z); a = LayerNormalization(r, row, row); y = QuantizeLinear(a, t, u)", "a", 1, opset: 17),
        Form("mean over an axis", "r = DequantizeLinear(x, s, z); a = ReduceMean(r) {axes = [1]}; y = QuantizeLinear(a, t, u)", "a", 1),
        Form("reshape, transpose, slice in a row", "r = DequantizeLinear(x, s, z); a = Transpose(r) {perm = [0, 2, 1]}; b = QuantizeLinear(a, s, z); c = DequantizeLinear(b, s, z); d = Flatten(c); y = QuantizeLinear(d, s, z)", "a d", 2),
    ];

    [TestMethod]
    public void A_chain_of_any_length_is_one_table()
    {
        const int Length = 100_000;
        var builder = new GraphBuilder("long", 13);
        builder.AddInput("x", new(ElementType.UInt8, [4]));
        builder.AddConstant("s", Tensor.Scalar(0.05f));
        builder.AddConstant("z", Tensor.Scalar((byte)120));
        builder.Add(new Node("dq", "DequantizeLinear", ["x", "s", "z"], ["v0"], NodeAttributes.Empty));
        for (int i = 0; i < Length; i++) { builder.Add(new Node($"n{i}", "Neg", [$"v{i}"], [$"v{i + 1}"], NodeAttributes.Empty)); }
        builder.Add(new Node("q", "QuantizeLinear", [$"v{Length}", "s", "z"], ["y"], NodeAttributes.Empty));
        builder.AddOutput("y");
        using ExecutionPlan plan = ExecutionPlan.Bind(builder.Build());
        CollectionAssert.AreEqual(new byte[] { 1, 119, 120, 254 }, plan.Run(Tensor.Create<byte>([1, 119, 120, 254], new Shape(4)))[0].AsSpan<byte>().ToArray());
    }

    [TestMethod]
    [DynamicData(nameof(Forms), DynamicDataDisplayName = nameof(Title))]
    public void A_form_gives_the_bits_of_its_nodes_one_by_one(string name, string text, string inner, string outputs, int calls)
    {
        Graph collapsed = Parse(text, outputs), apart = Parse(text, $"{outputs}, {inner.Replace(" ", ", ", StringComparison.Ordinal)}");
        Tensor x = Values.Codes(1, ElementType.UInt8, 2, 3, 4);
        using ExecutionPlan oracle = ExecutionPlan.Bind(apart, new() { Engine = EngineList.Reference });
        ImmutableArray<Tensor> expected = oracle.Run(x);
        foreach (Engine engine in EngineList.Supported)
        {
            using ExecutionPlan plan = ExecutionPlan.Bind(collapsed, new() { Engine = engine });
            Assert.AreEqual(calls, plan.Notes.Count(note => note.Applied), $"{name}\n{string.Join('\n', plan.Notes)}");
            ImmutableArray<Tensor> actual = plan.Run(x);
            for (int i = 0; i < actual.Length; i++) { CollectionAssert.AreEqual(expected[i].Bytes.ToArray(), actual[i].Bytes.ToArray(), $"{name} on {engine.Name}"); }
        }
    }

    [TestMethod]
    public void A_chain_takes_one_step()
    {
        Graph graph = Parse($"{Head}\nr = DequantizeLinear(x, s, z)\na = Div(r, root)\nb = Erf(a)\nc = Add(b, one)\nd = Mul(r, c)\ny = QuantizeLinear(d, t, u)", "y");
        using ExecutionPlan plan = ExecutionPlan.Bind(graph);
        Assert.AreEqual("Mul", string.Join(' ', plan.Calls.Select(call => call.Node.Operator)));
        StringAssert.Contains(plan.Notes[^1].Text, "Mul and 3 before it are one table of codes");
        StringAssert.Contains(plan.Notes[0].Text, "Div is part of the table of Mul");
    }

    public static IEnumerable<object[]> Products =>
        from signed in new[] { false, true }
        from depth in new[] { 1, 5, 258, 259, 700 }
        from toFloat in new[] { false, true }
        select new object[] { signed, depth, toFloat };

    [TestMethod]
    [DynamicData(nameof(Products))]
    public void A_product_of_two_activations_has_exact_sums(bool signed, int depth, bool toFloat)
    {
        string type = signed ? "int8" : "uint8";
        Graph graph = Parse($$"""
            graph g opset 13
            constant s: float32[] = [0.05]
            constant z: {{type}}[] = [{{(signed ? -100 : 3)}}]
            constant t: float32[] = [0.03]
            constant u: {{type}}[] = [{{(signed ? 100 : 250)}}]
            constant o: float32[] = [{{2 + depth}}]
            input a: {{type}}[2, 1, 3, {{depth}}]
            input b: {{type}}[2, {{depth}}, 4]
            p = DequantizeLinear(a, s, z)
            q = DequantizeLinear(b, t, u)
            m = MatMul(p, q)
            y = {{(toFloat ? "Identity(m)" : "QuantizeLinear(m, o, u)")}}
            """, "y");
        ElementType codes = signed ? ElementType.Int8 : ElementType.UInt8;
        Tensor a = Values.Codes(3, codes, 2, 1, 3, depth), b = Values.Codes(4, codes, 2, depth, 4);
        foreach (Engine engine in EngineList.Supported)
        {
            using ExecutionPlan plan = ExecutionPlan.Bind(graph, new() { Engine = engine });
            Assert.IsTrue(plan.Notes.Single().Applied, plan.Notes.Single().Text);
            Tensor y = plan.Run(a, b)[0];
            for (int i = 0; i < y.Length; i++)
            {
                long sum = 0;
                int batch = i / 12, row = i / 4 % 3, column = i % 4;
                for (int k = 0; k < depth; k++) { sum += (long)(Code(a, (batch / 2 * 3 + row) * depth + k) - (signed ? -100 : 3)) * (Code(b, (batch % 2 * depth + k) * 4 + column) - (signed ? 100 : 250)); }
                float expected = toFloat ? sum * (0.05f * 0.03f) : Math.Clamp(MathF.Round(sum * (0.05f * 0.03f / (2 + depth))) + (signed ? 100 : 250), signed ? -128 : 0, signed ? 127 : 255);
                Assert.AreEqual(expected, toFloat ? y.AsSpan<float>()[i] : Code(y, i), $"{engine.Name}, element {i}");
            }
        }

        int Code(Tensor tensor, int index) => signed ? (sbyte)tensor.Bytes[index] : tensor.Bytes[index];
    }

    public static string Title(System.Reflection.MethodInfo method, object[] row) => $"{method.Name}: {row[0]}";

    // The text form of graphs, without the names of nodes: each is called after its first output.
    private static Graph Parse(string text, string outputs) => GraphText.Parse(string.Join('\n',
    [
        .. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Trim()).Select(line => line.StartsWith("graph ", StringComparison.Ordinal) || line.StartsWith("constant ", StringComparison.Ordinal) || line.StartsWith("input ", StringComparison.Ordinal) ? line : $"node n_{line.Split(',', ' ')[0]}: {line}"),
        .. outputs.Split(", ").Select(output => $"output {output}"),
    ]));

    private static object[] Form(string name, string body, string inner, int calls, string constants = "", string outputs = "y", int opset = 13) =>
        [name, $"{Head.Replace("opset 13", $"opset {opset}", StringComparison.Ordinal)}\n{constants}\n{body.Replace("; ", "\n", StringComparison.Ordinal)}", inner, outputs, calls];
}
