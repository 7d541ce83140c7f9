using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Modules.Intrinsic;

namespace Microsoft.ML.Quantization.Modules;

/// <summary>
/// Attaches observers to the outputs of leaves that have a configuration, and to fused modules as a whole. Those whose range is known (Sigmoid, Tanh, Softmax, Hardsigmoid) need none. PyTorch's <c>add_observer_</c>.
/// </summary>
internal sealed class ObserverInsertion(EagerOptions options)
{
    public void Run(Module module, string path = "")
    {
        foreach ((string name, Module child) in module.Children.ToArray())
        {
            string childPath = path.Length == 0 ? name : $"{path}.{name}";
            if (child is Dropout or ObserverModule or FakeQuantizeModule) { continue; }
            if (child is FloatFunctional or FusedModule || options.ObservedNonLeaves.Contains(child.TypeName)) { Observe(child); }
            else if (child.QConfig is not null && options.Prepare.FloatToObserved.Find(QuantType.Static, child.TypeName) is { } observed)
            {
                var swap = new ModuleSwap(child, childPath, options.Observers) { Inside = inner => PrepareInside(inner, child.QConfig, childPath) };
                module.RegisterModule(name, Keep(child, options.Swaps.Make(observed, swap)));
                if (module[name].IsLeaf) { Observe(module[name]); }
            }
            else { Run(child, childPath); }
        }
        if (module.IsLeaf && module is not Sequential && options.AllowList.Contains(module.TypeName)) { Observe(module); }
    }

    private void PrepareInside(Module module, QConfig? config, string path)
    {
        module.QConfig = config;
        QConfigPropagation.Run(module, QConfigMapping.Empty, new());
        Run(module, path);
    }

    private static Module Keep(Module source, Module made)
    {
        if (!made.HasQConfig) { made.QConfig = source.QConfig; }
        return made;
    }

    private void Observe(Module module)
    {
        if (module.QConfig is not { } config || module is DeQuantStub || module.Observer is not null) { return; }
        if (config.ActivationFakeQuantize is { } fake) { module.RegisterModule(Module.ActivationPostProcess, new FakeQuantizeModule(fake)); }
        else if (config.Activation is { } spec) { module.RegisterModule(Module.ActivationPostProcess, new ObserverModule(spec, options.Observers)); }
    }
}
