namespace Microsoft.ML.Quantization.Modules;

/// <summary>
/// Marks where floats become codes: passes them while an observer sees them, and becomes <see cref="Quantized.Quantize"/> when the model is converted. PyTorch's
/// <c>torch.quantization.QuantStub</c>.
/// </summary>
public sealed class QuantStub : Module
{
    /// <inheritdoc/>
    public override string TypeName => "torch.ao.quantization.stubs.QuantStub";

    /// <inheritdoc/>
    protected override Value Compute(Value value) => value;
}

/// <summary>Marks where codes become floats: passes, and becomes <see cref="Quantized.DeQuantize"/> when the model is converted. PyTorch's <c>torch.quantization.DeQuantStub</c>.</summary>
public sealed class DeQuantStub : Module
{
    /// <inheritdoc/>
    public override string TypeName => "torch.ao.quantization.stubs.DeQuantStub";

    /// <inheritdoc/>
    protected override Value Compute(Value value) => value;
}

/// <summary>A module between a <see cref="QuantStub"/> and a <see cref="DeQuantStub"/>. PyTorch's <c>torch.quantization.QuantWrapper</c>.</summary>
public sealed class QuantWrapper : Module
{
    /// <param name="module">The module, whose <see cref="Module.QConfig"/> the stubs take over.</param>
    public QuantWrapper(Module module)
    {
        RegisterModule("quant", new QuantStub());
        RegisterModule("dequant", new DeQuantStub());
        RegisterModule("module", module);
        if (!module.HasQConfig) { return; }
        (this["quant"].QConfig, this["dequant"].QConfig) = (module.QConfig, module.QConfig);
    }

    /// <inheritdoc/>
    public override string TypeName => "torch.ao.quantization.stubs.QuantWrapper";

    /// <inheritdoc/>
    protected override Value Compute(Value value) => this["dequant"].Forward(this["module"].Forward(this["quant"].Forward(value)));
}
