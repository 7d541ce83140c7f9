namespace Microsoft.ML.Quantization.Kernels.Functional;

/// <summary>Settings of <see cref="RecurrentSequences"/>.</summary>
public sealed record SequenceOptions
{
    /// <summary>Whether each layer also runs from the end to the beginning; its output is then twice as wide.</summary>
    public bool Bidirectional { get; init; }

    /// <summary>Whether input and output are [batch, time, …] rather than [time, batch, …]. States are [layers · directions, batch, hidden] in either case.</summary>
    public bool BatchFirst { get; init; }

    /// <summary>Whether inputs are quantized to 7 bits, as PyTorch's modules ask for and its x86 engines do (its qnnpack does not).</summary>
    public bool ReduceRange { get; init; }

    /// <summary>The engine to use; null for the default one.</summary>
    public Engine? Engine { get; init; }

    /// <summary>1 or 2.</summary>
    internal int Directions => Bidirectional ? 2 : 1;
}
