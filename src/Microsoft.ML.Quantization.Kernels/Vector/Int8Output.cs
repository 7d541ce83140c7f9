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

    public Int8Output(OutputStage stage, ImmutableArray<Panel> panels)
    {
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
            for (int column = 0; column < panels[i].Columns; column++) { Multipliers(i)[column] = multipliers[panels[i].Column + column]; }
        }
        _floats = stage as FloatOutput;
        if (stage is QuantizedOutput output) { _limits = new(output.ZeroPoint, output.Minimum, output.Maximum, output.Signed); }
    }

    /// <summary>Writes the sums of one tile.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write<TPack>(int* sums, int rows, int index, Panel panel, byte** outputs) where TPack : struct, IBytePack
    {
        for (int column = 0; column < panel.Columns; column += 32)
        {
            int columns = Math.Min(32, panel.Columns - column);
            if (_floats is null)
            {
                OutputWriter<TPack>.Codes(sums + column, rows, panel.Width, columns, Multipliers(index) + column, outputs, panel.Column + column, _limits);
            }
            else
            {
                OutputWriter<TPack>.Floats(sums + column, rows, panel.Width, columns, Multipliers(index) + column, outputs, (nint)(panel.Column + column) * sizeof(float), _floats.Minimum, _floats.Maximum);
            }
        }
    }

    private float* Multipliers(int panel) => (float*)_multipliers.Pointer + _offsets[panel];
}
