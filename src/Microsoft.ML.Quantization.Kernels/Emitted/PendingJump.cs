namespace Microsoft.ML.Quantization.Kernels;

/// <summary>A jump whose form is chosen when all code is known.</summary>
/// <param name="kind">Which.</param>
/// <param name="at">Bytes before it, jumps not counted.</param>
/// <param name="target">Where to.</param>
internal sealed class PendingJump(Jump kind, int at, CodeLabel target)
{
    private const int ShortSize = 2, LongSize = 5, LongConditionalSize = 6;

    public Jump Kind => kind;

    public int At => at;

    public CodeLabel Target => target;

    /// <summary>Whether one byte holds the distance.</summary>
    public bool IsShort { get; set; }

    /// <summary>Bytes of the jump.</summary>
    public int Size => IsShort ? ShortSize : kind == Jump.Jmp ? LongSize : LongConditionalSize;
}
