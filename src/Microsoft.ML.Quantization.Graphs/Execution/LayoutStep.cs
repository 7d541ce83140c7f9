using System.Runtime.InteropServices;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>Reorders one buffer between row-major and channels-last.</summary>
internal sealed class LayoutStep(bool toChannelsLast) : Step
{
    /// <summary>The suffix of the channels-last copy of a row-major value, and the other way round.</summary>
    public static string BufferName(string value, BufferLayout layout) => value + (layout == BufferLayout.ChannelsLast ? "\0channels-last" : "\0row-major");

    /// <summary>Whether it goes from row-major to channels-last.</summary>
    public bool ToChannelsLast => toChannelsLast;

    /// <summary>Whether both layouts of that shape are the same bytes: one channel, or one position.</summary>
    public static bool IsTrivial(Shape shape) => shape.Rank < 3 || shape[1] == 1 || shape.Length == shape[0] * shape[1];

    public override void Run(StepCall call)
    {
        Shape shape = call.InputShape(0);
        int batch = shape[0], channels = shape[1];
        int positions = batch * channels == 0 ? 0 : shape.Length / (batch * channels);
        Reorder(call.Input<byte>(0), call.Output<byte>(0), batch, channels, positions, call.InputType(0).SizeInBytes(), toChannelsLast);
    }

    public static void Reorder(ReadOnlySpan<byte> source, Span<byte> target, int batch, int channels, int positions, int elementSize, bool toChannelsLast)
    {
        switch (elementSize)
        {
            case 1: Reorder<byte>(source, target, batch, channels, positions, toChannelsLast); break;
            case 2: Reorder<ushort>(source, target, batch, channels, positions, toChannelsLast); break;
            case 4: Reorder<uint>(source, target, batch, channels, positions, toChannelsLast); break;
            default: Reorder<ulong>(source, target, batch, channels, positions, toChannelsLast); break;
        }
    }

    private static void Reorder<T>(ReadOnlySpan<byte> source, Span<byte> target, int batch, int channels, int positions, bool toChannelsLast) where T : unmanaged
    {
        ReadOnlySpan<T> from = MemoryMarshal.Cast<byte, T>(source);
        Span<T> to = MemoryMarshal.Cast<byte, T>(target);
        if (toChannelsLast) { ChannelsLast.FromChannelsFirst(from, to, batch, channels, positions); }
        else { ChannelsLast.ToChannelsFirst(from, to, batch, channels, positions); }
    }
}
