using System.Collections.Immutable;
using Microsoft.ML.Quantization.Kernels;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// code = saturate(rne(x / scale) + zero point), with one scale or one for each index of <c>axis</c>. ONNX QuantizeLinear, opset 10 to 28,
/// to uint8 (the default) and int8; no blocks.
/// </summary>
internal sealed class QuantizeLinear : IOperator
{
    public OperatorSchema Schema { get; } = new("QuantizeLinear", 10, 2, 3);

    public OperatorTraits Traits { get; } = new() { IsSetting = static index => index > 0 };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact x = site.Float(0);
        QuantizationFacts.Check(site, x);
        if (site.Attributes.Int("precision", 0) is not (0 or 1)) { throw site.Refuse($"precision is {site.Attributes.Int("precision")}; expected 1 (float32)"); }
        ElementType? stated = site.Attributes.Int("output_dtype", 0) switch
        {
            0 => null,
            2 => ElementType.UInt8,
            3 => ElementType.Int8,
            long other => throw site.Refuse($"output_dtype is {other}; expected 2 (uint8) or 3 (int8)"),
        };
        ElementType? given = site.OptionalInput(2) is null ? null : site.Input(2, ElementType.UInt8, ElementType.Int8).Type;
        if (stated is not null && given is not null && stated != given) { throw site.Refuse($"output_dtype says {stated.Value.Name()} and the zero point is {given.Value.Name()}; expected the same"); }
        return [x with { Type = given ?? stated ?? ElementType.UInt8 }];
    }

    public void Forward(StepCall call) => Run(call, QuantizationFacts.Parameters(call, call.Outputs[0].Type));

    public Step Bind(BindSite site) => QuantizationFacts.Parameters(site, site.Outputs[0].Type) is { } map ? new QuantizeStep(map) : new ForwardStep(this, site.Node);

    /// <summary>Runs with a map that is known.</summary>
    internal static void Run(StepCall call, QuantizationParameters map)
    {
        if (map.Axis is not { } axis)
        {
            call.Engine.Quantize(call.Input<float>(0), call.Output<byte>(0), CodeParameters.From(map));
            return;
        }
        Shape shape = call.InputShape(0);
        call.Engine.QuantizePerChannel(call.Input<float>(0), call.Output<byte>(0), shape.Count(0, axis), shape.Count(axis + 1, shape.Rank), map, Rounding.Divide);
    }
}
