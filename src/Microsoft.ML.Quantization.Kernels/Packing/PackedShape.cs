using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>One panel: neighbouring output channels of one group that a micro-kernel computes together.</summary>
/// <param name="Group">The group.</param>
/// <param name="Column">First output channel.</param>
/// <param name="Columns">Output channels; the rest of the width is zero weights.</param>
/// <param name="Width">Columns of the micro-kernel.</param>
internal readonly record struct Panel(int Group, int Column, int Columns, int Width);

/// <summary>How the channels of a convolution are cut for packing.</summary>
/// <param name="Window">The window.</param>
/// <param name="Transposed">Whether it scatters.</param>
/// <param name="Groups">Groups of channels.</param>
/// <param name="InputChannels">Channels of the input, all groups together.</param>
/// <param name="OutputChannels">Channels of the output, all groups together.</param>
/// <param name="ElementSize">Bytes of one input element.</param>
internal sealed record PackedShape(ConvolutionWindow Window, bool Transposed, int Groups, int InputChannels, int OutputChannels, int ElementSize)
{
    /// <summary>Bytes of one input pixel.</summary>
    public int PixelBytes { get; } = InputChannels * ElementSize;

    /// <summary>Input channels of one group.</summary>
    public int Depth { get; } = InputChannels / Groups;

    /// <summary>
    /// Whether the taps of a window are first copied side by side. Worth it for few channels (the first layer of an image network), where
    /// most steps of a kernel would otherwise be padding or pointer loads.
    /// </summary>
    public bool Gathers { get; init; } = !Transposed && Groups == 1 && Window.Taps > 1 && Window.Taps * InputChannels <= 2048
        && (InputChannels * ElementSize <= 16 || (ElementSize == 1 && InputChannels % 4 != 0 && InputChannels < 24));

    /// <summary>How codes are added before they are written; null when none are.</summary>
    public BoundSum? Sum { get; init; }

    /// <summary>The highest kernel of which rows are left out: there is a start of the sums for every choice of them.</summary>
    private const int HighestSkipped = 7;

    /// <summary>Whether rows of the kernel outside the image are left out, see <see cref="KernelRows"/>. The float order of summation has no such freedom.</summary>
    public bool SkipsTaps => ElementSize == sizeof(sbyte) && !Transposed && !Gathers && !IsDepthwise && Window.Rank > 1 && Window.Kernel[0] is > 1 and <= HighestSkipped
        && (Window.PadsBegin[0] > 0 || Window.PadsEnd[0] > 0);

    /// <summary>One input channel, one output channel and nothing else in each group.</summary>
    public bool IsDepthwise { get; } = !Transposed && Groups == InputChannels && Groups == OutputChannels && Groups > 1;

    /// <summary>Index of a weight in [channel, tap, k], where <paramref name="taps"/> are the taps in use.</summary>
    public int WeightIndex(int channel, int tap, int k, ImmutableArray<int> taps) =>
        Gathers ? channel * Window.Taps * Depth + k : (channel * Window.Taps + taps[tap]) * Depth + k;

    /// <summary>Taps and depth as a micro-kernel sees them: a gathered window is one deep tap, and so is a phase without taps.</summary>
    public (int Taps, int Depth) Steps(ConvolutionPhase phase) =>
        Gathers ? (1, Window.Taps * Depth) : phase.Taps.IsEmpty ? (1, 0) : (phase.Taps.Length, Depth);

    /// <summary>Cuts the channels of a depthwise convolution into blocks, groups or not.</summary>
    public ImmutableArray<Panel> CutDepthwise(int width) =>
        [.. Enumerable.Range(0, (OutputChannels + width - 1) / width).Select(index => new Panel(0, index * width, Math.Min(width, OutputChannels - index * width), width))];

    /// <summary>Cuts every group into the widest panels; what is left takes the narrowest that it fits.</summary>
    /// <param name="widths">Columns of the panels, ascending.</param>
    public ImmutableArray<Panel> Cut(params ReadOnlySpan<int> widths)
    {
        var panels = ImmutableArray.CreateBuilder<Panel>();
        int perGroup = OutputChannels / Groups;
        for (int channel = 0; channel < OutputChannels;)
        {
            int left = perGroup - channel % perGroup;
            int width = widths[^1];
            for (int i = widths.Length - 1; i >= 0 && left <= widths[i]; i--) { width = widths[i]; }
            panels.Add(new(channel / perGroup, channel, Math.Min(left, width), width));
            channel += Math.Min(left, width);
        }
        return panels.ToImmutable();
    }
}
