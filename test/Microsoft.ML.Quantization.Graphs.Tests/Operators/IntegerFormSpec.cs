using Microsoft.ML.Quantization.Kernels;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Graphs.Tests;

/// <summary>An integer call gives the codes of dequantize → forward → quantize: within one code for sums of products, exactly elsewhere.</summary>
[TestClass]
[TestCategory("Engine")]
public sealed class IntegerFormSpec
{
    // Why an operator has no integer form, or why the cases do not fit this spec.
    private static readonly Dictionary<string, string> s_float = new()
    {
        ["BatchNormalization"] = "is folded into the layer before it",
        ["QuantizeLinear"] = "is the border of a group",
        ["DequantizeLinear"] = "is the border of a group",
        ["Cast"] = "changes types",
        ["Constant"] = "has no input",
        ["ConstantOfShape"] = "reads a shape",
        ["Shape"] = "reads a shape",
        ["Equal"] = "gives truth values",
        ["Not"] = "takes truth values",
        ["MaxUnpool"] = "takes or gives several tensors",
        ["NegativeLogLikelihoodLoss"] = "takes or gives several tensors",
        ["SoftmaxCrossEntropyLoss"] = "takes or gives several tensors",
        ["Scatter"] = "takes or gives several tensors",
        ["ScatterElements"] = "takes or gives several tensors",
        ["ScatterND"] = "takes or gives several tensors",
        ["Compress"] = "has a shape that depends on data",
        ["LSTM"] = "takes or gives several tensors",
        ["GRU"] = "takes or gives several tensors",
        ["RNN"] = "takes or gives several tensors",
        ["Scan"] = "takes or gives several tensors",
        ["Split"] = "takes or gives several tensors",
        ["DynamicQuantizeLSTM"] = "multiplies in integers by itself",
        ["DynamicQuantizeGRU"] = "multiplies in integers by itself",
        ["DynamicQuantizeRNN"] = "multiplies in integers by itself",
        ["ArgMax"] = "gives no reals, or takes none",
        ["ArgMin"] = "gives no reals, or takes none",
        ["TopK"] = "gives no reals, or takes none",
        ["NonMaxSuppression"] = "gives no reals, or takes none",
        ["NonZero"] = "gives no reals, or takes none",
        ["Unique"] = "gives no reals, or takes none",
        ["Size"] = "gives no reals, or takes none",
        ["OneHot"] = "gives no reals, or takes none",
        ["EyeLike"] = "gives no reals, or takes none",
        ["CastLike"] = "gives no reals, or takes none",
        ["Range"] = "gives no reals, or takes none",
        ["HannWindow"] = "gives no reals, or takes none",
        ["HammingWindow"] = "gives no reals, or takes none",
        ["BlackmanWindow"] = "gives no reals, or takes none",
        ["BitShift"] = "gives no reals, or takes none",
        ["BitwiseAnd"] = "gives no reals, or takes none",
        ["BitwiseOr"] = "gives no reals, or takes none",
        ["BitwiseXor"] = "gives no reals, or takes none",
        ["BitwiseNot"] = "gives no reals, or takes none",
        ["If"] = "gives no reals, or takes none",
        ["Loop"] = "gives no reals, or takes none",
        ["Less"] = "gives truth values",
        ["LessOrEqual"] = "gives truth values",
        ["Greater"] = "gives truth values",
        ["GreaterOrEqual"] = "gives truth values",
        ["And"] = "gives truth values",
        ["Or"] = "gives truth values",
        ["Xor"] = "gives truth values",
        ["IsNaN"] = "gives truth values",
        ["IsInf"] = "gives truth values",
        ["DynamicQuantizeLinear"] = "works on codes itself",
        ["QLinearConv"] = "works on codes itself",
        ["QLinearMatMul"] = "works on codes itself",
        ["ConvInteger"] = "works on codes itself",
        ["MatMulInteger"] = "works on codes itself",
        ["Asin"] = "has no value at some codes",
        ["Acos"] = "has no value at some codes",
        ["Acosh"] = "has no value at some codes",
        ["Atanh"] = "has no value at some codes",
    };

    public static IEnumerable<object[]> Cases =>
        from pair in OperatorCases.All
        where !s_float.ContainsKey(pair.Case.Operator) && pair.Case.Inputs[0]!.Type == ElementType.Float32 && !pair.Case.Constants.Contains(0)
        from signed in new[] { false, true }
        select new object[] { pair.Title, signed };

    public static IEnumerable<object[]> Operators => OperatorList.BuiltIn.All.Select(op => new object[] { op.Schema.Name });

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void Codes_are_those_of_the_float_operator_between_its_borders(string title, bool signed)
    {
        OperatorCase test = OperatorCases.Named(title);
        QuantizedCase quantized = QuantizedCase.Of(test, signed);
        foreach (Engine engine in EnginesUnderTest.All)
        {
            (Tensor output, PassNote note) = quantized.Run(engine);
            bool sums = test.Operator is "Conv" or "ConvTranspose" or "Gemm" or "MatMul" or "AveragePool" or "GlobalAveragePool";
            AssertCodes(quantized.Expected, output, note.Applied && sums ? 1 : 0, $"{engine.Name}, {note}");
        }
    }

