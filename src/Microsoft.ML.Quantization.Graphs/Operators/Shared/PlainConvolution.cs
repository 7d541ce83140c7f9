using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// Conv and ConvTranspose as plain loops over row-major tensors, in the normative order:
/// <c>acc = +0; for tap ascending, for k ascending: acc = fma(x, w, acc); y = clamp(acc + bias)</c>; taps outside the image are skipped.
/// </summary>
internal static class PlainConvolution
{
    /// <summary>Runs <c>inputs = x, w, [bias]</c> of a call.</summary>
    public static void Run(StepCall call, ConvolutionWindow window, int groups, bool transposed)
    {
        ReadOnlySpan<float> x = call.Input<float>(0), w = call.Input<float>(1), bias = call.HasInput(2) ? call.Input<float>(2) : [];
        Span<float> y = call.Output<float>(0);
        Shape input = call.InputShape(0), output = call.OutputShape(0);
        (float low, float high) = call.Node.ActivationInterval;
        var at = new Window3(window, input.Spatial(), output.Spatial());
        int depth = input[1] / groups, channels = output[1], channelsPerGroup = channels / groups, taps = at.Taps;
        int target = 0;

        for (int n = 0; n < input[0]; n++)
        {
            for (int c = 0; c < channels; c++)
            {
                int group = c / channelsPerGroup;
                int plane = (n * input[1] + group * depth) * at.InputLength;
                // Conv: w[c, k, tap]. ConvTranspose: w[group · depth + k, c within group, tap].
                int firstWeight = transposed ? (group * depth * channelsPerGroup + c % channelsPerGroup) * taps : c * depth * taps;
                int weightStep = transposed ? channelsPerGroup * taps : taps;
                for (int o = 0; o < at.OutputLength; o++)
                {
                    float sum = Sum(x, w, at, o, plane, firstWeight, weightStep, depth, transposed);
                    y[target++] = Clamp.Value(sum + (bias.IsEmpty ? 0f : bias[c]), low, high);
                }
            }
        }
    }

    private static float Sum(ReadOnlySpan<float> x, ReadOnlySpan<float> w, Window3 at, int o, int plane, int firstWeight, int weightStep, int depth, bool transposed)
    {
        int o2 = o % at.Output[2], o1 = o / at.Output[2] % at.Output[1], o0 = o / at.Output[2] / at.Output[1];
        int inputLength = at.InputLength;
        int tap = 0;
        float sum = 0f;
        for (int t0 = 0; t0 < at.Kernel[0]; t0++)
        {
            int i0 = transposed ? at.Scatter(0, o0, t0) : at.Gather(0, o0, t0);
            for (int t1 = 0; t1 < at.Kernel[1]; t1++)
            {
                int i1 = transposed ? at.Scatter(1, o1, t1) : at.Gather(1, o1, t1);
                for (int t2 = 0; t2 < at.Kernel[2]; t2++, tap++)
                {
                    int i2 = transposed ? at.Scatter(2, o2, t2) : at.Gather(2, o2, t2);
                    if ((i0 | i1 | i2) < 0) { continue; }
                    int source = plane + (i0 * at.Input[1] + i1) * at.Input[2] + i2;
                    int weight = firstWeight + tap;
                    for (int k = 0; k < depth; k++)
                    {
                        sum = MathF.FusedMultiplyAdd(x[source], w[weight], sum);
                        source += inputLength;
                        weight += weightStep;
                    }
                }
            }
        }
        return sum;
    }
}
