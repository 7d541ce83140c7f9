using System.Runtime.InteropServices;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// <see cref="IntegerConvolution"/> by the engine's tiles: for each image and group the codes under the windows as columns, then the weights times these columns.
/// Weights and zero points may come from the run. A tap outside the image has the zero point as its code.
/// </summary>
internal sealed class IntegerConvolutionStep : Step
{
    public override object Prepare(StepCall call)
    {
        ReadOnlySpan<int> input = call.InputShape(0).Spatial();
        Shape weights = call.InputShape(1);
        var at = new Window3(WindowSettings.Read(call.Node, [.. weights.Spatial()], weights.Rank - 2).At(input), input, call.OutputShape(0).Spatial());
        int[] sources = new int[checked(at.OutputLength * at.Taps)];
        for (int i = 0; i < sources.Length; i++) { sources[i] = PlainPool.Source(at, i % at.OutputLength, i / at.OutputLength); }
        return sources;
    }

    public override int ScratchBytes(StepCall call)
    {
        (int _, int outputs, int depth, int pixels) = Sizes(call);
        return checked(CodeProduct.ScratchLength(outputs, depth, pixels) * sizeof(float) + depth * pixels);
    }

    public override void Run(StepCall call)
    {
        (int groups, int outputs, int depth, int pixels) = Sizes(call);
        Shape shape = call.InputShape(0);
        int plane = shape.Count(2, shape.Rank), channels = call.InputShape(1)[1];
        ReadOnlySpan<byte> zeroOfX = CodeMatrix.ZeroPoints(call, 2), zeros = CodeMatrix.ZeroPoints(call, 3);
        int floats = CodeProduct.ScratchLength(outputs, depth, pixels) * sizeof(float);
        Span<byte> columns = call.Scratch.Slice(floats, depth * pixels);
        for (int product = 0; product < shape[0] * groups; product++)
        {
            int group = product % groups;
            Gather(call.Input<byte>(0).Slice(product * channels * plane, channels * plane), channels, (int[])call.State!, zeroOfX.IsEmpty ? (byte)0 : zeroOfX[0], columns);
            var weights = new CodeMatrix(call.Input<byte>(1).Slice(group * outputs * depth, outputs * depth), call.InputType(1) == ElementType.Int8, zeros.Length > 1 ? zeros.Slice(group * outputs, outputs) : zeros);
            ReadOnlySpan<float> sums = CodeProduct.Run(call.Engine, weights, new(columns, call.InputType(0) == ElementType.Int8, zeroOfX), outputs, depth, pixels,
                MemoryMarshal.Cast<byte, float>(call.Scratch[..floats]), out ReadOnlySpan<long> whole);
            CodeProduct.Store(sums, whole, call.Output<int>(0).Slice(product * outputs * pixels, outputs * pixels));
        }
    }

    private static (int Groups, int Outputs, int Depth, int Pixels) Sizes(StepCall call)
    {
        Shape weights = call.InputShape(1), to = call.OutputShape(0);
        int groups = (int)call.Attributes.Int("group", 1);
        return (groups, weights[0] / groups, weights.Count(1, weights.Rank), to.Count(2, to.Rank));
    }

    private static void Gather(ReadOnlySpan<byte> image, int channels, int[] sources, byte outside, Span<byte> columns)
    {
        int plane = image.Length / channels;
        for (int channel = 0; channel < channels; channel++)
        {
            ReadOnlySpan<byte> from = image.Slice(channel * plane, plane);
            Span<byte> to = columns.Slice(channel * sources.Length, sources.Length);
            for (int i = 0; i < sources.Length; i++) { to[i] = sources[i] < 0 ? outside : from[sources[i]]; }
        }
    }
}
