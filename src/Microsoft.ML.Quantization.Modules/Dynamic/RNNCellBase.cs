using System.Collections.Immutable;
using Microsoft.ML.Quantization.Kernels.Functional;

namespace Microsoft.ML.Quantization.Modules.Dynamic;

/// <summary>One step of a recurrent layer of floats whose input and state are quantized in each run. Values, results and names of entries are those of <see cref="Modules.RNNCellBase"/>.</summary>
public abstract class RNNCellBase : Module
{
    private readonly int _states;

    private protected RNNCellBase(Modules.RNNCellBase source, int states, Func<string, Tensor, StateEntry> quantize)
    {
        (_states, TypeName) = (states, "nn.quantized.dynamic" + source.TypeName["nn".Length..]);
        foreach ((string name, StateEntry entry) in source.Entries)
        {
            if (name.StartsWith("weight", StringComparison.Ordinal) && quantize(name, entry.Tensor!) is { Quantized: { } codes }) { RegisterBuffer(name, codes); }
            else { RegisterBuffer(name, entry.Tensor); }
        }
    }

    /// <inheritdoc/>
    public override string TypeName { get; }

    private protected abstract ImmutableArray<Value> Run(Tensor x, Tensor? h, Tensor? c, RecurrentWeights weights);

    /// <inheritdoc/>
    protected override ImmutableArray<Value> Compute(ImmutableArray<Value> values)
    {
        if (values.Length != 1 && values.Length != 1 + _states) { throw new QuantizationException($"{TypeName} was given {values.Length} values; expected the input alone, or with {_states} {(_states == 1 ? "state" : "states")}."); }
        if (values.Any(value => value.IsTraced)) { throw DynamicModules.NoGraph(TypeName); }
        return Run(values[0].ToTensor(), values.ElementAtOrDefault(1)?.ToTensor(), values.ElementAtOrDefault(2)?.ToTensor(), FromState(() => DynamicModules.Pack(this, "")));
    }
}

/// <summary>PyTorch's <c>torch.nn.quantized.dynamic.LSTMCell</c>.</summary>
public sealed class LSTMCell : RNNCellBase
{
    internal LSTMCell(Modules.LSTMCell source, Func<string, Tensor, StateEntry> quantize) : base(source, 2, quantize)
    {
    }

    private protected override ImmutableArray<Value> Run(Tensor x, Tensor? h, Tensor? c, RecurrentWeights weights)
    {
        (Tensor hidden, Tensor cell) = RecurrentCells.Lstm(x, h, c, weights);
        return [hidden, cell];
    }
}

/// <summary>PyTorch's <c>torch.nn.quantized.dynamic.GRUCell</c>.</summary>
public sealed class GRUCell : RNNCellBase
{
    internal GRUCell(Modules.GRUCell source, Func<string, Tensor, StateEntry> quantize) : base(source, 1, quantize)
    {
    }

    private protected override ImmutableArray<Value> Run(Tensor x, Tensor? h, Tensor? c, RecurrentWeights weights) => [RecurrentCells.Gru(x, h, weights)];
}

/// <summary>PyTorch's <c>torch.nn.quantized.dynamic.RNNCell</c>.</summary>
public sealed class RNNCell : RNNCellBase
{
    private readonly bool _relu;

    internal RNNCell(Modules.RNNCell source, Func<string, Tensor, StateEntry> quantize) : base(source, 1, quantize) => _relu = source.Relu;

    private protected override ImmutableArray<Value> Run(Tensor x, Tensor? h, Tensor? c, RecurrentWeights weights) => [_relu ? RecurrentCells.RnnRelu(x, h, weights) : RecurrentCells.RnnTanh(x, h, weights)];
}
