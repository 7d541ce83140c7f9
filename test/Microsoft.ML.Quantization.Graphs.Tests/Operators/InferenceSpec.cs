
namespace Microsoft.ML.Quantization.Graphs.Tests;

/// <summary>Facts of outputs, and what is refused. Graphs are written as text: one node between facts.</summary>
[TestClass]
public sealed class InferenceSpec
{
    [TestMethod]
    [DataRow("x: float32[n, 3, 28, 28] | w: float32[8, 3, 3, 3]", "Conv(x, w)", "float32[n, 8, 26, 26]")]
    [DataRow("x: float32[n, 3, h, 28] | w: float32[8, 3, 3, 3]", "Conv(x, w) {pads = [1, 1, 1, 1]}", "float32[n, 8, h, 28]")]
    [DataRow("x: float32[n, 3, h, 28] | w: float32[8, 3, 3, 3]", "Conv(x, w) {strides = [2, 2]}", "float32[n, 8, ?, 13]")]
    [DataRow("x: float32[n, 3, h, 28] | w: float32[8, 3, 2, 2]", "Conv(x, w) {auto_pad = \"SAME_LOWER\"}", "float32[n, 8, h, 28]")]
    [DataRow("x: float32[n, 4, 15] | w: float32[8, 2, 3]", "Conv(x, w) {group = 2, auto_pad = \"SAME_UPPER\", strides = [4]}", "float32[n, 8, 4]")]
    [DataRow("x: float32[n, 3, 9, 9, 9] | w: float32[8, 3, 3, 1, 2]", "Conv(x, w) {dilations = [2, 3, 4]}", "float32[n, 8, 5, 9, 5]")]
    [DataRow("x: float32[n, 3, 4, 4] | w: float32[3, 5, 2, 2]", "ConvTranspose(x, w) {strides = [2, 2]}", "float32[n, 5, 8, 8]")]
    [DataRow("x: float32[n, 4, 4] | w: float32[4, 5, 3]", "ConvTranspose(x, w) {group = 2, strides = [2], pads = [1, 1], output_padding = [1]}", "float32[n, 10, 8]")]
    [DataRow("x: float32[n, 4, l] | w: float32[4, 5, 3]", "ConvTranspose(x, w) {output_shape = [17]}", "float32[n, 5, 17]")]
    [DataRow("x: float32[n, 4, 7] | w: float32[4, 5, 3]", "ConvTranspose(x, w) {auto_pad = \"SAME_UPPER\", strides = [3]}", "float32[n, 5, 21]")]
    [DataRow("x: float32[n, 7] | w: float32[3, 7]", "Gemm(x, w) {transB = 1}", "float32[n, 3]")]
    [DataRow("x: float32[n, 5, 7] | w: float32[7, 3]", "MatMul(x, w)", "float32[n, 5, 3]")]
    [DataRow("x: float32[n, 1, 5, 7] | w: float32[4, 7, 3]", "MatMul(x, w)", "float32[n, 4, 5, 3]")]
    [DataRow("x: float32[7] | w: float32[7]", "MatMul(x, w)", "float32[]")]
    [DataRow("x: float32[n, 1, 5] | w: float32[4, 1]", "Add(x, w)", "float32[n, 4, 5]")]
    [DataRow("x: float32[n, 3] | w: float32[m, 3]", "Add(x, w)", "float32[?, 3]")]
    [DataRow("x: float32[n, c, 9, 9]", "MaxPool(x) {kernel_shape = [3, 3], strides = [2, 2], ceil_mode = 1}", "float32[n, c, 4, 4]")]
    [DataRow("x: float32[n, c, 8, 8]", "MaxPool(x) {kernel_shape = [3, 3], strides = [2, 2], ceil_mode = 1}", "float32[n, c, 4, 4]")]
    [DataRow("x: float32[n, c, 8, 8]", "MaxPool(x) {kernel_shape = [3, 3], strides = [2, 2]}", "float32[n, c, 3, 3]")]
    [DataRow("x: float32[n, c, 5]", "AveragePool(x) {kernel_shape = [2], strides = [3], pads = [1, 1], ceil_mode = 1}", "float32[n, c, 2]")]
    [DataRow("x: float32[n, c, h, w]", "GlobalAveragePool(x)", "float32[n, c, 1, 1]")]
    [DataRow("x: float32[n, 64, 1, 1]", "Flatten(x)", "float32[n, 64]")]
    [DataRow("x: float32[2, 3, 4]", "Flatten(x) {axis = 0}", "float32[1, 24]")]
    [DataRow("x: float32[2, 3, 4]", "Flatten(x) {axis = 3}", "float32[24, 1]")]
    [DataRow("x: float32[n, 3, 4]", "Flatten(x) {axis = -1}", "float32[?, 4]")]
    [DataRow("x: float32[n, 3, 1, 4]", "Transpose(x) {perm = [0, 3, 1, 2]}", "float32[n, 4, 3, 1]")]
    [DataRow("x: float32[n, 2] | w: float32[n, 3]", "Concat(x, w) {axis = 1}", "float32[n, 5]")]
    [DataRow("x: float32[n, 2] | w: float32[m, 2]", "Concat(x, w) {axis = 0}", "float32[?, 2]")]
    [DataRow("x: float32[n, c]", "Softmax(x)", "float32[n, c]")]
    [DataRow("x: float32[n, c]", "Cast(x) {to = 3}", "int8[n, c]")]
    [DataRow("x: float32[n, 2] | s: int64[3]", "Reshape(x, s)", "float32[?, ?, ?]")]
    [DataRow("x: float32[n, 2, 1] | s: int64[1]", "Squeeze(x, s)", "float32[?, ?]")]
    public void Facts_follow(string inputs, string node, string expected) => Assert.AreEqual(expected, Build(inputs, node).Outputs[0].Fact.ToString());

