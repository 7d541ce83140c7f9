namespace Microsoft.ML.Quantization.Kernels;

/// <summary>An operand in memory: base + index · scale + displacement.</summary>
/// <param name="Base">The base.</param>
/// <param name="Index">The index, not rsp; null for none.</param>
/// <param name="ScaleBits">The logarithm of the scale, 0 to 3.</param>
/// <param name="Displacement">Bytes.</param>
internal readonly record struct Address(GeneralRegister Base, GeneralRegister? Index, int ScaleBits, int Displacement)
{
    /// <summary>Which elements are written.</summary>
    public MaskRegister Mask { get; init; }

    /// <summary>Whether four bytes are read for all elements.</summary>
    public bool Broadcasts { get; init; }

    /// <summary>The operand at a register.</summary>
    public static Address At(GeneralRegister register, int displacement = 0) => new(register, null, 0, displacement);

    /// <summary>The operand at the sum of two registers, the second scaled.</summary>
    public static Address At(GeneralRegister register, GeneralRegister index, int displacement = 0, int scaleBits = 0) => new(register, index, scaleBits, displacement);

    /// <summary>Four bytes for all elements.</summary>
    public static Address Broadcast(GeneralRegister register, int displacement) => new(register, null, 0, displacement) { Broadcasts = true };

    /// <summary>Four bytes for all elements.</summary>
    public static Address Broadcast(GeneralRegister register, GeneralRegister index, int displacement) => new(register, index, 0, displacement) { Broadcasts = true };
}
