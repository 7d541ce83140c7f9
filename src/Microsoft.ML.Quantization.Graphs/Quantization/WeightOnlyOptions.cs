namespace Microsoft.ML.Quantization.Graphs;

/// <summary>Settings of weight-only quantization: weights are stored as small integers and multiplied as floats. Everything has a default.</summary>
public sealed record WeightOnlyOptions
{
    /// <summary>Bits of a code: 8 or 4.</summary>
    public int Bits { get; init; } = 8;

    /// <summary>
    /// How many neighbouring weights of one output channel share a scale; 0 for all of the channel. Where it does not divide their number, its largest
    /// divisor that does is taken.
    /// </summary>
    public int BlockSize { get; init; }

    /// <summary>One scale and no zero point: <c>real = scale · code</c>, codes around 0. Otherwise the codes cover the smallest to the largest weight.</summary>
    public bool Symmetric { get; init; } = true;

    /// <summary>Which nodes take part: those for which it gives a configuration; its observers are not asked. All of them when null.</summary>
    public QConfigMapping? QConfigs { get; init; }

    /// <summary>The operators that nodes may name.</summary>
    public OperatorList Operators { get; init; } = OperatorList.BuiltIn;

    /// <summary>Asked before every node; quantization then ends with <see cref="OperationCanceledException"/>.</summary>
    public CancellationToken CancellationToken { get; init; }
}
