using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Modules.Intrinsic;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.Modules;

/// <summary>Puts other modules in the place of those that a mapping names, from the leaves up. PyTorch's <c>_convert</c>, <c>swap_module</c> and <c>_remove_qconfig</c>.</summary>
internal sealed class ModuleConversion(ImmutableSortedDictionary<string, string> mapping, QuantType type, CustomModules custom, ModuleSwapList swaps, ObserverList observers)
{
    public void Run(Module module, string path = "")
    {
        foreach ((string name, Module child) in module.Children.ToArray())
        {
            string childPath = path.Length == 0 ? name : $"{path}.{name}";
            // Fused modules and custom ones are swapped as one.
            if (child is not FusedModule && custom.Find(type, child.TypeName) is null) { Run(child, childPath); }
            module.RegisterModule(name, Swap(child, childPath));
        }
    }

    public Module Swap(Module module, string path)
    {
        if (module.QConfig is null) { return module; }
        string? target = custom.Find(type, module.TypeName) ?? mapping.GetValueOrDefault(module.TypeName);
        return target is null || target == module.TypeName ? module : swaps.Make(target, new(module, path, observers) { Inside = inner => Run(inner, path) });
    }

    /// <summary>Takes observers and configurations off a converted tree.</summary>
    public static void Clean(Module module)
    {
        module.RemoveModule(Module.ActivationPostProcess);
        module.ClearQConfig();
        foreach (Module child in module.Children.Values) { Clean(child); }
    }
}
