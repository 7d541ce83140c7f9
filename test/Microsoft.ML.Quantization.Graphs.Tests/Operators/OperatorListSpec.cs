using Microsoft.ML.Quantization.Kernels;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Graphs.Tests;

/// <summary>What holds for every operator.</summary>
[TestClass]
[TestCategory("Engine")]
public sealed class OperatorListSpec
{
    public static IEnumerable<object[]> Operators => OperatorList.BuiltIn.All.Select(op => new object[] { op.Schema.Name });

    public static IEnumerable<object[]> Cases => OperatorCases.Titles;

    [TestMethod]
    [DynamicData(nameof(Operators))]
    public void Every_operator_has_a_case(string name) =>
        Assert.IsTrue(OperatorCases.All.Any(pair => pair.Case.Operator == name), $"add a graph with {name} to {nameof(OperatorCases)}");

    [TestMethod]
    [DynamicData(nameof(Operators))]
    public void A_schema_is_sane(string name)
    {
        IOperator op = OperatorList.BuiltIn.All.Single(op => op.Schema.Name == name);
        Assert.IsTrue(op.Schema.SinceOpset is >= 7 and <= 28);
        Assert.IsTrue(op.Schema.MinInputs >= 0 && op.Schema.MinInputs <= op.Schema.MaxInputs);
        Assert.IsTrue(op.Schema.MaxOutputs >= 1);
        Assert.AreEqual(op.Traits.Observation == ObservationType.FixedQParams, op.Traits.FixedOutput is not null);
        Assert.AreEqual(op.Traits.WeightInput is not null, op.Traits.WeightChannelAxis is not null);
        Assert.IsTrue(op.Traits.BiasInput is null || op.Traits.BiasInput < op.Schema.MaxInputs);
    }

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void A_bound_step_gives_the_bits_of_the_forward_on_every_engine(string title)
    {
        OperatorCase test = OperatorCases.Named(title);
        // The forward means the operator set from 13 on; older Softmax differs only in axes, and the case has two.
        Tensor expected = test.Forward();
        foreach (Engine engine in EnginesUnderTest.All)
        {
            foreach (bool symbolic in new[] { false, true })
            {
                Tensor actual = test.Bound(engine, symbolic && test.Inputs.Length > 0 && test.Inputs.Where((_, i) => !test.Constants.Contains(i)).All(input => input is null || Names(input, test)));
                Assert.AreEqual(expected.Type, actual.Type);
                Assert.AreEqual(expected.Shape, actual.Shape);
                Assert.IsTrue(expected.Bytes.SequenceEqual(actual.Bytes), $"{engine.Name} differs from the forward");
            }
        }

        // Only a case whose run-time inputs share their first axis can have it named.
        static bool Names(Tensor input, OperatorCase test) =>
            input.Shape.Rank > 0 && test.Inputs.Where((_, i) => !test.Constants.Contains(i)).All(other => other is null || (other.Shape.Rank == input.Shape.Rank && other.Shape[0] == input.Shape[0]))
            && test.Node.Attributes.Int("transA", 0) == 0 && !(test.Operator is "Conv" or "MatMul" && test.Constants.IsEmpty) && !(test.Operator == "Transpose" && input.Shape.Rank == 1);
    }

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void Unknown_sizes_stay_possible(string title)
    {
        OperatorCase test = OperatorCases.Named(title);
        TensorFact known = test.Infer()[0];
        if (test.Operator is "Squeeze" && test.Node.Inputs.Length == 1 && !test.Attributes.Contains("axes")) { return; }
        TensorFact open = test.Infer([.. test.Inputs.Select((input, i) => input is null ? null
            : test.Constants.Contains(i) || test.Find().Traits.IsSetting?.Invoke(i) == true ? new TensorFact(input.Type, input.Shape)
            : new TensorFact(input.Type, [.. input.Shape.Sizes.Select(_ => Dimension.Unknown)]))])[0];
        Assert.AreEqual(known.Type, open.Type);
        Assert.AreEqual(known.Rank, open.Rank);
        for (int axis = 0; axis < known.Rank; axis++)
        {
            Assert.IsTrue(open.Dimensions[axis].Size is null || open.Dimensions[axis] == known.Dimensions[axis], $"{open} contradicts {known}");
        }
    }

    [TestMethod]
    public void A_name_that_is_not_listed_is_refused()
    {
        var problem = Assert.ThrowsExactly<UnsupportedOperatorException>(() => OperatorCase.Of("Nonsense", Values.Floats(1, 2)).Infer());
        StringAssert.Contains(problem.Message, "Nonsense");
    }
}
