using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>One operator applied to named values.</summary>
/// <param name="Name">Unique in its graph; what configurations and reports call it.</param>
/// <param name="Operator">The operator's name, as in ONNX.</param>
/// <param name="Inputs">Names of the values read, in the operator's order; empty text for an optional input left out.</param>
/// <param name="Outputs">Names of the values written; empty text for an optional output not wanted.</param>
/// <param name="Attributes">Settings.</param>
/// <param name="Domain">The operator's domain; empty for ONNX's own.</param>
public sealed record Node(string Name, string Operator, ImmutableArray<string> Inputs, ImmutableArray<string> Outputs, NodeAttributes Attributes, string Domain = "")
{
    /// <summary>Name of a fused activation after Conv, ConvTranspose, Gemm, MatMul and Add: <c>Relu</c>, or <c>Clip</c> with <see cref="ClipMinimum"/> and <see cref="ClipMaximum"/>.</summary>
    public const string Activation = "activation";

    /// <summary>Lower end of a fused Clip.</summary>
    public const string ClipMinimum = "activation_min";

    /// <summary>Upper end of a fused Clip.</summary>
    public const string ClipMaximum = "activation_max";

    /// <summary>The one output of a node that has one.</summary>
    public string Output => Outputs[0];

    /// <summary>Whether input <paramref name="index"/> is present.</summary>
    public bool HasInput(int index) => index < Inputs.Length && Inputs[index].Length > 0;

    /// <summary>The interval a fused activation clamps to; both infinities when there is none.</summary>
    public (float Minimum, float Maximum) ActivationInterval => Attributes.String(Activation, "") switch
    {
        "Relu" => (0f, float.PositiveInfinity),
        "Clip" => (Attributes.Float(ClipMinimum, float.NegativeInfinity), Attributes.Float(ClipMaximum, float.PositiveInfinity)),
        _ => (float.NegativeInfinity, float.PositiveInfinity),
    };

    /// <summary>The graphs among its attributes: the branches of an If, the bodies of Loop and Scan.</summary>
    internal IEnumerable<Graph> InnerGraphs => Attributes.Select(attribute => attribute.Value).OfType<Graph>();

    /// <summary>As <c>Conv 'conv1'</c>.</summary>
    public override string ToString() => $"{Operator} '{Name}'";
}
