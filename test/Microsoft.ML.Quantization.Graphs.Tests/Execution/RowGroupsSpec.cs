using System.Globalization;
using Microsoft.ML.Quantization.Kernels;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Graphs.Tests;

/// <summary>With several threads, rows of a large enough call run in groups, each from the first step to the last on one thread, and no bit changes.</summary>
[TestClass]
[TestCategory("Engine")]
public sealed class RowGroupsSpec
{
    private const int Most = 61;

    private static readonly Graph s_float = SmallNetwork.Everything();
    private static readonly Tensor s_x = SmallNetwork.Random(new Random(4), new Shape(Most, 3, 8, 8));
    private static readonly Graph s_int8 = ModelQuantizer.QuantizeStatic(s_float, [[s_x]]).Graph;
    private static readonly Graph s_dynamic = ModelQuantizer.QuantizeDynamic(s_float).Graph;

    private static Graph Named(string form) => form switch { "float" => s_float, "int8" => s_int8, _ => s_dynamic };

    public static IEnumerable<object[]> Ways =>
        from engine in EnginesUnderTest.All
        from form in new[] { "float", "int8", "dynamic" }
        select new object[] { engine.Name, form };

    [TestMethod]
    [DynamicData(nameof(Ways))]
    public void Groups_give_the_bits_of_the_whole(string engine, string form)
    {
        using ExecutionPlan whole = ExecutionPlan.Bind(Named(form), new() { Engine = EngineList.Find(engine), RangesPerRow = true });
        foreach (int threads in new[] { 2, 3, 5 })
        {
            using ExecutionPlan plan = ExecutionPlan.Bind(Named(form), new() { Engine = EngineList.Find(engine), RangesPerRow = true, Threads = threads });
            foreach (int rows in new[] { 48, Most })
            {
                Tensor x = SmallNetwork.Rows(s_x, 0, rows);
                using (RunContext context = plan.Rent(x.Shape)) { Assert.AreEqual((rows + 2 * threads - 1) / (2 * threads), context.GroupRows, $"{threads} threads, {rows} rows"); }
                CollectionAssert.AreEqual(whole.Run(x)[0].Bytes.ToArray(), plan.Run(x)[0].Bytes.ToArray(), $"{threads} threads, {rows} rows");
            }
        }
    }

    [TestMethod]
    public void One_thread_few_rows_or_little_work_stay_together()
    {
        Assert.IsNull(GroupRows(s_float, 1, Most));
        Assert.IsNull(GroupRows(s_float, 8, 7), "fewer rows than threads");
        Assert.IsNull(GroupRows(s_float, 2, 4), "a few thousand multiplications");
        Assert.IsNotNull(GroupRows(s_float, 2, Most));
    }

    [TestMethod]
    public void Products_whose_weights_each_row_meets_once_share_the_weights_instead()
    {
        var graph = new GraphBuilder("wide", 13);
        string x = graph.AddInput("x", new TensorFact(ElementType.Float32, [Dimension.Named("batch"), 600]));
        graph.AddOutput(graph.Add("y", "MatMul", [x, graph.AddConstant("w", SmallNetwork.Random(new Random(1), new Shape(600, 600)))]));
        Graph product = graph.Build();
        using ExecutionPlan plan = ExecutionPlan.Bind(product, new() { Threads = 2 });
        using RunContext few = plan.Rent(new Shape(16, 600)), many = plan.Rent(new Shape(64, 600));
        Assert.IsNull(few.GroupRows, "4 rows for each weight");
        Assert.AreEqual(16, many.GroupRows);
    }

    public static IEnumerable<object[]> Together =>
    [
        ["the mean of all rows", "input x: float32[batch, 3, 40, 40]\nnode c: h = Conv(x, w) {kernel_shape = [3, 3], pads = [1, 1, 1, 1]}\nnode m: y = ReduceMean(h) {axes = [0], keepdims = 1}"],
        ["a fixed number of rows", "input x: float32[16, 3, 40, 40]\nnode c: y = Conv(x, w) {kernel_shape = [3, 3], pads = [1, 1, 1, 1]}"],
        ["padding between rows", "input x: float32[batch, 3, 40, 40]\nnode c: h = Conv(x, w) {kernel_shape = [3, 3], pads = [1, 1, 1, 1]}\nnode p: y = Pad(h, before)"],
        ["one range for all rows", "input x: float32[batch, 3, 40, 40]\nnode c: h = Conv(x, w) {kernel_shape = [3, 3], pads = [1, 1, 1, 1]}\nnode d: q, s, z = DynamicQuantizeLinear(h)\nnode b: y = DequantizeLinear(q, s, z)"],
    ];

