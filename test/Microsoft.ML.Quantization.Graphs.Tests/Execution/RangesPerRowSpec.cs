using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Tests;

/// <summary>With ranges for each row, a call for many rows of a dynamic network gives the bits of a call for each row.</summary>
[TestClass]
[TestCategory("Engine")]
public sealed class RangesPerRowSpec
{
    private static readonly (string Name, string Text, int[] Input, Dictionary<string, int[]> Weights)[] s_apart =
    [
        ("rows", "node p: h = Gemm(x, w, b) {transB = 1}\nnode r: a = Relu(h)\nnode q: y = MatMul(a, v)", [20], new() { ["w"] = [9, 20], ["b"] = [9], ["v"] = [9, 5] }),
        ("deep rows", "node p: y = MatMul(x, w)", [3000], new() { ["w"] = [3000, 5] }),
        ("stacked rows", "node p: h = MatMul(x, w)\nnode s: a = Softmax(h) {axis = -1}\nnode n: y = Add(a, h)", [4, 12], new() { ["w"] = [12, 7] }),
        ("image", "node p: h = Conv(x, w, b) {pads = [1, 1, 1, 1]}\nnode m: m1 = MaxPool(h) {kernel_shape = [2, 2], strides = [2, 2]}\nnode f: z = Flatten(m1)\nnode q: y = MatMul(z, v)",
            [3, 6, 6], new() { ["w"] = [4, 3, 3, 3], ["b"] = [4], ["v"] = [36, 5] }),
        ("groups", "node p: y = Conv(x, w) {group = 2}", [4, 5, 5], new() { ["w"] = [6, 2, 3, 3] }),
        ("means", "node m: h = ReduceMean(x) {axes = [1], keepdims = 0}\nnode p: y = MatMul(h, w)", [6, 8], new() { ["w"] = [8, 3] }),
    ];

    private static readonly (string Name, string Text, int[] Input, Dictionary<string, int[]> Weights)[] s_together =
    [
        ("turned", "node t: h = Transpose(x) {perm = [1, 0, 2]}\nnode p: g = MatMul(h, w)\nnode u: y = Transpose(g) {perm = [1, 0, 2]}", [4, 8], new() { ["w"] = [8, 3] }),
        ("mean of the rows", "node m: h = ReduceMean(x) {axes = [0], keepdims = 1}\nnode d: g = Sub(x, h)\nnode p: y = MatMul(g, w)", [8], new() { ["w"] = [8, 3] }),
        ("rows times rows", "node p: h = MatMul(x, w)\nnode t: g = Transpose(h) {perm = [1, 0]}\nnode q: y = MatMul(h, g)", [8], new() { ["w"] = [8, 3] }),
    ];

    public static IEnumerable<object[]> Cases =>
        from item in s_apart
        from engine in EngineList.Supported
        from threads in new[] { 1, 2 }
        select new object[] { item.Name, engine.Name, threads };

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void Many_rows_give_what_each_gives_alone(string name, string engine, int threads)
    {
        (Graph graph, int[] input) = Build(s_apart, name);
        using ExecutionPlan plan = ExecutionPlan.Bind(graph, new() { Engine = EngineList.Find(engine), Threads = threads, RangesPerRow = true });
        using ExecutionPlan alone = ExecutionPlan.Bind(graph, new() { Engine = EngineList.Reference });
        Assert.IsTrue(plan.ChoosesRanges && plan.RowsAreApart && !alone.RowsAreApart);
        foreach (int rows in new[] { 0, 1, 2, 7, 33 })
        {
            Tensor x = Rows(rows, input, rows + 1);
            Tensor together = plan.Run(x)[0];
            for (int row = 0; row < rows; row++) { CollectionAssert.AreEqual(alone.Run(Slice(x, row))[0].Bytes.ToArray(), Slice(together, row).Bytes.ToArray(), $"row {row} of {rows}"); }
        }
    }

    public static IEnumerable<object[]> Together => s_together.Select(item => new object[] { item.Name });

    [TestMethod]
    [DynamicData(nameof(Together))]
    public void Where_rows_meet_a_call_keeps_one_range(string name)
    {
        (Graph graph, int[] input) = Build(s_together, name);
        using ExecutionPlan plan = ExecutionPlan.Bind(graph, new() { RangesPerRow = true }), plain = ExecutionPlan.Bind(graph);
        Assert.IsFalse(plan.RowsAreApart);
        Tensor x = Rows(5, input, 3);
        CollectionAssert.AreEqual(plain.Run(x)[0].Bytes.ToArray(), plan.Run(x)[0].Bytes.ToArray());
    }

    [TestMethod]
    public void A_float_network_keeps_rows_apart_without_asking()
    {
        using ExecutionPlan plan = ExecutionPlan.Bind(GraphText.Parse("graph g opset 13\ninput x: float32[batch, 3]\nnode r: y = Relu(x)\noutput y"));
        Assert.IsTrue(plan.RowsAreApart && !plan.ChoosesRanges);
    }

    [TestMethod]
    public void Running_again_does_not_allocate()
    {
        foreach (string name in new[] { "rows", "deep rows", "image" })
        {
            (Graph graph, int[] input) = Build(s_apart, name);
            using ExecutionPlan plan = ExecutionPlan.Bind(graph, new() { RangesPerRow = true });
            using RunContext context = plan.Rent(new Shape([8, .. input]));
            for (int i = 0; i < 50; i++) { context.Run(); }
            long before = GC.GetAllocatedBytesForCurrentThread();
            context.Run();
            Assert.AreEqual(0, GC.GetAllocatedBytesForCurrentThread() - before, name);
        }
    }

    private static (Graph Graph, int[] Input) Build((string Name, string Text, int[] Input, Dictionary<string, int[]> Weights)[] cases, string name)
    {
        var item = cases.Single(candidate => candidate.Name == name);
        var random = new Random(5);
        IEnumerable<string> constants = item.Weights.Select(weight => $"constant {weight.Key}: float32[{string.Join(", ", weight.Value)}] = "
            + $"[{string.Join(", ", Enumerable.Range(0, new Shape(weight.Value).Length).Select(_ => (random.NextSingle() * 2 - 1).ToString("R", System.Globalization.CultureInfo.InvariantCulture)))}]");
        string text = string.Join('\n', ["graph g opset 13", $"input x: float32[batch, {string.Join(", ", item.Input)}]", .. constants, item.Text, "output y"]);
        return (ModelQuantizer.QuantizeDynamic(GraphText.Parse(text)).Graph, item.Input);
    }

    // Each row has a range of its own, up to 100 times that of another.
    private static Tensor Rows(int rows, int[] sizes, int seed)
    {
        var random = new Random(seed);
        var tensor = new Tensor(ElementType.Float32, new Shape([rows, .. sizes]));
        int length = new Shape(sizes).Length;
        for (int row = 0; row < rows; row++)
        {
            float scale = MathF.ScaleB(1f, random.Next(7));
            foreach (ref float value in tensor.AsSpan<float>().Slice(row * length, length)) { value = (random.NextSingle() * 2 - 0.7f) * scale; }
        }
        return tensor;
    }

    private static Tensor Slice(Tensor tensor, int row)
    {
        int bytes = tensor.Bytes.Length / tensor.Shape[0];
        return new(tensor.Type, new Shape([1, .. tensor.Shape.Sizes.AsSpan()[1..]]), tensor.Bytes.Slice(row * bytes, bytes).ToArray());
    }
}
