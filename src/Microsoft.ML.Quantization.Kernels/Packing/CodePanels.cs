using System.Runtime.CompilerServices;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>
/// The weights of a <see cref="WeightOnlySpec"/> in panels of neighbouring outputs, an even number of panels. Codes are less the middle code, as two's complement:
/// 8 bits [panel, k, column]; 4 bits [panel, block, group, column] in words of 32 bits, each eight codes that follow one another in k, the first in the low bits.
/// Scales [panel, block, column] follow apart, with the zero points (less the middle code, as floats) behind those of each block where there are any.
/// </summary>
internal sealed unsafe class CodePanels
{
    /// <summary>4-bit codes in one word.</summary>
    public const int PerWord = 8;

    private readonly PinnedMemory _codes;
    private readonly PinnedMemory _scales;

    /// <param name="spec">A checked specification.</param>
    /// <param name="width">Columns of a panel.</param>
    public CodePanels(WeightOnlySpec spec, int width)
    {
        (Width, Blocks, BlockSize, Bits) = (width, spec.Blocks, spec.BlockSize, spec.Bits);
        Count = (spec.Outputs + width - 1) / width;
        HasZeroPoints = spec.ZeroPoints.Span.ContainsAnyExcept((byte)spec.MiddleCode);
        PanelScales = (nint)Blocks * width * (HasZeroPoints ? 2 : 1);
        PanelBytes = Bits == 8 ? (nint)spec.Depth * width : (nint)Blocks * Words * width * sizeof(uint);
        int even = Count + Count % 2;
        (_codes, _scales) = (new((long)even * PanelBytes), new((long)even * PanelScales * sizeof(float)));
        for (int output = 0; output < spec.Outputs; output++) { Pack(spec, output); }
    }

    /// <summary>Columns of a panel.</summary>
    public int Width { get; }

    /// <summary>Panels that hold outputs.</summary>
    public int Count { get; }

    /// <summary>Bits of a code.</summary>
    public int Bits { get; }

    /// <summary>Blocks of a row.</summary>
    public int Blocks { get; }

    /// <summary>Weights of a block.</summary>
    public int BlockSize { get; }

    /// <summary>Whether a zero point is another than the middle code.</summary>
    public bool HasZeroPoints { get; }

    /// <summary>Bytes of the codes of a panel.</summary>
    public nint PanelBytes { get; }

    /// <summary>Floats of the scales and zero points of a panel.</summary>
    public nint PanelScales { get; }

    /// <summary>Words of a block of 4-bit codes in one column.</summary>
    private int Words => (BlockSize + PerWord - 1) / PerWord;

    /// <summary>The codes of a panel.</summary>
    public byte* Codes(int panel) => _codes.Pointer + panel * PanelBytes;

    /// <summary>The scales of a panel.</summary>
    public float* Scales(int panel) => (float*)_scales.Pointer + panel * PanelScales;

    /// <summary>A tile of some panels, all but its rows and sums.</summary>
    public CodeTile Tile(int panel) =>
        new() { Codes = Codes(panel), Scales = Scales(panel), PanelBytes = PanelBytes, PanelScales = PanelScales, Blocks = Blocks, BlockSize = BlockSize };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Pack(WeightOnlySpec spec, int output)
    {
        (int panel, int column) = Math.DivRem(output, Width);
        ReadOnlySpan<byte> codes = spec.Codes.Span.Slice(output * spec.Depth, spec.Depth);
        byte* to = Codes(panel);
        int middle = spec.MiddleCode;
        for (int block = 0; block < Blocks; block++)
        {
            float* parameters = Scales(panel) + (nint)block * Width * (HasZeroPoints ? 2 : 1) + column;
            parameters[0] = spec.Scales.Span[output * Blocks + block];
            if (HasZeroPoints) { parameters[Width] = spec.ZeroPoints.Span[output * Blocks + block] - middle; }
            for (int i = 0; i < BlockSize; i++)
            {
                int code = codes[block * BlockSize + i] - middle;
                if (Bits == 8) { to[(nint)(block * BlockSize + i) * Width + column] = (byte)code; }
                else { ((uint*)to)[((nint)block * Words + i / PerWord) * Width + column] |= ((uint)code & 15) << (4 * (i % PerWord)); }
            }
        }
    }
}
