namespace Microsoft.ML.Quantization.Modules.Intrinsic;

/// <summary>Modules that quantize as one: in float they run one after the other. PyTorch's <c>torch.nn.intrinsic._FusedModule</c>; children 0, 1, 2.</summary>
public sealed class FusedModule : Module
{
    internal FusedModule(string name, params ReadOnlySpan<Module> parts)
    {
        TypeName = name;
        for (int i = 0; i < parts.Length; i++) { RegisterModule(i.ToString(System.Globalization.CultureInfo.InvariantCulture), parts[i]); }
    }

    /// <inheritdoc/>
    public override string TypeName { get; }

    /// <summary>The module with the weights.</summary>
    public Module First => this["0"];

    /// <inheritdoc/>
    protected override Value Compute(Value value)
    {
        foreach ((string name, Module part) in Children)
        {
            if (name != ActivationPostProcess) { value = part.Forward(value); }
        }
        return value;
    }
}
