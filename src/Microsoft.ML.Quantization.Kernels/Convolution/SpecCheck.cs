using System.Collections.Immutable;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>What every engine requires of a specification before it packs it.</summary>
internal static class SpecCheck
{
    /// <exception cref="QuantizationException">The arrays do not fit the channels, or an accumulator could overflow 32 bits.</exception>
    public static void Require(Int8ConvolutionSpec spec)
    {
        Shapes(spec.Window, spec.Groups, spec.InputChannels, spec.OutputChannels, spec.Weights.Length, spec.Bias.Length);
        QuantizedRange input = CodeParameters.RangeOf(spec.InputSigned);
        if (!input.Contains(spec.InputZeroPoint))
        {
            throw new QuantizationException($"The input zero point is {spec.InputZeroPoint}; expected a code in {input}, so that real 0 has an exact code.");
        }
        switch (spec.Output)
        {
            case QuantizedOutput codes:
                PerChannel("output multipliers", codes.Multipliers, spec.OutputChannels);
                new CodeParameters(1f, codes.ZeroPoint, codes.Minimum, codes.Maximum, codes.Signed).Require();
                break;
            case FloatOutput floats:
                PerChannel("output scales", floats.Scales, spec.OutputChannels);
                Limits(floats.Minimum, floats.Maximum);
                break;
            default:
                throw new QuantizationException($"The output stage is {spec.Output?.GetType().Name ?? "null"}; expected {nameof(QuantizedOutput)} or {nameof(FloatOutput)}.");
        }
        if (spec.Residual is { } sum) { Residual(spec, sum); }
        if (!Int8Accumulator.Fits(spec, out string reason)) { throw new QuantizationException(reason); }
    }

    /// <exception cref="QuantizationException">The arrays do not fit the channels.</exception>
    public static void Require(FloatConvolutionSpec spec)
    {
        Shapes(spec.Window, spec.Groups, spec.InputChannels, spec.OutputChannels, spec.Weights.Length, spec.Bias.Length);
        Limits(spec.Minimum, spec.Maximum);
        if (spec.AddsResidual) { GroupsOfSeveral(spec.Groups, spec.OutputChannels); }
    }

    private static void Residual(Int8ConvolutionSpec spec, ResidualSum sum)
    {
        if (spec.Transposed) { throw new QuantizationException("A transposed convolution was to add a residual; expected one that gathers. Add afterwards."); }
        GroupsOfSeveral(spec.Groups, spec.OutputChannels);
        if (spec.Output is not QuantizedOutput codes) { throw new QuantizationException($"The output stage is {spec.Output?.GetType().Name ?? "null"} and a residual is to be added to codes; expected {nameof(QuantizedOutput)}."); }
        if (codes.ZeroPoint != sum.Own.ZeroPoint || codes.Signed != sum.Own.Signed)
        {
            throw new QuantizationException($"The output stage writes {(codes.Signed ? "int8" : "uint8")} codes with zero point {codes.ZeroPoint} and the sum reads {sum.Own}; expected the same.");
        }
        sum.Own.Require();
        sum.Other.Require();
        sum.Output.Require();
    }

    private static void GroupsOfSeveral(int groups, int outputs)
    {
        if (groups > 1 && groups == outputs)
        {
            throw new QuantizationException($"A convolution of {groups} groups with one output channel each was to add a residual; expected more channels in a group. Add afterwards.");
        }
    }

    /// <exception cref="QuantizationException">A residual is given and not wanted, or is not as long as the output.</exception>
    public static void Residual(bool adds, long residual, long expectedOutput)
    {
        long expected = adds ? expectedOutput : 0;
        if (residual != expected) { throw new QuantizationException($"The residual holds {residual} bytes; expected {expected}{(adds ? ", as many as the output" : ", since this convolution adds none")}."); }
    }