    [TestMethod]
    [DataRow("float32[n, 64, 1, 1]", "-1, 64", "float32[n, 64]")]
    [DataRow("float32[n, 64, 1, 1]", "0, -1", "float32[n, 64]")]
    [DataRow("float32[n, 3, 4]", "0, 2, -1", "float32[n, 2, 6]")]
    [DataRow("float32[n, 3, 4]", "-1, 4", "float32[?, 4]")]
    [DataRow("float32[2, 3, 4]", "4, -1, 3", "float32[4, 2, 3]")]
    [DataRow("float32[n, m]", "-1, 1", "float32[?, 1]")]
    [DataRow("float32[1, 1]", "", "float32[]")]
    public void Reshapes_keep_names_where_the_rest_cancels_out(string fact, string shape, string expected)
    {
        long[] sizes = [.. shape.Split(", ", StringSplitOptions.RemoveEmptyEntries).Select(long.Parse)];
        Graph graph = GraphText.Parse($"graph g opset 13\ninput x: {fact}\nconstant s: int64[{sizes.Length}] = [{shape}]\nnode n: y = Reshape(x, s)\noutput y");
        Assert.AreEqual(expected, graph.Outputs[0].Fact.ToString());
    }

    [TestMethod]
    [DataRow("float32[2, 3]", "4, -1", "6 elements cannot be divided by 4")]
    [DataRow("float32[2, 3]", "5", "that is 5 elements where the input has 6")]
    [DataRow("float32[2, 3]", "-1, -1", "at most one -1")]
    [DataRow("float32[2, 3]", "-2, 3", "sizes of at least -1")]
    [DataRow("float32[2, 3]", "2, 3, 0", "an axis that the input does not have")]
    public void Reshapes_that_cannot_be_are_refused(string fact, string shape, string reason) =>
        AssertRefused($"graph g opset 13\ninput x: {fact}\nconstant s: int64[{shape.Split(',').Length}] = [{shape}]\nnode n: y = Reshape(x, s)\noutput y", reason);

