using System.Collections.Immutable;
using Microsoft.ML.Quantization.Modules.Reference;

namespace Microsoft.ML.Quantization.Modules;

/// <summary>How reference modules are made from float ones.</summary>
internal static class ReferenceSwaps
{
    private const string Reference = "nn.quantized.reference.";

    public static ImmutableArray<(string Name, Func<ModuleSwap, Module> Make)> All { get; } =
    [
        (Reference + "Linear", swap => ReferenceModules.Linear((Linear)swap.Module, (_, weight) => swap.WeightParameters(weight))),
        (Reference + "Conv1d", swap => ReferenceModules.Conv1d((Conv1d)swap.Module, (_, weight) => swap.WeightParameters(weight))),
        (Reference + "Conv2d", swap => ReferenceModules.Conv2d((Conv2d)swap.Module, (_, weight) => swap.WeightParameters(weight))),
        (Reference + "Conv3d", swap => ReferenceModules.Conv3d((Conv3d)swap.Module, (_, weight) => swap.WeightParameters(weight))),
        (Reference + "ConvTranspose1d", swap => ReferenceModules.ConvTranspose1d((ConvTranspose1d)swap.Module, (_, weight) => swap.WeightParameters(weight))),
        (Reference + "ConvTranspose2d", swap => ReferenceModules.ConvTranspose2d((ConvTranspose2d)swap.Module, (_, weight) => swap.WeightParameters(weight))),
        (Reference + "ConvTranspose3d", swap => ReferenceModules.ConvTranspose3d((ConvTranspose3d)swap.Module, (_, weight) => swap.WeightParameters(weight))),
        (Reference + "Embedding", swap => ReferenceModules.Embedding((Embedding)swap.Module, (_, weight) => swap.WeightParameters(weight))),
        (Reference + "EmbeddingBag", swap => ReferenceModules.EmbeddingBag((EmbeddingBag)swap.Module, (_, weight) => swap.WeightParameters(weight))),
        (Reference + "RNNCell", swap => ReferenceModules.RNNCell((RNNCell)swap.Module, (_, weight) => swap.WeightParameters(weight))),
        (Reference + "LSTMCell", swap => ReferenceModules.LSTMCell((LSTMCell)swap.Module, (_, weight) => swap.WeightParameters(weight))),
        (Reference + "GRUCell", swap => ReferenceModules.GRUCell((GRUCell)swap.Module, (_, weight) => swap.WeightParameters(weight))),
        (Reference + "LSTM", swap => ReferenceModules.LSTM((LSTM)swap.Module, (_, weight) => swap.WeightParameters(weight))),
        (Reference + "GRU", swap => ReferenceModules.GRU((GRU)swap.Module, (_, weight) => swap.WeightParameters(weight))),
    ];
}
