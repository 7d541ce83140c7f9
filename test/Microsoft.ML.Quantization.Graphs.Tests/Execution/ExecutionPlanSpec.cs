using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Microsoft.ML.Quantization.Kernels;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Graphs.Tests;

[TestClass]
[TestCategory("Engine")]
public sealed class ExecutionPlanSpec
{
    private const int Rows = 7;

    private static readonly Graph s_float = SmallNetwork.Everything();
    private static readonly Tensor s_x = SmallNetwork.Random(new Random(2), new Shape(Rows, 3, 8, 8));
    private static readonly Graph s_int8 = ModelQuantizer.QuantizeStatic(s_float, [[s_x]]).Graph;

    public static IEnumerable<object[]> Ways =>
        from engine in EnginesUnderTest.All
        from threads in new[] { 1, 2 }
        from batch in new[] { 1, 3, Rows }
        from int8 in new[] { false, true }
        select new object[] { engine.Name, threads, batch, int8 };

    [TestMethod]
    [DynamicData(nameof(Ways))]
    public void Every_engine_thread_count_and_batch_size_gives_the_same_bits(string engine, int threads, int batch, bool int8)
    {
        Graph graph = int8 ? s_int8 : s_float;
        using ExecutionPlan reference = ExecutionPlan.Bind(graph, new() { Engine = EngineList.Reference });
        using ExecutionPlan plan = ExecutionPlan.Bind(graph, new() { Engine = EngineList.Find(engine), Threads = threads });

        byte[] expected = reference.Run(s_x)[0].Bytes.ToArray();
        byte[] actual = [.. Enumerable.Range(0, (Rows + batch - 1) / batch).SelectMany(i => plan.Run(SmallNetwork.Rows(s_x, i * batch, Math.Min(Rows, (i + 1) * batch)))[0].Bytes.ToArray())];

        CollectionAssert.AreEqual(expected, actual);
    }

    [TestMethod]
    public void The_int8_network_says_nearly_the_same_as_the_float_one()
    {
        using ExecutionPlan real = ExecutionPlan.Bind(s_float), int8 = ExecutionPlan.Bind(s_int8);
        float[] expected = real.Run(s_x)[0].AsSpan<float>().ToArray(), actual = int8.Run(s_x)[0].AsSpan<float>().ToArray();

        double noise = expected.Zip(actual, (a, b) => (double)(a - b) * (a - b)).Sum(), signal = expected.Sum(a => (double)a * a);
        Assert.IsTrue(noise < signal / 1000, $"noise {noise}, signal {signal}: less than 30 dB");
    }

    [TestMethod]
    public void Every_operator_of_a_quantized_network_runs_in_integers()
    {
        using ExecutionPlan plan = ExecutionPlan.Bind(s_int8);
        Assert.AreEqual("", string.Join('\n', plan.Notes.Where(note => !note.Applied)));
        Assert.AreEqual(s_float.Nodes.Count(node => node.Operator != "Relu"), plan.Notes.Length);
    }

    [TestMethod]
    [DynamicData(nameof(Engines))]
    public void Running_again_allocates_nothing(string engine)
    {
        foreach (Graph graph in new[] { s_float, s_int8 })
        {
            using ExecutionPlan plan = ExecutionPlan.Bind(graph, new() { Engine = EngineList.Find(engine) });
            Score(plan);
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 20; i++) { Score(plan); }
            Assert.AreEqual(0, (GC.GetAllocatedBytesForCurrentThread() - before) / 20, "bytes for each run");
        }