    /// <exception cref="QuantizationException">The arrays do not fit the sizes.</exception>
    public static void Require(WeightOnlySpec spec)
    {
        if (spec.Bits is not (8 or 4)) { throw new QuantizationException($"Weights of {spec.Bits} bits; expected 8 or 4."); }
        if (spec.Depth < 1 || spec.BlockSize < 1 || spec.Depth % spec.BlockSize != 0) { throw new QuantizationException($"Rows of {spec.Depth} weights do not divide into blocks of {spec.BlockSize}; expected a whole number of blocks, 1 or more."); }
        Shapes(ConvolutionWindow.None, 1, spec.Depth, spec.Outputs, spec.Codes.Length, spec.Bias.Length);
        Limits(spec.Minimum, spec.Maximum);
        int blocks = checked(spec.Outputs * spec.Blocks);
        if (spec.Scales.Length != blocks || (spec.ZeroPoints.Length != 0 && spec.ZeroPoints.Length != blocks))
        {
            throw new QuantizationException($"Found {spec.Scales.Length} scales and {spec.ZeroPoints.Length} zero points; expected {blocks} scales, one for each block of each output, and as many zero points or none.");
        }
        if (spec.Bits == 4 && (spec.Codes.Span.ContainsAnyExceptInRange((byte)0, (byte)15) || spec.ZeroPoints.Span.ContainsAnyExceptInRange((byte)0, (byte)15)))
        {
            throw new QuantizationException("A code or zero point of 4-bit weights is above 15; expected 0..15, one in a byte.");
        }
    }

    /// <exception cref="QuantizationException">A size is wrong, or the buffers are too small for the batch.</exception>
    public static void Buffers(long input, long output, long expectedInput, long expectedOutput)
    {
        if (input < expectedInput || output < expectedOutput)
        {
            throw new QuantizationException($"The buffers hold {input} input and {output} output bytes; this batch needs {expectedInput} and {expectedOutput}. Plan for the size that is run.");
        }
    }

    /// <exception cref="QuantizationException">The arrays of a window differ in length, or a size is below 1.</exception>
    public static void Window(ConvolutionWindow window)
    {
        int rank = window.Rank;
        if (window.Strides.Length != rank || window.Dilations.Length != rank || window.PadsBegin.Length != rank || window.PadsEnd.Length != rank)
        {
            throw new QuantizationException($"The window has {rank} kernel sizes, {window.Strides.Length} strides, {window.Dilations.Length} dilations and {window.PadsBegin.Length}+{window.PadsEnd.Length} pads; expected one of each for every spatial axis.");
        }
        for (int axis = 0; axis < rank; axis++)
        {
            if (window.Kernel[axis] < 1 || window.Strides[axis] < 1 || window.Dilations[axis] < 1)
            {
                throw new QuantizationException($"Axis {axis} of the window has kernel {window.Kernel[axis]}, stride {window.Strides[axis]} and dilation {window.Dilations[axis]}; expected 1 or more of each.");
            }
        }
    }

    private static void Shapes(ConvolutionWindow window, int groups, int inputs, int outputs, int weights, int bias)
    {
        Window(window);
        if (groups < 1 || inputs < 1 || outputs < 1 || inputs % groups != 0 || outputs % groups != 0)
        {
            throw new QuantizationException($"{inputs} input and {outputs} output channels do not divide into {groups} groups.");
        }
        long expected = (long)outputs * window.Taps * (inputs / groups);
        if (weights != expected)
        {
            throw new QuantizationException($"Found {weights} weights; expected {outputs} output channels x {window.Taps} taps x {inputs / groups} input channels = {expected}.");
        }
        if (bias != 0 && bias != outputs)
        {
            throw new QuantizationException($"Found {bias} bias values; expected {outputs}, one for each output channel, or none.");
        }
    }

    private static void PerChannel(string what, ImmutableArray<float> values, int channels)
    {
        if (values.IsDefault || values.Length != channels)
        {
            throw new QuantizationException($"Found {(values.IsDefault ? 0 : values.Length)} {what}; expected {channels}, one for each output channel.");
        }
        foreach (float value in values)
        {
            if (!float.IsFinite(value)) { throw new QuantizationException($"One of the {what} is {value}; expected finite numbers. Check the scales of input, weights and output."); }
        }
    }

    private static void Limits(float minimum, float maximum)
    {
        if (!(minimum <= maximum)) { throw new QuantizationException($"The fused clip runs from {minimum} to {maximum}; expected the lower end first."); }
    }
}
