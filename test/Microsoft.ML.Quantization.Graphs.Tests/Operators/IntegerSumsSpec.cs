using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Tests;

/// <summary>MatMulInteger and ConvInteger on their own give the sums of the plain loops by the engine's tiles, to the last bit, for every form of zero points.</summary>
[TestClass]
[TestCategory("Engine")]
public sealed class IntegerSumsSpec
{
    public static IEnumerable<object[]> Products =>
        from left in new[] { ElementType.UInt8, ElementType.Int8 }
        from right in new[] { ElementType.UInt8, ElementType.Int8 }
        from sizes in new (int[] A, int[] B)[] { ([5, 7], [7, 3]), ([2, 3, 258], [258, 5]), ([2, 3, 259], [259, 5]), ([5, 1], [1, 3]), ([2, 1, 5, 9], [4, 9, 3]), ([7], [7, 3]), ([5, 7], [7]), ([7], [7]), ([0, 7], [7, 3]) }
        from zeros in new[] { "none", "one", "each" }
        select new object[] { left, right, sizes.A, sizes.B, zeros };

    [TestMethod]
    [DynamicData(nameof(Products))]
    public void Products_give_the_sums_of_the_plain_loops(ElementType left, ElementType right, int[] a, int[] b, string zeros) => Check(OperatorCase.Of(
        "MatMulInteger", Values.Codes(1, left, a), Values.Codes(2, right, b), Zeros(3, left, zeros, a.Length > 1 ? a[^2] : 1), Zeros(4, right, zeros, b.Length > 1 ? b[^1] : 1)));

    public static IEnumerable<object[]> Windows =>
        from x in new[] { ElementType.UInt8, ElementType.Int8 }
        from w in new[] { ElementType.UInt8, ElementType.Int8 }
        from window in new (int[] X, int[] W, int Groups)[] { ([2, 3, 6, 5], [4, 3, 3, 2], 1), ([1, 4, 7, 7], [6, 2, 3, 3], 2), ([2, 4, 9], [4, 1, 3], 4), ([1, 2, 4, 4, 4], [3, 2, 2, 2, 2], 1), ([1, 40, 5, 5], [2, 40, 3, 3], 1) }
        from zeros in new[] { "none", "one", "each" }
        select new object[] { x, w, window.X, window.W, window.Groups, zeros };

    [TestMethod]
    [DynamicData(nameof(Windows))]
    public void Convolutions_give_the_sums_of_the_plain_loops(ElementType x, ElementType w, int[] input, int[] weights, int groups, string zeros)
    {
        int axes = input.Length - 2;
        Check(OperatorCase.Of("ConvInteger", Values.Codes(1, x, input), Values.Codes(2, w, weights), zeros == "none" ? null : Zeros(3, x, "one", 1), Zeros(4, w, zeros, weights[0]))
            .With("group", (long)groups).With("pads", Enumerable.Repeat(1, axes).Concat(Enumerable.Repeat(0, axes)).ToArray()).With("strides", Enumerable.Range(1, axes).ToArray()));
    }

    [TestMethod]
    public void Running_again_does_not_allocate()
    {
        OperatorCase test = OperatorCase.Of("ConvInteger", Values.Codes(1, ElementType.UInt8, 1, 4, 7, 7), Values.Codes(2, ElementType.Int8, 6, 2, 3, 3), Zeros(3, ElementType.UInt8, "one", 1), Zeros(4, ElementType.Int8, "each", 6)).With("group", 2L);
        using ExecutionPlan plan = ExecutionPlan.Bind(test.Graph());
        using RunContext context = plan.Rent([.. test.Inputs.Select(input => input!.Shape)]);
        for (int i = 0; i < 50; i++) { context.Run(); }
        long before = GC.GetAllocatedBytesForCurrentThread();
        context.Run();
        Assert.AreEqual(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void Check(OperatorCase test)
    {
        Tensor expected = test.Forward();
        foreach (Engine engine in EngineList.Supported)
        {
            using ExecutionPlan plan = ExecutionPlan.Bind(test.Graph(), new() { Engine = engine });
            Assert.IsNotInstanceOfType<ForwardStep>(plan.Calls.Single().Step);
            Tensor actual = plan.Run([.. test.Inputs.Where(input => input is not null).Select(input => input!)])[0];
            CollectionAssert.AreEqual(expected.AsSpan<int>().ToArray(), actual.AsSpan<int>().ToArray(), engine.Name);
        }
    }

    private static Tensor? Zeros(int seed, ElementType type, string form, int count) =>
        form == "none" ? null : form == "one" ? Values.Codes(seed, type, 1).Reshape(Shape.Scalar) : Values.Codes(seed, type, count);
}