    [TestMethod]
    [DataRow("x: float32[n, 4, 8, 8] | w: float32[8, 3, 3, 3]", "Conv(x, w)", "the input has 4 channels; expected 3")]
    [DataRow("x: float32[n, 4, 8, 8] | w: float32[7, 2, 3, 3]", "Conv(x, w) {group = 2}", "a multiple of 2")]
    [DataRow("x: float32[n, 3, 8, 8] | w: float32[8, 3, 3, 3] | b: float32[7]", "Conv(x, w, b)", "the bias (input 2) is float32[7]; expected 8 elements")]
    [DataRow("x: float32[n, 3, 8, 8] | w: float32[8, 3, 3, 3]", "Conv(x, w) {kernel_shape = [3, 5]}", "the weights have a window of [3, 3]")]
    [DataRow("x: float32[n, 3, 8, 8] | w: float32[8, 3, 3, 3]", "Conv(x, w) {strides = [0, 1]}", "strides is [0, 1]; expected numbers in 1..")]
    [DataRow("x: float32[n, 3, 8, 8] | w: float32[8, 3, 3, 3]", "Conv(x, w) {pads = [1, 1]}", "pads is [1, 1]; expected 4 numbers")]
    [DataRow("x: float32[n, 3, 8, 8] | w: float32[8, 3, 3, 3]", "Conv(x, w) {auto_pad = \"SAME\"}", "expected NOTSET, VALID, SAME_UPPER or SAME_LOWER")]
    [DataRow("x: float32[n, 3, 2, 8] | w: float32[8, 3, 3, 3]", "Conv(x, w)", "expected at least 3, the extent of the window")]
    [DataRow("x: float32[n, 3] | w: float32[8, 3]", "Conv(x, w)", "has 2 axes; expected 3 to 5")]
    [DataRow("x: uint8[n, 3, 8, 8] | w: float32[8, 3, 3, 3]", "Conv(x, w)", "input 0 is uint8[n, 3, 8, 8]; expected float32")]
    [DataRow("x: float32[n, 3, 8] | w: float32[4, 2, 3]", "ConvTranspose(x, w)", "expected 4, as the weights have")]
    [DataRow("x: float32[n, 3, 2] | w: float32[3, 2, 1]", "ConvTranspose(x, w) {pads = [2, 2]}", "would have -2 elements")]
    [DataRow("x: float32[n, 7] | w: float32[3, 7]", "Gemm(x, w)", "A has 7 columns and B 3 rows")]
    [DataRow("x: float32[n, 7] | w: float32[7, 3] | c: float32[2]", "Gemm(x, w, c)", "broadcasts to [n, 3]")]
    [DataRow("x: float32[n, 7] | w: float32[3, 7]", "MatMul(x, w)", "A has 7 columns and B 3 rows")]
    [DataRow("x: float32[n, 7] | w: float32[3]", "Add(x, w)", "differ on axis -1; expected equal sizes, or 1 on one side")]
    [DataRow("x: float32[n, 7] | w: int64[7]", "Add(x, w)", "input 1 is int64[7]; expected float32")]
    [DataRow("x: float32[n, c, 8]", "MaxPool(x)", "'kernel_shape' is missing")]
    [DataRow("x: float32[n, c, 8]", "MaxPool(x) {kernel_shape = [2], pads = [2, 0]}", "expected less than 2, the extent of the window")]
    [DataRow("x: float32[n, c, 8]", "Flatten(x) {axis = 4}", "axis 4 is outside -3..2")]
    [DataRow("x: float32[n, c, 8]", "Transpose(x) {perm = [0, 1, 1]}", "expected every axis 0..2")]
    [DataRow("x: float32[n, 2] | w: float32[n, 3]", "Concat(x, w) {axis = 0}", "the same sizes on all axes but 0")]
    [DataRow("x: float32[n, 2]", "Squeeze(x)", "state the axes")]
    [DataRow("x: float32[n, 2]", "Cast(x) {to = 8}", "ONNX's type 8")]
    [DataRow("x: float32[n, 2] | s: float32[3]", "QuantizeLinear(x, s)", "expected 2 elements, one for each index of axis 1")]
    [DataRow("x: float32[n, 2] | s: float32[] | z: int32[]", "QuantizeLinear(x, s, z)", "expected uint8 or int8")]
    [DataRow("x: float32[n, 2] | s: float32[]", "QuantizeLinear(x, s) {block_size = 2}", "block_size is not supported")]
    [DataRow("x: float32[n, 2] | s: float32[]", "QuantizeLinear(x, s) {output_dtype = 17}", "output_dtype is 17")]
    [DataRow("x: uint8[n, 2] | s: float32[] | z: int8[]", "DequantizeLinear(x, s, z)", "input 2 is int8[]; expected uint8")]
    [DataRow("x: float32[n, 3] | a: float32[3] | b: float32[3] | c: float32[3] | d: float32[2]", "BatchNormalization(x, a, b, c, d)", "the variance (input 4) is float32[2]; expected 3 elements")]
    [DataRow("x: float32[n, 3] | a: float32[3]", "BatchNormalization(x, a, a, a, a) {training_mode = 1}", "training mode is not supported")]
    [DataRow("x: float32[n, 3]", "Constant(x)", "takes 0 to 0")]
    public void What_cannot_be_is_refused_with_a_reason(string inputs, string node, string reason) => AssertRefused(Text(inputs, node), reason);

    [TestMethod]
    public void A_list_of_axes_of_unknown_length_is_refused() =>
        AssertRefused("graph g opset 13\ninput x: float32[1, 2, 8]\ninput s: int64[n]\nnode n: y = Reshape(x, s)\noutput y", "length is not known before the model runs");

    [TestMethod]
    public void Scales_of_channels_need_opset_13() =>
        AssertRefused("graph g opset 12\ninput x: float32[1, 2]\ninput s: float32[2]\nnode n: y = QuantizeLinear(x, s)\noutput y", "before operator set 13");

    private static Graph Build(string inputs, string node) => GraphText.Parse(Text(inputs, node));

    private static string Text(string inputs, string node) => $"graph g opset 13\n{string.Concat(inputs.Split(" | ").Select(input => $"input {input}\n"))}node n: y = {node}\noutput y";

    private static void AssertRefused(string text, string reason)
    {
        var problem = Assert.ThrowsExactly<QuantizationException>(() => GraphText.Parse(text));
        StringAssert.Contains(problem.Message, reason);
        StringAssert.Contains(problem.Message, " 'n'");
    }
}
