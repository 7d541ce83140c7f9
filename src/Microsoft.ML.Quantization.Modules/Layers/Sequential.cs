namespace Microsoft.ML.Quantization.Modules;

/// <summary>Modules one after the other. PyTorch's <c>torch.nn.Sequential</c>.</summary>
public sealed class Sequential : Module
{
    /// <summary>Modules called 0, 1, 2, …</summary>
    public Sequential(params IEnumerable<Module> modules) : this(modules.Select((module, i) => (i.ToString(System.Globalization.CultureInfo.InvariantCulture), module)))
    {
    }

    /// <summary>Modules with names.</summary>
    public Sequential(IEnumerable<(string Name, Module Module)> modules)
    {
        foreach ((string name, Module module) in modules) { RegisterModule(name, module); }
    }

    /// <inheritdoc/>
    public override string TypeName => "nn.Sequential";

    /// <inheritdoc/>
    protected override Value Compute(Value value)
    {
        foreach ((string name, Module module) in Children)
        {
            if (name != ActivationPostProcess) { value = module.Forward(value); }
        }
        return value;
    }
}
