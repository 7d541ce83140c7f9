namespace Microsoft.ML.Quantization.Kernels;

/// <summary>A place in <see cref="MachineCode"/> to jump to.</summary>
internal sealed class CodeLabel
{
    /// <summary>Bytes before it, jumps not counted; negative until it is placed.</summary>
    public int At { get; set; } = -1;

    /// <summary>Jumps before it.</summary>
    public int Jumps { get; set; }
}
