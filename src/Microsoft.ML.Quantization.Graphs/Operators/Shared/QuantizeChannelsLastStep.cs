using Microsoft.ML.Quantization.Kernels;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>Quantizes row-major floats into channels-last codes: a block of positions at a time, whose codes are still in the cache when they are reordered.</summary>
internal sealed class QuantizeChannelsLastStep(QuantizationParameters map) : Step
{
    private const int BlockBytes = 16 * 1024, FewestPositions = 64;

    private readonly CodeParameters _map = CodeParameters.From(map);

    public override BufferLayout Layout => BufferLayout.ChannelsLast;

    public override bool Reads(int index) => index == 0;

    public override int ScratchBytes(StepCall call) => LayoutStep.IsTrivial(call.InputShape(0)) ? 0 : checked(call.InputShape(0)[1] * AtOnce(call.InputShape(0)));

    public override void Run(StepCall call)
    {
        Shape shape = call.InputShape(0);
        ReadOnlySpan<float> x = call.Input<float>(0);
        Span<byte> y = call.Output<byte>(0), codes = call.Scratch;
        if (LayoutStep.IsTrivial(shape))
        {
            call.Engine.Quantize(x, y, _map);
            return;
        }
        int channels = shape[1], positions = shape.Count(2, shape.Rank), atOnce = AtOnce(shape);
        for (int image = 0; image < shape[0]; image++)
        {
            ReadOnlySpan<float> from = x.Slice(image * channels * positions, channels * positions);
            for (int first = 0; first < positions; first += atOnce)
            {
                int count = Math.Min(atOnce, positions - first);
                if (count == positions) { call.Engine.Quantize(from, codes, _map); }
                else
                {
                    for (int channel = 0; channel < channels; channel++) { call.Engine.Quantize(from.Slice(channel * positions + first, count), codes[(channel * count)..], _map); }
                }
                ChannelsLast.FromChannelsFirst(codes, y.Slice((image * positions + first) * channels, count * channels), 1, channels, count);
            }
        }
    }

    private static int AtOnce(Shape shape) => Math.Min(shape.Count(2, shape.Rank), Math.Max(FewestPositions, BlockBytes / shape[1]));
}
