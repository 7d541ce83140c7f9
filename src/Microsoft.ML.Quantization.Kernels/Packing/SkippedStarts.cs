using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Where sums start when only some rows of the kernel are read: bias − zero point · Σ weights of these rows.</summary>
internal sealed unsafe class SkippedStarts
{
    private readonly PinnedMemory _starts; // [first row, end row less one, column]
    private readonly int[] _offsets; // of the panels
    private readonly int _columns;
    private readonly int _height;

    /// <param name="spec">A checked specification whose shape skips taps.</param>
    /// <param name="panels">Its panels.</param>
    /// <param name="order">Their order of columns.</param>
    /// <param name="signedCodes">Whether the instruction takes int8 codes.</param>
    public SkippedStarts(Int8ConvolutionSpec spec, ImmutableArray<Panel> panels, ColumnOrder order, bool signedCodes = false)
    {
        _height = spec.Window.Kernel[0];
        _offsets = new int[panels.Length];
        for (int i = 0; i < panels.Length; i++)
        {
            _offsets[i] = _columns;
            _columns += panels[i].Width;
        }
        _starts = new((long)_height * _height * _columns * sizeof(int));
        int zeroPoint = CodeSigns.ZeroPoint(spec.InputZeroPoint, spec.InputSigned, signedCodes), rowWeights = spec.Weights.Length / spec.OutputChannels / _height;
        for (int i = 0; i < panels.Length; i++)
        {
            for (int column = 0; column < panels[i].Columns; column++)
            {
                int channel = panels[i].Column + column, slot = order(panels[i].Width, column);
                ReadOnlySpan<sbyte> weights = spec.Weights.Span.Slice(channel * _height * rowWeights, _height * rowWeights);
                for (int first = 0; first < _height; first++)
                {
                    int start = spec.Bias.IsEmpty ? 0 : spec.Bias.Span[channel];
                    for (int end = first + 1; end <= _height; end++)
                    {
                        foreach (sbyte weight in weights.Slice((end - 1) * rowWeights, rowWeights)) { start = unchecked(start - zeroPoint * weight); }
                        Start(i, first, end)[slot] = start;
                    }
                }
            }
        }
    }

    /// <summary>The start of one panel.</summary>
    public int* Start(int panel, RowSegment segment) => Start(panel, segment.FirstKernelRow, segment.EndKernelRow);

    private int* Start(int panel, int first, int end) => (int*)_starts.Pointer + ((long)first * _height + end - 1) * _columns + _offsets[panel];
}
