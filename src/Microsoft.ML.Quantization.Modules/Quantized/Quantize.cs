using Microsoft.ML.Quantization.Kernels.Functional;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Modules.Quantized;

/// <summary>Floats to codes: <c>clamp(rne(x · (1 / scale)) + zero_point)</c>. PyTorch's <c>torch.nn.quantized.Quantize</c>.</summary>
/// <param name="output">Scale and zero point.</param>
/// <param name="type">quint8 or qint8.</param>
public sealed class Quantize(OutputMap output, ElementType type = ElementType.QUInt8) : QuantizedModule("nn.quantized.Quantize", output)
{
    /// <summary>Type of the codes.</summary>
    public ElementType Type { get; } = type;

    /// <inheritdoc/>
    protected override Value Compute(Value value)
    {
        if (value.IsQuantized) { throw new QuantizationException($"{TypeName} was given {value}; expected floats, these are codes already."); }
        return value.Traced is { } traced
            ? new Value(traced.Trace.Quantize(traced.Name, Trace.Map(Output, Type)))
            : QuantizedTensor.QuantizePerTensor(value.ToTensor(), Output.Scale, Output.ZeroPoint, Type);
    }
}

/// <summary>Codes to floats; floats pass. PyTorch's <c>torch.nn.quantized.DeQuantize</c>.</summary>
public sealed class DeQuantize : Module
{
    /// <inheritdoc/>
    public override string TypeName => "nn.quantized.DeQuantize";

    /// <inheritdoc/>
    protected override Value Compute(Value value) => value.Dequantize();
}
