using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.Modules;

/// <summary>Special cases of preparing and converting a tree of modules; the defaults are PyTorch's.</summary>
public sealed record EagerOptions
{
    /// <summary>The rules for modules that have no configuration of their own.</summary>
    public QConfigMapping QConfigs { get; init; } = QConfigMapping.Empty;

    /// <summary>Which classes are observed by others of their own making, and which modules are left alone or stand alone.</summary>
    public PrepareCustomConfig Prepare { get; init; } = new() { FloatToObserved = CustomModules.Empty.Set(QuantType.Static, "nn.LSTM", "nn.quantizable.LSTM").Set(QuantType.Static, "nn.MultiheadAttention", "nn.quantizable.MultiheadAttention") };

    /// <summary>What takes the place of observed classes.</summary>
    public ConvertCustomConfig Convert { get; init; } = new() { ObservedToQuantized = CustomModules.Empty.Set(QuantType.Static, "nn.quantizable.LSTM", "nn.quantized.LSTM").Set(QuantType.Static, "nn.quantizable.MultiheadAttention", "nn.quantized.MultiheadAttention") };

    /// <summary>Types of leaves whose outputs are observed.</summary>
    public ImmutableSortedSet<string> AllowList { get; init; } = ModuleMappings.QConfigPropagationList;

    /// <summary>Types of modules whose outputs are observed although they enclose others.</summary>
    public ImmutableSortedSet<string> ObservedNonLeaves { get; init; } = ImmutableSortedSet<string>.Empty;

    /// <summary>How the modules that take a place are made.</summary>
    public ModuleSwapList Swaps { get; init; } = ModuleSwapList.BuiltIn;

    /// <summary>The observers to choose from.</summary>
    public ObserverList Observers { get; init; } = ObserverList.BuiltIn;

    /// <summary>Stops a calibration between two batches.</summary>
    public CancellationToken CancellationToken { get; init; }
}
