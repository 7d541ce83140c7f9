namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// A graph as text: to read, to compare with another, to write by hand in a test. <see cref="Parse"/> gives back exactly the graph that
/// <see cref="Print"/> was given.
/// <code>
/// graph example opset 13
/// input x: float32[batch, 4]
/// constant w: float32[4, 2] = [1, 0, 0, 1, 0.5, -0.5, 0, 2]
/// node fc: y = Gemm(x, w) {alpha = 0.5f, transB = 0}  # y: float32[batch, 2]
/// output y  # float32[batch, 2]
/// </code>
/// </summary>
/// <remarks>
/// One statement to a line. Names of letters, digits and <c>_ . / $ -</c> stand bare, others in quotes with JSON's escapes; an input left
/// out is <c>""</c>. Attributes are integers (<c>1</c>), reals (<c>1f</c>), texts, lists of these, tensors and graphs. Tensors of up to 16
/// elements are written as numbers, larger ones in base64. What follows <c>#</c> is a comment, and so are the facts of computed values.
/// </remarks>
public static class GraphText
{
    /// <summary>The text of a graph: deterministic, independent of culture, lines end with a line feed.</summary>
    public static string Print(Graph graph) => GraphTextWriter.Write(graph);

    /// <summary>The graph of a text, with facts inferred.</summary>
    /// <param name="text">What <see cref="Print"/> writes, or the like.</param>
    /// <param name="operators">The operators that nodes may name.</param>
    /// <exception cref="QuantizationException">The text is not a graph. The message names the line.</exception>
    public static Graph Parse(string text, OperatorList? operators = null) => new GraphTextReader(operators ?? OperatorList.BuiltIn, depth: 0).Read(text);
}