    [TestMethod]
    [DynamicData(nameof(Together))]
    public void Where_rows_meet_nothing_is_split(string what, string text)
    {
        var random = new Random(3);
        string weights = string.Join(", ", Enumerable.Range(0, 8 * 3 * 3 * 3).Select(_ => (random.NextSingle() - 0.5f).ToString("R", CultureInfo.InvariantCulture)));
        Graph head = GraphText.Parse($"graph g opset 13\n{text.Replace("node c", $"constant w: float32[8, 3, 3, 3] = [{weights}]\nconstant before: int64[8] = [1, 0, 0, 0, 0, 0, 0, 0]\nnode c", StringComparison.Ordinal)}\noutput y");
        using ExecutionPlan one = ExecutionPlan.Bind(head), two = ExecutionPlan.Bind(head, new() { Threads = 2 });
        Tensor x = SmallNetwork.Random(new Random(5), new Shape(16, 3, 40, 40));
        using RunContext context = two.Rent(x.Shape);
        Assert.IsNull(context.GroupRows, what);
        CollectionAssert.AreEqual(one.Run(x)[0].Bytes.ToArray(), two.Run(x)[0].Bytes.ToArray(), what);
    }

    [TestMethod]
    public void A_tap_sees_whole_values_of_a_run_in_groups()
    {
        using ExecutionPlan one = ExecutionPlan.Bind(s_float), two = ExecutionPlan.Bind(s_float, new() { Threads = 2 });
        var expected = new Seen();
        var found = new Seen();
        byte[] output = one.Run([s_x], expected)[0].Bytes.ToArray();
        for (int repeat = 0; repeat < 2; repeat++)
        {
            found.Values.Clear();
            CollectionAssert.AreEqual(output, two.Run([s_x], found)[0].Bytes.ToArray());
            CollectionAssert.AreEquivalent(expected.Values.Keys, found.Values.Keys);
            foreach ((string name, float[] values) in expected.Values) { CollectionAssert.AreEqual(values, found.Values[name], name); }
        }
        CollectionAssert.AreEqual(output, two.Run(s_x)[0].Bytes.ToArray(), "and without a tap again");
    }

    [TestMethod]
    public void Many_callers_share_a_plan_that_splits_rows()
    {
        using ExecutionPlan plan = ExecutionPlan.Bind(s_int8, new() { Threads = 3 });
        byte[] expected = plan.Run(s_x)[0].Bytes.ToArray();
        Parallel.For(0, 32, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ => CollectionAssert.AreEqual(expected, plan.Run(s_x)[0].Bytes.ToArray()));
    }

    [TestMethod]
    [DoNotParallelize]
    public void Running_in_groups_again_allocates_nothing()
    {
        using ExecutionPlan plan = ExecutionPlan.Bind(s_int8, new() { Threads = 2 });
        using RunContext context = plan.Rent(s_x.Shape);
        for (int i = 0; i < 50; i++) { context.Run(); }
        // The test host's own threads allocate now and then; a plan that did would do so every time.
        long least = Enumerable.Range(0, 20).Min(_ =>
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            context.Run();
            return GC.GetTotalAllocatedBytes(precise: true) - before;
        });
        Assert.AreEqual(0, least);
    }

    private static int? GroupRows(Graph graph, int threads, int rows)
    {
        using ExecutionPlan plan = ExecutionPlan.Bind(graph, new() { Threads = threads });
        using RunContext context = plan.Rent(new Shape(rows, 3, 8, 8));
        return context.GroupRows;
    }

    private sealed class Seen : IActivationTap
    {
        public Dictionary<string, float[]> Values { get; } = new(StringComparer.Ordinal);

        public bool Wants(string value) => true;

        public void Observe(string value, ReadOnlySpan<float> values, Shape shape) => Values[value] = values.ToArray();
    }
}
