using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>Settings of dynamic quantization. Everything has a default.</summary>
public sealed record DynamicQuantizationOptions
{
    /// <summary>
    /// Which nodes take part and how their weights are observed: <see cref="QConfigs.Dynamic"/> and <see cref="QConfigs.PerChannelDynamic"/> for products and
    /// recurrent layers, <see cref="QConfigs.FloatQParamsWeightOnly"/> for embeddings, null to leave a node in float.
    /// </summary>
    public QConfigMapping QConfigs { get; init; } = QConfigMapping.DefaultDynamic;

    /// <summary>Bits of a code of the embeddings that <see cref="QConfigs"/> quantizes: 8 or 4; as configured when null.</summary>
    public int? EmbeddingBits { get; init; }

    /// <summary>The observers that names in <see cref="QConfigs"/> can mean.</summary>
    public ObserverList Observers { get; init; } = ObserverList.BuiltIn;

    /// <summary>The operators that nodes may name.</summary>
    public OperatorList Operators { get; init; } = OperatorList.BuiltIn;

    /// <summary>Asked before every node; quantization then ends with <see cref="OperationCanceledException"/>.</summary>
    public CancellationToken CancellationToken { get; init; }
}
