namespace Microsoft.ML.Quantization.Kernels;

/// <summary>The weights of one phase as [panel, tap, k, column], columns filled up to the width of the panel with zeros.</summary>
/// <param name="taps">Taps as the micro-kernel counts them.</param>
/// <param name="depth">Elements of one tap.</param>
/// <param name="width">Columns of the first panel.</param>
internal abstract unsafe class FloatPanels(int taps, int depth, int width)
{
    /// <summary>Taps as the micro-kernel counts them.</summary>
    public int Taps { get; } = taps;

    /// <summary>Elements of one tap.</summary>
    public int Depth { get; } = depth;

    /// <summary>Bytes from one panel to the next, while they are as wide as the first.</summary>
    public nint PanelBytes { get; } = (nint)taps * depth * width * sizeof(float);

    /// <summary>Bytes of all panels.</summary>
    public abstract long AllBytes { get; }

    /// <summary>Bytes of scratch memory that <see cref="Weights"/> wants; 0 where all panels lie in memory one behind the other.</summary>
    public virtual int ScratchBytes => 0;

    /// <summary>The weights of one panel; where there is scratch memory, good until the next call with the same.</summary>
    public abstract byte* Weights(int panel, byte* scratch);

    /// <summary>What <see cref="Weights"/> reads for a panel, to be fetched ahead.</summary>
    public abstract (nint Start, nint Bytes) Stored(int panel);
}
