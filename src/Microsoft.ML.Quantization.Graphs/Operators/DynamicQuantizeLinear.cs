using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// uint8 codes of a tensor, with a scale and a zero point from its own range:
/// <c>scale = (max(0, x) − min(0, x)) / 255, zero = rne(saturate(−min / scale)), y = saturate(rne(x / scale) + zero)</c>.
/// ONNX DynamicQuantizeLinear, opset 11 to 28. A range of one point at 0 gets scale 1.
/// </summary>
internal sealed class DynamicQuantizeLinear : IOperator
{
    public OperatorSchema Schema { get; } = new("DynamicQuantizeLinear", 11, 1, 1, MaxOutputs: 3);

    public OperatorTraits Traits { get; } = new() { IsSetting = static _ => true };

    public ImmutableArray<TensorFact> Infer(InferenceSite site) =>
        [site.Float(0) with { Type = ElementType.UInt8 }, new(ElementType.Float32, Shape.Scalar), new(ElementType.UInt8, Shape.Scalar)];

    public void Forward(StepCall call)
    {
        float low = 0f, high = 0f;
        ReadOnlySpan<float> x = call.Input<float>(0);
        foreach (float value in x)
        {
            low = value < low ? value : low;
            high = value > high ? value : high;
        }
        float scale = (high - low) / 255f;
        // The scale of a range below the smallest floats would be 0.
        if (scale == 0f) { scale = 1f; }
        byte zero = (byte)Math.Clamp(MathF.Round(Math.Clamp(-low / scale, 0f, 255f), MidpointRounding.ToEven), 0f, 255f);
        if (call.Node.Outputs[0].Length > 0)
        {
            Span<byte> y = call.Output<byte>(0);
            for (int i = 0; i < y.Length; i++)
            {
                // NaN gives the smallest code, as everywhere.
                float code = MathF.Round(x[i] / scale, MidpointRounding.ToEven) + zero;
                y[i] = float.IsNaN(code) ? (byte)0 : (byte)Math.Clamp(code, 0f, 255f);
            }
        }
        if (call.Outputs.Length > 1 && call.Node.Outputs[1].Length > 0) { call.Output<float>(1)[0] = scale; }
        if (call.Outputs.Length > 2 && call.Node.Outputs[2].Length > 0) { call.Output<byte>(2)[0] = zero; }
    }
}
