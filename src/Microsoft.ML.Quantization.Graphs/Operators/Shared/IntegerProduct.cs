using System.Collections.Immutable;
using Microsoft.ML.Quantization.Kernels;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// The one road from a DequantizeLinear–operator–QuantizeLinear group of Conv, ConvTranspose, Gemm or MatMul to an integer call:
/// <code>
/// acc  = Σ (x − zx) · w + b                 b in units of f32(sx · sw)
/// code = rne(clamp(f32(acc) · M)) + zo      M = f32(f32(sx · sw) / so)
/// </code>
/// A group is declined, with a reason, where this would not be what the graph says.
/// </summary>
internal static class IntegerProduct
{
    /// <summary>Why the group cannot be one call; null when it can.</summary>
    public static string? Decline(IntegerSite site, ConvolutionForm form) => Try(site, form, out _, out _);

    /// <summary>The call over images.</summary>
    public static Step BindConvolution(IntegerSite site, ConvolutionForm form, ResidualSum? residual = null) =>
        new ConvolutionStep(Bind(site, form, residual, out SplitWeights weights), weights, addsResidual: residual is not null);

    /// <summary>The call over rows.</summary>
    public static Step BindMatrix(IntegerSite site, ConvolutionForm form) => new MatrixProductStep(Bind(site, form, null, out SplitWeights weights), form.Depth, weights);

    private static BoundConvolution Bind(IntegerSite site, ConvolutionForm form, ResidualSum? residual, out SplitWeights weights)
    {
        if (Try(site, form, out Int8ConvolutionSpec? spec, out SplitWeights? split) is { } reason) { throw new QuantizationException($"{site.Node} has no integer form: {reason}."); }
        weights = split!;
        return site.Engine.Bind(spec! with { Residual = residual });
    }

    private static string? Try(IntegerSite site, ConvolutionForm form, out Int8ConvolutionSpec? spec, out SplitWeights? split)
    {
        (spec, split) = (null, null);
        if (IntegerChecks.Activation(site, 0) is { } input) { return input; }
        if (site.Output is not null && IntegerChecks.Output(site) is { } output) { return output; }
        if (site.Input(1) is not { Constant: { } weights, Parameters: { } map }) { return "its weights are not constant codes"; }
        if (map.Type is not (ElementType.QInt8 or ElementType.QUInt8)) { return $"its weights are {map.Type.Name()}; integer calls take 8-bit weights"; }
        if (map.IsPerChannel && Axes.FromFront(map.Axis!.Value, weights.Shape.Rank) != form.ChannelAxis)
        {
            return $"its weights have a scale for each index of axis {map.Axis}; integer calls need axis {form.ChannelAxis}, the output channels";
        }
        if (form.OutputChannels == 0 || form.Depth == 0) { return "it has no channels"; }
        QuantizationParameters x = site.Input(0)!.Parameters!;
        float[] weightScales = map.IsPerChannel ? [.. map.Scales] : [.. Enumerable.Repeat(map.Scale, form.OutputChannels)];
        for (int c = 0; c < weightScales.Length; c++)
        {
            float product = BiasQuantizer.Scale(x.Scale, weightScales[c]);
            if (!float.IsNormal(product)) { return $"the product of input scale and weight scale is {product} in channel {c}"; }
        }
        if (IntegerBias.Read(site, 2, x.Scale, weightScales, out int[] bias) is { } biasReason) { return biasReason; }
        if (Stage(site, x.Scale, weightScales, out OutputStage? stage) is { } stageReason) { return stageReason; }

        split = SplitWeights.Of(form.Order<short>(CenteredWeights.Of(weights.Bytes, weights.Shape, map)), form.Depth);
        spec = new Int8ConvolutionSpec
        {
            Window = form.Window,
            Transposed = form.Transposed,
            Groups = form.Groups,
            InputChannels = form.InputChannels * split.Parts,
            OutputChannels = form.OutputChannels,
            Weights = split.Codes,
            Bias = bias,
            InputSigned = x.Type == ElementType.QInt8,
            InputZeroPoint = x.ZeroPoint,
            Output = stage!,
        };
        return Int8Accumulator.Fits(spec, out string overflow) ? null : overflow;
    }

    private static string? Stage(IntegerSite site, float inputScale, float[] weightScales, out OutputStage? stage)
    {
        (float low, float high) = site.Node.ActivationInterval;
        if (site.Output is not { } y)
        {
            stage = new FloatOutput([.. weightScales.Select(scale => BiasQuantizer.Scale(inputScale, scale))], low, high);
            return null;
        }
        stage = null;
        ImmutableArray<float> multipliers = [.. Requantization.Multipliers(inputScale, weightScales, y.Scale)];
        if (!multipliers.All(float.IsNormal)) { return "a multiplier (input scale · weight scale / output scale) is not a normal number"; }
        (int least, int most) = Codes.Within((low, high), y);
        stage = new QuantizedOutput(multipliers, y.ZeroPoint, least, most, y.Type == ElementType.QInt8);
        return null;
    }
}
