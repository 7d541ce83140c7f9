using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Modules;

/// <summary>How modules made of modules are made from float ones, and converted.</summary>
internal static class QuantizableSwaps
{
    public static ImmutableArray<(string Name, Func<ModuleSwap, Module> Make)> All { get; } =
    [
        ("nn.quantizable.LSTM", swap => Prepared(new Quantizable.LSTM((LSTM)swap.Module), swap)),
        ("nn.quantizable.MultiheadAttention", swap => Prepared(new Quantizable.MultiheadAttention((MultiheadAttention)swap.Module), swap)),
        ("nn.quantized.LSTM", swap => Quantizable.LSTM.Converted((Quantizable.LSTM)swap.Module, swap.Inside)),
        ("nn.quantized.MultiheadAttention", swap => Quantizable.MultiheadAttention.Converted((Quantizable.MultiheadAttention)swap.Module, swap.Inside)),
    ];

    private static Module Prepared(Module module, ModuleSwap swap)
    {
        swap.Inside(module);
        return module;
    }
}
