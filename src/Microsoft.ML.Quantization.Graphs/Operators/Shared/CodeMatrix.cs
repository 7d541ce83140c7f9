using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>A matrix of 8-bit codes and what is subtracted from them.</summary>
/// <param name="codes">The codes, row-major.</param>
/// <param name="signed">Whether codes and zero points are int8 rather than uint8.</param>
/// <param name="zeroPoints">None, one for all codes, or one for each row of a left and each column of a right operand.</param>
internal readonly ref struct CodeMatrix(ReadOnlySpan<byte> codes, bool signed, ReadOnlySpan<byte> zeroPoints)
{
    /// <summary>The codes, row-major.</summary>
    public ReadOnlySpan<byte> Codes { get; } = codes;

    /// <summary>One zero point for each row or column; empty where all share one.</summary>
    public ReadOnlySpan<byte> Each { get; } = zeroPoints.Length > 1 ? zeroPoints : [];

    /// <summary>The map that gives <c>code − zero point</c>, where all share one.</summary>
    public CodeParameters Map { get; } = Centered(zeroPoints.Length == 1 ? zeroPoints[0] : (byte)0, signed);

    /// <summary>The same of a row or column.</summary>
    public CodeParameters MapOf(int index) => Each.IsEmpty ? Map : Centered(Each[index], signed);

    /// <summary>An input of a call: all of it, or one matrix of a stack.</summary>
    public static CodeMatrix Of(StepCall call, int codes, int zeroPoints, int first, int length) =>
        new(call.Input<byte>(codes).Slice(first, length), call.InputType(codes) == ElementType.Int8, ZeroPoints(call, zeroPoints));

    /// <summary>The bytes of an input of zero points; none where it is left out.</summary>
    public static ReadOnlySpan<byte> ZeroPoints(StepCall call, int input) => call.HasInput(input) ? call.Input<byte>(input) : [];

    private static CodeParameters Centered(byte zeroPoint, bool signed) => new(1f, signed ? (sbyte)zeroPoint : zeroPoint, signed);
}
