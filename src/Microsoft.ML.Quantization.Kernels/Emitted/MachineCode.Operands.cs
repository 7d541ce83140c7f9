namespace Microsoft.ML.Quantization.Kernels;

/// <summary>The bytes after an opcode that name operands.</summary>
internal sealed partial class MachineCode
{
    private const int RegisterMode = 3, NeedsIndexByte = 4, NoIndex = 4, NeedsDisplacement = 5;

    private void Register(int register, int operand) => Byte((RegisterMode << 6) | ((register & 7) << 3) | (operand & 7));

    /// <summary>An operand in memory.</summary>
    /// <param name="register">The other operand, or more of the opcode.</param>
    /// <param name="address">Where.</param>
    /// <param name="unit">What a displacement of one byte counts.</param>
    private void Memory(int register, in Address address, int unit)
    {
        int at = (int)address.Base & 7, displacement = address.Displacement, units = displacement / unit;
        bool fits = displacement % unit == 0 && units is >= sbyte.MinValue and <= sbyte.MaxValue;
        int mode = displacement == 0 && at != NeedsDisplacement ? 0 : fits ? 1 : 2;
        bool hasIndex = address.Index is not null || at == NeedsIndexByte;
        Byte((mode << 6) | ((register & 7) << 3) | (hasIndex ? NeedsIndexByte : at));
        if (hasIndex) { Byte((address.ScaleBits << 6) | ((Index(address, NoIndex) & 7) << 3) | at); }
        if (mode == 1) { Byte(units); }
        if (mode == 2) { Int32(displacement); }
    }

    private static int Index(in Address address, int none) => address.Index is { } index ? (int)index : none;
}
