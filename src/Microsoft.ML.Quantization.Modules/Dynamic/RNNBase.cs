using System.Collections.Immutable;
using Microsoft.ML.Quantization.Kernels.Functional;

namespace Microsoft.ML.Quantization.Modules.Dynamic;

/// <summary>
/// Recurrent layers of floats whose inputs and states are quantized in each run. PyTorch's <c>torch.nn.quantized.dynamic.RNNBase</c>; values, results and names of entries are those of <see cref="Modules.RNNBase"/>, weights are qint8 or float32
/// of half precision.
/// </summary>
public abstract class RNNBase : Module
{
    private readonly int _states;

    private protected RNNBase(Modules.RNNBase source, int states, Func<string, Tensor, StateEntry> quantize)
    {
        (_states, Layers, BatchFirst, Bidirectional) = (states, source.Layers, source.BatchFirst, source.Bidirectional);
        TypeName = "nn.quantized.dynamic" + source.TypeName["nn".Length..];
        Suffixes = [.. source.Parts().Select(part => part.Suffix)];
        foreach ((string name, StateEntry entry) in source.Entries)
        {
            if (name.StartsWith("weight", StringComparison.Ordinal) && quantize(name, entry.Tensor!) is { Quantized: { } codes }) { RegisterBuffer(name, codes); }
            else { RegisterBuffer(name, entry.Tensor); }
        }
    }

    /// <inheritdoc/>
    public override string TypeName { get; }

    /// <summary>Layers.</summary>
    public int Layers { get; }

    /// <summary>Whether the batch is the first axis of input and output.</summary>
    public bool BatchFirst { get; }

    /// <summary>Whether each layer also runs backwards.</summary>
    public bool Bidirectional { get; }

    private protected ImmutableArray<string> Suffixes { get; }

    private protected abstract ImmutableArray<Value> Run(Tensor x, Tensor? h, Tensor? c, IReadOnlyList<RecurrentWeights> weights, SequenceOptions options);

    /// <inheritdoc/>
    protected override ImmutableArray<Value> Compute(ImmutableArray<Value> values)
    {
        if (values.Length != 1 && values.Length != 1 + _states) { throw new QuantizationException($"{TypeName} was given {values.Length} values; expected the input alone, or with {_states} {(_states == 1 ? "state" : "states")}."); }
        if (values.Any(value => value.IsTraced)) { throw DynamicModules.NoGraph(TypeName); }
        RecurrentWeights[] weights = FromState(() => Suffixes.Select(suffix => DynamicModules.Pack(this, suffix)).ToArray());
        return Run(values[0].ToTensor(), values.ElementAtOrDefault(1)?.ToTensor(), values.ElementAtOrDefault(2)?.ToTensor(), weights, new() { BatchFirst = BatchFirst, Bidirectional = Bidirectional });
    }
}

/// <summary>PyTorch's <c>torch.nn.quantized.dynamic.LSTM</c>.</summary>
public sealed class LSTM : RNNBase
{
    internal LSTM(Modules.LSTM source, Func<string, Tensor, StateEntry> quantize) : base(source, 2, quantize)
    {
    }

    private protected override ImmutableArray<Value> Run(Tensor x, Tensor? h, Tensor? c, IReadOnlyList<RecurrentWeights> weights, SequenceOptions options)
    {
        (Tensor output, Tensor hidden, Tensor cell) = RecurrentSequences.Lstm(x, h, c, weights, options);
        return [output, hidden, cell];
    }
}

/// <summary>PyTorch's <c>torch.nn.quantized.dynamic.GRU</c>.</summary>
public sealed class GRU : RNNBase
{
    internal GRU(Modules.GRU source, Func<string, Tensor, StateEntry> quantize) : base(source, 1, quantize)
    {
    }

    private protected override ImmutableArray<Value> Run(Tensor x, Tensor? h, Tensor? c, IReadOnlyList<RecurrentWeights> weights, SequenceOptions options)
    {
        (Tensor output, Tensor hidden) = RecurrentSequences.Gru(x, h, weights, options);
        return [output, hidden];
    }
}
