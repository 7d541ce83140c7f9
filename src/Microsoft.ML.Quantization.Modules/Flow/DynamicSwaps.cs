using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Kernels.Functional;
using Microsoft.ML.Quantization.Modules.Intrinsic;

namespace Microsoft.ML.Quantization.Modules;

/// <summary>How dynamically quantized modules are made from float ones.</summary>
internal static class DynamicSwaps
{
    private const string Dynamic = "nn.quantized.dynamic.";

    public static ImmutableArray<(string Name, Func<ModuleSwap, Module> Make)> All { get; } =
    [
        (Dynamic + "Linear", swap => Linear(swap, (Linear)swap.Module, relu: false)),
        ("nn.intrinsic.quantized.dynamic.LinearReLU", swap => Linear(swap, (Linear)((FusedModule)swap.Module).First, relu: true)),
        (Dynamic + "LSTM", swap => new Dynamic.LSTM((LSTM)swap.Module, (_, weight) => Weight(swap, weight))),
        (Dynamic + "GRU", swap => new Dynamic.GRU((GRU)swap.Module, (_, weight) => Weight(swap, weight))),
        (Dynamic + "LSTMCell", swap => new Dynamic.LSTMCell((LSTMCell)swap.Module, (_, weight) => Weight(swap, weight))),
        (Dynamic + "GRUCell", swap => new Dynamic.GRUCell((GRUCell)swap.Module, (_, weight) => Weight(swap, weight))),
        (Dynamic + "RNNCell", swap => new Dynamic.RNNCell((RNNCell)swap.Module, (_, weight) => Weight(swap, weight))),
        .. Enumerable.Range(1, 3).Select(d => ($"{Dynamic}Conv{d}d", (Func<ModuleSwap, Module>)Conv)),
        .. Enumerable.Range(1, 3).Select(d => ($"{Dynamic}ConvTranspose{d}d", (Func<ModuleSwap, Module>)Conv)),
    ];

    private static Dynamic.Linear Linear(ModuleSwap swap, Linear source, bool relu) => Weight(swap, source.Weight) switch
    {
        { Quantized: { } codes } => new(codes, source.Bias, relu),
        var half => new(half.Tensor!, source.Bias, relu),
    };

    private static Dynamic.Conv Conv(ModuleSwap swap)
    {
        var source = (ConvNd)swap.Module;
        if (source.PaddingMode != PaddingMode.Zeros) { throw new QuantizationException($"Module '{swap.Path}' ({source}) has padding mode {source.PaddingMode}; expected {PaddingMode.Zeros} to quantize it dynamically."); }
        return new(swap.QuantizeWeight(source.Weight), source.Bias, source.Settings, source.Transposed);
    }

    // A configuration of float16 keeps floats, which are rounded when they are packed.
    private static StateEntry Weight(ModuleSwap swap, Tensor weight) => swap.QConfig.Weight is { Type: ElementType.Float16 }
        ? new(weight, null, IsParameter: false)
        : new(null, swap.QuantizeWeight(weight), IsParameter: false);
}
