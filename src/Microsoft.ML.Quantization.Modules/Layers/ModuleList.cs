namespace Microsoft.ML.Quantization.Modules;

/// <summary>Modules called 0, 1, 2, … that another module runs. PyTorch's <c>torch.nn.ModuleList</c>.</summary>
public sealed class ModuleList : Module
{
    /// <param name="modules">The modules.</param>
    public ModuleList(params IEnumerable<Module> modules)
    {
        foreach ((int i, Module module) in modules.Index()) { RegisterModule(i.ToString(System.Globalization.CultureInfo.InvariantCulture), module); }
    }

    /// <inheritdoc/>
    public override string TypeName => "nn.ModuleList";
}
