using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>How the inputs and outputs of one node are quantized (PyTorch's <c>QuantizationAnnotation</c>). Immutable.</summary>
public sealed record QuantizationAnnotation
{
    /// <summary>An annotation that says nothing, so that no later annotator takes the node: it stays as it is.</summary>
    public static QuantizationAnnotation Untouched { get; } = new();

    /// <summary>The node's view of values it reads, in the order of its inputs; a value that is not here, or null, is read as it is.</summary>
    public ImmutableArray<KeyValuePair<string, QuantizationSpecBase?>> InputQSpecMap { get; init; } = [];

    /// <summary>How each output of the node is quantized where it is written; null for not at all.</summary>
    public QuantizationSpecBase? OutputQSpec { get; init; }

    /// <summary>Whether the node may use the observer of another reader of the same value, or of its writer, where they agree on the codes.</summary>
    public bool AllowImplicitSharing { get; init; } = true;

    /// <summary>Adds or replaces the view of a value.</summary>
    public QuantizationAnnotation WithInput(string value, QuantizationSpecBase? spec)
    {
        for (int i = 0; i < InputQSpecMap.Length; i++)
        {
            if (InputQSpecMap[i].Key == value) { return this with { InputQSpecMap = InputQSpecMap.SetItem(i, new(value, spec)) }; }
        }
        return this with { InputQSpecMap = InputQSpecMap.Add(new(value, spec)) };
    }

    /// <summary>The view of a value; null when it is read as it is.</summary>
    public QuantizationSpecBase? Input(string value) => InputQSpecMap.FirstOrDefault(pair => pair.Key == value).Value;

    /// <inheritdoc/>
    public bool Equals(QuantizationAnnotation? other) => other is not null && AllowImplicitSharing == other.AllowImplicitSharing && Equals(OutputQSpec, other.OutputQSpec)
        && InputQSpecMap.AsSpan().SequenceEqual(other.InputQSpecMap.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(AllowImplicitSharing, OutputQSpec, InputQSpecMap.Length);

    /// <summary>As <c>x: qint8 …, w: qint8 … → qint8 …</c>.</summary>
    public override string ToString()
    {
        string inputs = string.Join(", ", InputQSpecMap.Where(pair => pair.Value is not null).Select(pair => $"{pair.Key}: {pair.Value}"));
        return OutputQSpec is null ? inputs.Length == 0 ? "untouched" : inputs : inputs.Length == 0 ? $"→ {OutputQSpec}" : $"{inputs} → {OutputQSpec}";
    }
}
