using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Tests;

/// <summary>MatMulInteger by the engine's tiles gives the sums of the plain loops, to the last bit.</summary>
[TestClass]
public sealed class MatMulIntegerSpec
{
    public static IEnumerable<object[]> Cases =>
        from left in new[] { ElementType.UInt8, ElementType.Int8 }
        from right in new[] { ElementType.UInt8, ElementType.Int8 }
        from depth in new[] { 1, 7, 258, 259, 1000 }
        select new object[] { left, right, depth };

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void Sums_are_exact(ElementType left, ElementType right, int depth)
    {
        OperatorCase test = OperatorCase.Of("MatMulInteger", Values.Codes(1, left, 2, 3, depth), Values.Codes(2, right, depth, 5), Values.Codes(3, left, 1).Reshape(Shape.Scalar), Values.Codes(4, right, 1).Reshape(Shape.Scalar));
        Tensor expected = test.Forward();
        foreach (Engine engine in EngineList.Supported)
        {
            using ExecutionPlan plan = ExecutionPlan.Bind(test.Graph(), new() { Engine = engine });
            Assert.IsNotInstanceOfType<ForwardStep>(plan.Calls.Single().Step);
            Tensor actual = plan.Run([.. test.Inputs.Select(input => input!)])[0];
            CollectionAssert.AreEqual(expected.Bytes.ToArray(), actual.Bytes.ToArray(), engine.Name);
        }
    }
}
