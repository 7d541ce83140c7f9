using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Modules.Intrinsic;

namespace Microsoft.ML.Quantization.Modules;

/// <summary>
/// How each module that takes another one's place is made, by its name. <see cref="ModuleMappings"/> and custom configurations say which takes whose place; this list makes it. Add your own by <see cref="With"/>.
/// </summary>
public sealed class ModuleSwapList
{
    private readonly ImmutableSortedDictionary<string, Func<ModuleSwap, Module>> _swaps;

    private ModuleSwapList(ImmutableSortedDictionary<string, Func<ModuleSwap, Module>> swaps) => _swaps = swaps;

    /// <summary>The modules of this package.</summary>
    public static ModuleSwapList BuiltIn { get; } = new(StaticSwaps.All.Concat(DynamicSwaps.All).Concat(ReferenceSwaps.All).Concat(QuantizableSwaps.All)
        .ToImmutableSortedDictionary(entry => entry.Name, entry => entry.Make, StringComparer.Ordinal));

    /// <summary>The names, sorted.</summary>
    public IEnumerable<string> Names => _swaps.Keys;

    /// <summary>A list with one entry added or replaced.</summary>
    /// <param name="name">What mappings call the module that is made.</param>
    /// <param name="make">Makes it.</param>
    public ModuleSwapList With(string name, Func<ModuleSwap, Module> make) => new(_swaps.SetItem(TorchNames.Normalize(name), make));

    /// <summary>Makes a module.</summary>
    /// <exception cref="QuantizationException">There is no such entry, or the module cannot be made.</exception>
    public Module Make(string name, ModuleSwap swap) => _swaps.TryGetValue(TorchNames.Normalize(name), out Func<ModuleSwap, Module>? make)
        ? make(swap)
        : throw new QuantizationException($"Module '{swap.Path}' ({swap.Module}) is to become {name}, which nobody knows how to make; expected one of {string.Join(", ", Names)}. Add it by {nameof(ModuleSwapList)}.{nameof(With)}.");
}
