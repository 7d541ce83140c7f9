using System.Runtime.InteropServices;
using Microsoft.ML.Quantization.Kernels;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// MatMul of two tensors of codes, as attention has it: <c>code = rne(clamp(f32(Σ (a − za)(b − zb)) · M)) + zo</c> with
/// <c>M = f32(f32(sa · sb) / so)</c>, or <c>y = f32(Σ) · f32(sa · sb)</c> where no QuantizeLinear follows. The sums are exact.
/// </summary>
internal sealed class CodeProductStep : Step
{
    private readonly (byte[] ZeroPoint, bool Signed) _left;
    private readonly (byte[] ZeroPoint, bool Signed) _right;
    private readonly float _multiplier;
    private readonly QuantizationParameters? _output;
    private readonly (float Low, float High) _interval;
    private readonly CodeInterval _codes;

    /// <summary>The call for a group that was not declined.</summary>
    public CodeProductStep(IntegerSite site)
    {
        QuantizationParameters a = site.Input(0)!.Parameters!, b = site.Input(1)!.Parameters!;
        (_left, _right) = (Centered(a), Centered(b));
        (_output, _interval) = (site.Output, site.Node.ActivationInterval);
        _multiplier = Multiplier(site);
        if (_output is not null) { _codes = Codes.Within(_interval, _output); }
    }

    /// <summary>Why a group stays float; null when it does not.</summary>
    public static string? Decline(IntegerSite site)
    {
        if ((IntegerChecks.Activation(site, 0) ?? IntegerChecks.Activation(site, 1)) is { } input) { return input; }
        if (site.Output is not null && IntegerChecks.Output(site) is { } output) { return output; }
        if (site.Input(2) is not null) { return "it has a bias, but no constant weights"; }
        return float.IsNormal(Multiplier(site)) ? null : "a multiplier (scale · scale / output scale) is not a normal number";
    }

    public override int ScratchBytes(StepCall call)
    {
        (int rows, int depth, int columns) = Sizes(call);
        return checked(CodeProduct.ScratchLength(rows, depth, columns) * sizeof(float));
    }

    public override object Prepare(StepCall call)
    {
        Shape left = call.InputShape(0), right = call.InputShape(1);
        var a = new Shape(left.Rank > 2 ? left.Sizes.AsSpan()[..^2] : []);
        var b = new Shape(right.Rank > 2 ? right.Sizes.AsSpan()[..^2] : []);
        return BroadcastWalk.Offsets(a, b, new Shape(call.OutputShape(0).Sizes.AsSpan()[..Math.Max(a.Rank, b.Rank)]));
    }

    public override void Run(StepCall call)
    {
        (int rows, int depth, int columns) = Sizes(call);
        (int[] left, int[] right) = ((int[], int[]))call.State!;
        Span<float> scratch = MemoryMarshal.Cast<byte, float>(call.Scratch);
        for (int i = 0; i < left.Length; i++)
        {
            ReadOnlySpan<float> sums = CodeProduct.Run(call.Engine,
                new(call.Input<byte>(0).Slice(left[i] * rows * depth, rows * depth), _left.Signed, _left.ZeroPoint),
                new(call.Input<byte>(1).Slice(right[i] * depth * columns, depth * columns), _right.Signed, _right.ZeroPoint),
                rows, depth, columns, scratch, out ReadOnlySpan<long> whole);
            int at = i * rows * columns;
            for (int k = 0; k < rows * columns; k++)
            {
                float value = (whole.IsEmpty ? sums[k] : whole[k]) * _multiplier;
                if (_output is null) { call.Output<float>(0)[at + k] = Clamp.Value(value, _interval.Low, _interval.High); }
                else { call.Output<byte>(0)[at + k] = (byte)Requantization.Code(value, _output.ZeroPoint, _codes.Low, _codes.High); }
            }
        }
    }

    private static (int Rows, int Depth, int Columns) Sizes(StepCall call)
    {
        Shape left = call.InputShape(0), right = call.InputShape(1);
        return (left.Rank > 1 ? left[left.Rank - 2] : 1, left[left.Rank - 1], right.Rank > 1 ? right[right.Rank - 1] : 1);
    }

    private static float Multiplier(IntegerSite site)
    {
        float product = BiasQuantizer.Scale(site.Input(0)!.Parameters!.Scale, site.Input(1)!.Parameters!.Scale);
        return site.Output is { } output ? Requantization.Multiplier(site.Input(0)!.Parameters!.Scale, site.Input(1)!.Parameters!.Scale, output.Scale) : product;
    }

    private static (byte[] ZeroPoint, bool Signed) Centered(QuantizationParameters map) => ([unchecked((byte)map.ZeroPoint)], map.Type == ElementType.QInt8);
}
