using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>An output stage with its multipliers laid out by panel.</summary>
internal sealed unsafe class Int8Output
{
    private readonly PinnedMemory _multipliers;
    private readonly int[] _offsets;
    private readonly CodeLimits _limits;
    private readonly FloatOutput? _floats;
    private readonly bool _interleaved;

    /// <param name="stage">The output stage.</param>
    /// <param name="panels">The panels.</param>
    /// <param name="interleaved">How panels of four registers are arranged when they become codes, see <see cref="InterleavedOrder{TDot, TVector}"/>; null for in order.</param>
    public Int8Output(OutputStage stage, ImmutableArray<Panel> panels, ColumnOrder? interleaved = null)
    {
        _interleaved = interleaved is not null && stage is QuantizedOutput;
        Order = _interleaved ? interleaved! : PlainOrder.Slot;
        ImmutableArray<float> multipliers = stage is QuantizedOutput codes ? codes.Multipliers : ((FloatOutput)stage).Scales;
        _offsets = new int[panels.Length];
        int columns = 0;
        for (int i = 0; i < panels.Length; i++)
        {
            _offsets[i] = columns;
            columns += panels[i].Width;
        }
        _multipliers = new(columns * (long)sizeof(float));
        for (int i = 0; i < panels.Length; i++)
        {
            for (int column = 0; column < panels[i].Columns; column++) { Multipliers(i)[Order(panels[i].Width, column)] = multipliers[panels[i].Column + column]; }
        }
        _floats = stage as FloatOutput;
        if (stage is QuantizedOutput output) { _limits = new(output.ZeroPoint, output.Minimum, output.Maximum, output.Signed); }
    }

    /// <summary>The order of columns in a panel.</summary>
    public ColumnOrder Order { get; }

    /// <summary>Writes the sums of one tile.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write<TDot, TVector>(int* sums, int rows, int index, Panel panel, byte** outputs)
        where TDot : struct, IInt8Dot<TVector>, IBytePack
        where TVector : struct
    {
        if (_interleaved && panel.Width == 4 * TDot.Lanes)
        {
            InterleavedWriter<TDot, TVector>.Rows(sums, rows, panel.Columns, Multipliers(index), outputs, panel.Column, _limits);
            return;
        }
        for (int column = 0; column < panel.Columns; column += 32)
        {
            int columns = Math.Min(32, panel.Columns - column);
            if (_floats is null)
            {
                OutputWriter<TDot>.Codes(sums + column, rows, panel.Width, Math.Min(32, panel.Width - column), columns, Multipliers(index) + column, outputs, panel.Column + column, _limits);
            }
            else
            {
                OutputWriter<TDot>.Floats(sums + column, rows, panel.Width, columns, Multipliers(index) + column, outputs, (nint)(panel.Column + column) * sizeof(float), _floats.Minimum, _floats.Maximum);
            }
        }
    }

    /// <summary>What a depthwise micro-kernel writes for one panel: codes, or for floats the sums, to be written afterwards.</summary>
    public DepthwiseOutput Depthwise(int index, Panel panel, int* sums) => new()
    {
        Sums = _floats is null ? null : sums,
        Multipliers = Multipliers(index),
        Limits = _limits,
        Offset = panel.Column,
        Columns = panel.Columns,
    };

    /// <summary>The multipliers of one panel.</summary>
    private float* Multipliers(int panel) => (float*)_multipliers.Pointer + _offsets[panel];
}
