namespace Microsoft.ML.Quantization.Graphs;

/// <summary>A model uses an operator this package does not know.</summary>
public sealed class UnsupportedOperatorException : QuantizationException
{
    /// <summary>Names the node, its operator and the operator set.</summary>
    public UnsupportedOperatorException(Node node, int opset)
        : base($"{node} uses operator '{(node.Domain.Length > 0 ? node.Domain + "." : "")}{node.Operator}' of operator set {opset}, which is not supported. " +
            Remedy(node)) => (Operator, Opset) = (node.Operator, opset);

    // scikit-learn's exporter puts it behind every classifier unless told not to.
    private static string Remedy(Node node) => node.Operator == "ZipMap"
        ? "It turns probabilities into dictionaries. Export the model with options={'zipmap': False}, which gives them as one tensor."
        : "Replace the operator in the exporting framework, or quantize a part of the model that does without it.";

    /// <summary>The operator.</summary>
    public string Operator { get; }

    /// <summary>The operator set.</summary>
    public int Opset { get; }
}
