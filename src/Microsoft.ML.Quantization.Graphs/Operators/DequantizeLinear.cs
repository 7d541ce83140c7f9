using System.Collections.Immutable;
using Microsoft.ML.Quantization.Kernels;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// y = (code − zero point) · scale, with one scale or one for each index of <c>axis</c>. ONNX DequantizeLinear, opset 10 to 28, from
/// uint8, int8 and int32; no blocks.
/// </summary>
internal sealed class DequantizeLinear : IOperator
{
    public OperatorSchema Schema { get; } = new("DequantizeLinear", 10, 2, 3);

    public OperatorTraits Traits { get; } = new() { IsSetting = static index => index > 0 };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact x = site.Input(0, ElementType.UInt8, ElementType.Int8, ElementType.Int32);
        QuantizationFacts.Check(site, x);
        if (site.Attributes.Int("output_dtype", 0) is not (0 or 1)) { throw site.Refuse($"output_dtype is {site.Attributes.Int("output_dtype")}; expected 1 (float32)"); }
        if (site.OptionalInput(2) is not null) { site.Input(2, x.Type); }
        return [x with { Type = ElementType.Float32 }];
    }

    public void Forward(StepCall call) => Run(call, QuantizationFacts.Parameters(call, call.InputType(0)));

    public Step Bind(BindSite site) => QuantizationFacts.Parameters(site, site.Inputs[0]!.Type) is { } map ? new DequantizeStep(map) : new ForwardStep(this, site.Node);

    /// <summary>Runs with a map that is known.</summary>
    internal static void Run(StepCall call, QuantizationParameters map)
    {
        Shape shape = call.InputShape(0);
        Span<float> y = call.Output<float>(0);
        if (map.Type == ElementType.QInt32) { Dequantizer.Dequantize(call.Input<int>(0), shape, y, map); }
        else if (map.Axis is { } axis) { call.Engine.DequantizePerChannel(call.Input<byte>(0), y, shape.Count(0, axis), shape.Count(axis + 1, shape.Rank), map); }
        else { call.Engine.Dequantize(call.Input<byte>(0), y, CodeParameters.From(map)); }
    }
}