    [TestMethod]
    [DynamicData(nameof(Operators))]
    public void Every_operator_runs_in_integers_or_has_a_reason(string name)
    {
        if (s_float.ContainsKey(name)) { return; }
        string[] notes = [.. OperatorCases.All.Where(pair => pair.Case.Operator == name && pair.Case.Inputs[0]!.Type == ElementType.Float32 && !pair.Case.Constants.Contains(0))
            .Select(pair => QuantizedCase.Of(pair.Case, signed: false).Run(EngineList.Reference).Note)
            .Where(note => !note.Applied).Select(note => note.Text)];
        Assert.IsTrue(notes.Length < OperatorCases.All.Count(pair => pair.Case.Operator == name), string.Join('\n', notes));
    }

    [TestMethod]
    [DataRow("Conv 3x3, padded")]
    [DataRow("Conv with fused Relu")]
    [DataRow("ConvTranspose 2x2, stride 2")]
    [DataRow("Gemm, PyTorch's Linear")]
    [DataRow("MatMul by a constant")]
    public void Products_can_end_in_floats(string title)
    {
        QuantizedCase quantized = QuantizedCase.Of(OperatorCases.Named(title), signed: false, floatOutput: true);
        (Tensor output, PassNote note) = quantized.Run(EngineList.Reference);
        Assert.IsTrue(note.Applied, note.Text);
        Assert.IsTrue(Values.Distance(output, quantized.Expected.AsSpan<float>()) < 1e-4f);
    }

    [TestMethod]
    [DataRow("AveragePool")]
    [DataRow("AveragePool, ceil_mode, counting padding")]
    [DataRow("GlobalAveragePool")]
    [DataRow("Concat of channels")]
    [DataRow("Relu")]
    [DataRow("Clip by inputs")]
    public void Output_may_have_a_map_of_its_own(string title)
    {
        QuantizedCase quantized = QuantizedCase.Of(OperatorCases.Named(title), signed: true, ownOutput: true);
        (Tensor output, PassNote note) = quantized.Run(EngineList.Reference);
        Assert.IsTrue(note.Applied, note.Text);
        AssertCodes(quantized.Expected, output, title.Contains("Average") ? 1 : 0, title);
    }

    [TestMethod]
    [DataRow("Conv with fused Clip", 1.5f, -1f)]
    [DataRow("Add with fused Clip", 1f, 0f)]
    [DataRow("Add with fused Clip", float.NaN, 0.5f)]
    public void The_upper_end_of_a_fused_Clip_wins_in_codes_too(string title, float low, float high)
    {
        QuantizedCase quantized = QuantizedCase.Of(OperatorCases.Named(title).With(Node.ClipMinimum, low).With(Node.ClipMaximum, high), signed: false);
        (Tensor output, PassNote note) = quantized.Run(EngineList.Reference);
        Assert.IsTrue(note.Applied, note.Text);
        AssertCodes(quantized.Expected, output, 0, title);
    }

    [TestMethod]
    [DataRow("MaxPool 2x2")]
    [DataRow("Flatten")]
    [DataRow("Transpose")]
    public void Moving_codes_between_two_maps_requantizes_them(string kind)
    {
        OperatorCase test = OperatorCases.All.First(pair => pair.Title.StartsWith(kind, StringComparison.Ordinal)).Case;
        QuantizedCase quantized = QuantizedCase.Of(test, signed: false, ownOutput: true);
        (Tensor output, PassNote note) = quantized.Run(EngineList.Reference);
        StringAssert.Contains(note.Text, "runs on codes, with float inside");
        AssertCodes(quantized.Expected, output, 0, kind);
    }

    internal static void AssertCodes(Tensor expected, Tensor actual, int tolerance, string what)
    {
        Assert.AreEqual(expected.Type, actual.Type, what);
        Assert.AreEqual(expected.Shape, actual.Shape, what);
        int[] differences = [.. Enumerable.Range(0, expected.Length).Select(i => Math.Abs(Code(expected, i) - Code(actual, i)))];
        Assert.IsTrue(differences.All(difference => difference <= tolerance), $"{what}: up to {differences.Max()} codes apart in {differences.Count(d => d > tolerance)} of {differences.Length}");
        // A tie now and then; not a shift of everything.
        Assert.IsTrue(differences.Count(difference => difference > 0) <= 1 + differences.Length / 20, $"{what}: {differences.Count(d => d > 0)} of {differences.Length} codes differ");

        static int Code(Tensor tensor, int index) => tensor.Type == ElementType.Int8 ? (sbyte)tensor.Bytes[index] : tensor.Bytes[index];
    }
}
