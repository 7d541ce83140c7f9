using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// A convolution with packed 8-bit weights and the range of the whole input, or of each image: the floats under each window in one row, then a <see cref="DynamicProduct"/> for each group.
/// A tap outside the image is 0, whose code is the zero point.
/// </summary>
/// <param name="node">The ConvInteger.</param>
/// <param name="products">One for each group.</param>
/// <param name="weights">Shape of the weights.</param>
/// <param name="perRow">Whether each image has a range of its own.</param>
/// <param name="activation">The interval results are limited to.</param>
internal sealed class DynamicConvolutionStep(Node node, ImmutableArray<DynamicProduct> products, Shape weights, bool perRow, (float Minimum, float Maximum) activation) : Step
{
    private readonly int _depth = weights[1];

    public override BufferLayout Layout => BufferLayout.ChannelsLast;

    public override bool Reads(int index) => index == 0;

    public override object Prepare(StepCall call)
    {
        ReadOnlySpan<int> input = call.InputShape(0).Spatial();
        var at = new Window3(WindowSettings.Read(node, [.. weights.Spatial()], weights.Rank - 2).At(input), input, call.OutputShape(0).Spatial());
        int[] sources = new int[checked(at.OutputLength * at.Taps)];
        for (int i = 0; i < sources.Length; i++) { sources[i] = PlainPool.Source(at, i / at.Taps, i % at.Taps); }
        return sources;
    }

    public override int ScratchBytes(StepCall call)
    {
        int pixels = Pixels(call);
        return checked(pixels * (products[0].Depth + products[0].Outputs) * sizeof(float) + products.Max(product => product.ScratchBytes(pixels)));
    }

    public override void Run(StepCall call)
    {
        int[] sources = (int[])call.State!;
        ReadOnlySpan<float> x = call.Input<float>(0);
        Span<float> y = call.Output<float>(0);
        DynamicRange range = perRow ? default : DynamicRange.Of(x);
        int pixels = Pixels(call), length = products[0].Depth, perGroup = products[0].Outputs, outputs = perGroup * products.Length, image = call.InputShape(0)[0] == 0 ? 0 : x.Length / call.InputShape(0)[0];
        Span<float> rows = MemoryMarshal.Cast<byte, float>(call.Scratch[..(pixels * length * sizeof(float))]);
        Span<float> part = MemoryMarshal.Cast<byte, float>(call.Scratch.Slice(pixels * length * sizeof(float), pixels * perGroup * sizeof(float)));
        Span<byte> scratch = call.Scratch[(pixels * (length + perGroup) * sizeof(float))..];
        for (int n = 0; n < call.InputShape(0)[0]; n++)
        {
            Span<float> to = y.Slice(n * pixels * outputs, pixels * outputs);
            if (perRow) { range = DynamicRange.Of(x.Slice(n * image, image)); }
            for (int group = 0; group < products.Length; group++)
            {
                Gather(x.Slice(n * image, image), sources, group, rows);
                products[group].Run(rows, pixels, range, products.Length == 1 ? to : part, scratch, call.Workers);
                for (int pixel = 0; products.Length > 1 && pixel < pixels; pixel++) { part.Slice(pixel * perGroup, perGroup).CopyTo(to[(pixel * outputs + group * perGroup)..]); }
            }
        }
        if (activation != (float.NegativeInfinity, float.PositiveInfinity)) { call.Engine.Clip(y, y, activation.Minimum, activation.Maximum); }
    }

    private static int Pixels(StepCall call) => call.OutputShape(0).Count(2, call.OutputShape(0).Rank);

    private void Gather(ReadOnlySpan<float> image, int[] sources, int group, Span<float> rows)
    {
        int channels = _depth * products.Length;
        for (int i = 0; i < sources.Length; i++)
        {
            Span<float> to = rows.Slice(i * _depth, _depth);
            if (sources[i] < 0) { to.Clear(); } else { image.Slice(sources[i] * channels + group * _depth, _depth).CopyTo(to); }
        }
    }
}