        static void Score(ExecutionPlan plan)
        {
            using RunContext context = plan.Rent(s_inputShapes);
            s_x.AsSpan<float>().CopyTo(context.Input<float>(0));
            context.Run();
        }
    }

    private static readonly ImmutableArray<Shape> s_inputShapes = [new Shape(Rows, 3, 8, 8)];

    public static IEnumerable<object[]> Engines => EnginesUnderTest.All.Select(engine => new object[] { engine.Name });

    [TestMethod]
    public void One_plan_serves_many_threads()
    {
        using ExecutionPlan plan = ExecutionPlan.Bind(s_int8, new() { Threads = 2 });
        byte[] expected = plan.Run(s_x)[0].Bytes.ToArray();

        Parallel.For(0, 64, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            int row = i % Rows;
            byte[] actual = plan.Run(SmallNetwork.Rows(s_x, row, row + 1))[0].Bytes.ToArray();
            CollectionAssert.AreEqual(expected[(row * actual.Length)..((row + 1) * actual.Length)], actual);
        });
    }

    [TestMethod]
    public void A_context_given_back_twice_serves_one_caller_only()
    {
        using ExecutionPlan plan = ExecutionPlan.Bind(s_int8);
        RunContext given = plan.Rent(s_x.Shape);
        given.Dispose();
        given.Dispose();
        RunContext first = plan.Rent(s_x.Shape), second = plan.Rent(s_x.Shape);
        Assert.AreSame(given, first);
        Assert.AreNotSame(first, second);
        first.Dispose();
        Assert.AreSame(first, plan.Rent(s_x.Shape), "a context from the store can be given back again");
    }

    [TestMethod]
    public void Many_shapes_in_the_past_do_not_keep_the_present_one_from_being_stored()
    {
        using ExecutionPlan plan = ExecutionPlan.Bind(s_int8);
        for (int rows = 1; rows <= 150; rows++)
        {
            RunContext context = plan.Rent(new Shape(rows, 3, 8, 8));
            context.Dispose();
            Assert.AreSame(context, plan.Rent(new Shape(rows, 3, 8, 8)), $"{rows} rows");
            context.Dispose();
        }
    }

    [TestMethod]
    public void A_plan_that_ends_while_others_run_it_changes_no_bit()
    {
        using ExecutionPlan reference = ExecutionPlan.Bind(s_int8);
        byte[] expected = reference.Run(s_x)[0].Bytes.ToArray();
        ExecutionPlan plan = ExecutionPlan.Bind(s_int8, new() { Threads = 3 });
        Task<bool>[] runs = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(() => Enumerable.Range(0, 50).All(_ => plan.Run(s_x)[0].Bytes.SequenceEqual(expected))))];
        plan.Dispose();
        plan.Dispose();
        Assert.IsTrue(Task.WhenAll(runs).GetAwaiter().GetResult().All(same => same));
    }

    [TestMethod]
    public void A_tap_sees_each_value_row_major()
    {
        using ExecutionPlan plan = ExecutionPlan.Bind(s_float);
        var tap = new Recorder();
        plan.Run([s_x], tap);

        CollectionAssert.AreEqual(s_x.AsSpan<float>().ToArray(), tap.Seen["x"]);
        // The first relu is fused into conv1; a graph that ends there returns it row-major.
        string relu = s_float.Nodes.First(node => node.Operator == "Relu").Output;
        var head = new GraphBuilder(s_float);
        head.AddOutput(relu);
        using ExecutionPlan headPlan = ExecutionPlan.Bind(head.Build());
        CollectionAssert.AreEqual(headPlan.Run(s_x)[1].AsSpan<float>().ToArray(), tap.Seen[relu]);
    }

    [TestMethod]
    public void Inputs_and_constants_can_be_outputs_too()
    {
        var graph = new GraphBuilder("through", 13);
        graph.AddInput("x", new TensorFact(ElementType.Float32, [Dimension.Named("n"), 2]));
        graph.AddConstant("c", Tensor.Create(1f, 2f, 3f));
        string y = graph.Add("y", "Relu", ["x"]);
        foreach (string output in new[] { y, "x", "c" }) { graph.AddOutput(output); }
        using ExecutionPlan plan = ExecutionPlan.Bind(graph.Build());

        ImmutableArray<Tensor> outputs = plan.Run(Tensor.Create<float>([-1f, 2f], new Shape(1, 2)));

        CollectionAssert.AreEqual(new[] { 0f, 2f }, outputs[0].AsSpan<float>().ToArray());
        CollectionAssert.AreEqual(new[] { -1f, 2f }, outputs[1].AsSpan<float>().ToArray());
        CollectionAssert.AreEqual(new[] { 1f, 2f, 3f }, outputs[2].AsSpan<float>().ToArray());
    }

    [TestMethod]
    public void No_rows_give_no_rows()
    {
        using ExecutionPlan plan = ExecutionPlan.Bind(s_int8);
        Assert.AreEqual(new Shape(0, 5), plan.Run(new Tensor(ElementType.Float32, new Shape(0, 3, 8, 8)))[0].Shape);
    }

    [TestMethod]
    public void Inputs_that_do_not_fit_are_refused()
    {
        using ExecutionPlan plan = ExecutionPlan.Bind(s_float);
        Refused("Found 0 inputs; expected 1", () => plan.Run([]));
        Refused("Input 'x' is float64; expected float32[batch, 3, 8, 8]", () => plan.Run(new Tensor(ElementType.Float64, new Shape(1, 3, 8, 8))));
        Refused("Input 'x' has shape [1, 3, 8, 7]; expected float32[batch, 3, 8, 8]", () => plan.Run(new Tensor(ElementType.Float32, new Shape(1, 3, 8, 7))));
        Refused("Input 'x' has shape [3, 8, 8]; expected float32[batch, 3, 8, 8]", () => plan.Rent(new Shape(3, 8, 8)));
        Refused("A plan was asked for with 0 threads; expected 1 or more", () => ExecutionPlan.Bind(s_float, new() { Threads = 0 }));
    }

    [TestMethod]
    public void One_symbol_stands_for_one_size()
    {
        var graph = new GraphBuilder("sum", 13);
        graph.AddInput("a", new TensorFact(ElementType.Float32, [Dimension.Named("n")]));
        graph.AddInput("b", new TensorFact(ElementType.Float32, [Dimension.Named("n")]));
        graph.AddOutput(graph.Add("sum", "Add", ["a", "b"]));
        using ExecutionPlan plan = ExecutionPlan.Bind(graph.Build());
        Refused("Input 'b' has shape [3]; expected float32[n]", () => plan.Run(Tensor.Create(1f, 2f), Tensor.Create(1f, 2f, 3f)));
    }

    [TestMethod]
    public void A_plan_that_ran_is_collected_when_nobody_holds_it()
    {
        WeakReference[] plans = [.. Enumerable.Range(0, 5).Select(_ => BindAndRun())];
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        // One may still be in a register of this method.
        Assert.IsLessThan(2, plans.Count(plan => plan.IsAlive), "plans alive");

        [MethodImpl(MethodImplOptions.NoInlining)]
        static WeakReference BindAndRun()
        {
            using ExecutionPlan plan = ExecutionPlan.Bind(s_float);
            plan.Run(s_x);
            return new(plan);
        }
    }

    private static void Refused(string message, Action action) =>
        StringAssert.Contains(Assert.ThrowsExactly<QuantizationException>(action).Message, message);

    private sealed class Recorder : IActivationTap
    {
        public Dictionary<string, float[]> Seen { get; } = [];

        public bool Wants(string value) => true;

        public void Observe(string value, ReadOnlySpan<float> elements, Shape shape) => Seen.Add(value, elements.ToArray());
    }
}
