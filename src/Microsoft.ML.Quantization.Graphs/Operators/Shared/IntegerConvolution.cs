using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>A convolution of codes as plain loops with 32-bit sums: Σ (x − zx) · (w − zw[c]). Padding has the code zx and so adds nothing.</summary>
internal static class IntegerConvolution
{
    /// <summary>The sums, in the order of the output.</summary>
    public static int[] Run(StepCall call, int weightInput, int zeroPointOfX, Func<int, int> zeroPointOfChannel)
    {
        Shape shape = call.InputShape(0), weights = call.InputShape(weightInput), to = call.OutputShape(0);
        ConvolutionWindow window = WindowSettings.Read(call.Node, [.. weights.Spatial()], weights.Rank - 2).At(shape.Spatial());
        var at = new Window3(window, shape.Spatial(), to.Spatial());
        int[] x = CodeReading.Codes(call, 0), w = CodeReading.Codes(call, weightInput);
        int groups = (int)call.Attributes.Int("group", 1), depth = weights[1], outputs = weights[0], perGroup = outputs / groups;
        int[] sums = new int[to.Length];
        for (int i = 0; i < sums.Length; i++)
        {
            int channel = i / at.OutputLength % outputs, batch = i / at.OutputLength / outputs, zero = zeroPointOfChannel(channel);
            for (int tap = 0; tap < at.Taps; tap++)
            {
                int source = PlainPool.Source(at, i % at.OutputLength, tap);
                if (source < 0) { continue; }
                for (int k = 0; k < depth; k++)
                {
                    int plane = batch * shape[1] + channel / perGroup * depth + k;
                    sums[i] = unchecked(sums[i] + (x[plane * at.InputLength + source] - zeroPointOfX) * (w[(channel * depth + k) * at.Taps + tap] - zero));
                }
            }
        }
        return sums;
    }

    /// <summary>The axes of the result.</summary>
    public static System.Collections.Immutable.ImmutableArray<Dimension> Infer(InferenceSite site, TensorFact x, TensorFact w)
    {
        long groups = site.Attributes.Int("group", 1);
        if (groups < 1 || (x.Dimensions[1].Size is { } channels && w.Dimensions[1].Size is { } depth && channels != depth * groups) || (w.Dimensions[0].Size is { } outputs && outputs % groups != 0))
        {
            throw site.Refuse($"its input is {x}, its weights are {w} and group is {groups}; expected as many channels as the weights have for all groups");
        }
        bool known = w.Dimensions.Skip(2).All(size => size.Size is not null);
        WindowSettings? settings = known ? WindowSettings.Read(site.Node, [.. w.Dimensions.Skip(2).Select(size => size.Size!.Value)], x.Rank - 2) : null;
        return [x.Dimensions[0], w.Dimensions[0], .. x.Dimensions.Skip(2).Select((size, axis) => settings?.Output(site.Node, axis, size) ?? Dimension.Unknown)];
    }
}
