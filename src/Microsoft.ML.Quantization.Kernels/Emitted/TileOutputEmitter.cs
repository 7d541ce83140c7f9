using System.Buffers.Binary;
using static Microsoft.ML.Quantization.Kernels.Address;
using static Microsoft.ML.Quantization.Kernels.GeneralRegister;
using static Microsoft.ML.Quantization.Kernels.IntegerInstruction;
using static Microsoft.ML.Quantization.Kernels.Jump;
using static Microsoft.ML.Quantization.Kernels.MaskRegister;
using static Microsoft.ML.Quantization.Kernels.VectorInstruction;
using static Microsoft.ML.Quantization.Kernels.VectorRegister;
using static Microsoft.ML.Quantization.Kernels.VexInstruction;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Writes the machine code of a tile's output stage: sums in registers to codes or floats in memory, every row to its own pixel.</summary>
/// <remarks>Columns lie in the registers as <see cref="TileColumns"/> says, so that the packing instructions leave them in order.</remarks>
internal static class TileOutputEmitter
{
    private const int VectorBytes = 64, PointerBytes = 8;

    private static readonly MaskRegister[] s_masks = [K1, K2, K3, K4];

    private static GeneralRegister Call => EmittedFunction.Argument;

    private static GeneralRegister Outputs => R8;

    private static GeneralRegister Offset => R9;

    private static GeneralRegister Pixel => R10;

    private static GeneralRegister ResidualOffset => Rdx;

    /// <summary>Emits the stage for sums in the first registers.</summary>
    public static void Write(MachineCode code, TileShape shape)
    {
        Scale(code, shape);
        if (shape.Output == OutputKind.AddedCodes) { AddCodes(code, shape); }
        if (!WritesFloats(shape)) { Pack(code, shape); }
        Store(code, shape);
    }

    private static void Store(MachineCode code, TileShape shape)
    {
        code.Emit(Mov, Outputs, At(Call, TileCall.OutputsAt));
        code.Emit(Mov, Offset, At(Call, TileCall.OutputOffsetAt));
        if (shape.Output == OutputKind.AddedFloats) { LoadResidualOffset(code); }
        if (shape.Vectors > TileShape.MaxVectors)
        {
            Store(code, shape, partial: false);
            return;
        }
        CodeLabel partial = new(), done = new();
        code.Emit(Cmp, At(Call, TileCall.PartialAt), 0);
        code.Emit(Jne, partial);
        Store(code, shape, partial: false);
        code.Emit(Jmp, done);
        code.Place(partial);
        Store(code, shape, partial: true);
        code.Place(done);
    }

    /// <summary>Emits the stage for sums of floats: bias, limits.</summary>
    public static void WriteFloats(MachineCode code, TileShape shape)
    {
        code.Emit(Vbroadcastss, Zmm28, At(Call, TileCall.LowAt));
        code.Emit(Vbroadcastss, Zmm29, At(Call, TileCall.HighAt));
        code.Emit(Mov, Rcx, At(Call, TileCall.MultipliersAt));
        for (int vector = 0; vector < shape.Vectors; vector++)
        {
            code.Emit(Vmovups, Zmm30, At(Rcx, vector * VectorBytes));
            for (int row = 0; row < shape.Rows; row++)
            {
                VectorRegister sum = Sum(shape, row, vector);
                code.Emit(Vaddps, sum, sum, Zmm30);
                if (shape.Output == OutputKind.Floats) { Limit(code, sum); }
            }
        }
        Store(code, shape);
    }

    /// <summary>Asks for the lines that will be added and written while the sums are still to be computed.</summary>
    public static void FetchOutputs(MachineCode code, TileShape shape)
    {
        bool adds = shape.Output == OutputKind.AddedFloats;
        code.Emit(Mov, Outputs, At(Call, TileCall.OutputsAt));
        code.Emit(Mov, Offset, At(Call, TileCall.OutputOffsetAt));
        if (adds) { LoadResidualOffset(code); }
        for (int row = 0; row < shape.Rows; row++)
        {
            code.Emit(Mov, Pixel, At(Outputs, row * PointerBytes));
            for (int vector = 0; vector < shape.Vectors; vector++)
            {
                if (adds) { code.EmitPrefetch(At(Pixel, ResidualOffset, vector * VectorBytes)); }
                code.EmitPrefetchToWrite(At(Pixel, Offset, vector * VectorBytes));
            }
        }
    }

    private static void LoadResidualOffset(MachineCode code)
    {
        code.Emit(Mov, ResidualOffset, At(Call, TileCall.OutputOffsetAt));
        code.Emit(Add, ResidualOffset, At(Call, TileCall.ToResidualAt));
    }

    private static void Scale(MachineCode code, TileShape shape)
    {
        bool clamps = shape.Output is OutputKind.ClampedCodes or OutputKind.Floats or OutputKind.AddedCodes;
        if (shape.Output != OutputKind.Codes)
        {
            code.Emit(Vbroadcastss, Zmm28, At(Call, TileCall.LowAt));
            code.Emit(Vbroadcastss, Zmm29, At(Call, TileCall.HighAt));
        }
        code.Emit(Mov, Rcx, At(Call, TileCall.MultipliersAt));
        for (int vector = 0; vector < shape.Vectors; vector++)
        {
            code.Emit(Vmovups, Zmm30, At(Rcx, vector * VectorBytes));
            for (int row = 0; row < shape.Rows; row++)
            {
                VectorRegister sum = TileEmitter.Vectors[row * shape.Vectors + vector];
                code.Emit(Vcvtdq2ps, sum, sum);
                code.Emit(Vmulps, sum, sum, Zmm30);
                if (clamps) { Limit(code, sum); }
                if (!WritesFloats(shape)) { code.Emit(Vcvtps2dq, sum, sum); }
            }
        }
    }

    /// <summary>Codes less their zero point, as integers, become codes of the sum with the residual, which may be limited further.</summary>
    private static void AddCodes(MachineCode code, TileShape shape)
    {
        code.Emit(Mov, Outputs, At(Call, TileCall.OutputsAt));
        LoadResidualOffset(code);
        if (shape.Vectors < TileShape.MaxVectors) { LoadExpansion(code, shape.Vectors); }
        code.Emit(Vbroadcastss, Zmm28, At(Call, TileCall.FirstAt));
        code.Emit(Vbroadcastss, Zmm29, At(Call, TileCall.SecondAt));
        code.Emit(Vbroadcastss, Zmm30, At(Call, TileCall.OffsetAt));
        code.Emit(Vpbroadcastd, Zmm31, At(Call, TileCall.ResidualFlipAt));
        code.Emit(Mov, Rcx, At(Call, TileCall.SpreadAt));
        code.Emit(Kmovq, K1, At(Call, TileCall.ColumnsAt));
        for (int row = 0; row < shape.Rows; row++)
        {
            code.Emit(Mov, Pixel, At(Outputs, row * PointerBytes));
            code.Emit(Vpxord, Zmm24, Zmm24, Zmm24);
            code.Emit(Vmovdqu8, Zmm24, At(Pixel, ResidualOffset) with { Mask = K1 });
            code.Emit(Vpxord, Zmm24, Zmm24, Zmm31);
            if (shape.Vectors < TileShape.MaxVectors) { code.Emit(Vpermd, Zmm24, Zmm26, Zmm24); }
            for (int vector = 0; vector < shape.Vectors; vector++)
            {
                VectorRegister steps = Sum(shape, row, vector);
                code.Emit(Vpshufb, Zmm25, Zmm24, At(Rcx, vector * VectorBytes));
                code.Emit(Vcvtdq2ps, Zmm25, Zmm25);
                code.Emit(Vcvtdq2ps, steps, steps);
                code.Emit(Vfmadd213ps, Zmm25, Zmm29, Zmm30);
                code.Emit(Vfmadd213ps, steps, Zmm28, Zmm25);
                code.Emit(Vcvtps2dq, steps, steps);
            }
        }
    }

    // Two zeros: the second operand wins, so that a zero keeps its sign.
    private static void Limit(MachineCode code, VectorRegister sum)
    {
        code.Emit(Vmaxps, sum, Zmm28, sum);
        code.Emit(Vminps, sum, Zmm29, sum);
    }

    private static bool WritesFloats(TileShape shape) => shape.Output is OutputKind.Floats or OutputKind.AddedFloats;

    /// <summary>Leaves the codes of a row as bytes in order in its first register.</summary>
    private static void Pack(MachineCode code, TileShape shape)
    {
        code.Emit(Vpbroadcastd, Zmm28, At(Call, TileCall.ShiftAt));
        bool limits = shape.Output != OutputKind.AllCodes;
        if (limits)
        {
            code.Emit(Vpbroadcastd, Zmm29, At(Call, TileCall.SmallestAt));
            code.Emit(Vpbroadcastd, Zmm30, At(Call, TileCall.LargestAt));
        }
        code.Emit(Vpbroadcastd, Zmm31, At(Call, TileCall.FlipAt));
        if (shape.Vectors < TileShape.MaxVectors)
        {
            code.Emit(Vpxord, Zmm27, Zmm27, Zmm27);
            LoadCompaction(code, shape.Vectors);
        }
        for (int row = 0; row < shape.Rows; row++)
        {
            VectorRegister first = Sum(shape, row, 0);
            Words(code, first, shape.Vectors > 1 ? Sum(shape, row, 1) : Zmm27);
            if (shape.Vectors > 2) { Words(code, Sum(shape, row, 2), shape.Vectors > 3 ? Sum(shape, row, 3) : Zmm27); }
            code.Emit(Vpackuswb, first, first, shape.Vectors > 2 ? Sum(shape, row, 2) : Zmm27);
            if (limits)
            {
                code.Emit(Vpmaxub, first, first, Zmm29);
                code.Emit(Vpminub, first, first, Zmm30);
            }
            code.Emit(Vpxord, first, first, Zmm31);
            if (shape.Vectors < TileShape.MaxVectors) { code.Emit(Vpermd, first, Zmm26, first); }
        }
    }

    private static void Words(MachineCode code, VectorRegister first, VectorRegister second)
    {
        code.Emit(Vpackssdw, first, first, second);
        code.Emit(Vpaddsw, first, first, Zmm28);
    }

    /// <summary>Packing leaves four blocks of 16 bytes, of which the first 4 · vectors are columns; this permutation closes the gaps.</summary>
    private static void LoadCompaction(MachineCode code, int vectors)
    {
        Span<byte> order = stackalloc byte[TileShape.Lanes];
        order.Clear();
        for (int i = 0; i < 4 * vectors; i++) { order[i] = (byte)(i / vectors * 4 + i % vectors); }
        LoadOrder(code, order);
    }

    /// <summary>The permutation that opens these gaps.</summary>
    private static void LoadExpansion(MachineCode code, int vectors)
    {
        Span<byte> order = stackalloc byte[TileShape.Lanes];
        order.Clear();
        for (int i = 0; i < 4 * vectors; i++) { order[i / vectors * 4 + i % vectors] = (byte)i; }
        LoadOrder(code, order);
    }

    private static void LoadOrder(MachineCode code, ReadOnlySpan<byte> order)
    {
        code.EmitConstant(Rcx, BinaryPrimitives.ReadUInt64LittleEndian(order));
        code.Emit(Vmovq, Zmm26, Rcx);
        code.EmitConstant(Rcx, BinaryPrimitives.ReadUInt64LittleEndian(order[8..]));
        code.Emit(Vpinsrq, Zmm26, Zmm26, Rcx, 1);
        code.Emit(Vpmovzxbd, Zmm26, Zmm26);
    }

    private static void Store(MachineCode code, TileShape shape, bool partial)
    {
        bool floats = WritesFloats(shape);
        if (partial && floats) { LoadFloatMasks(code, shape.Vectors); }
        if (partial && !floats) { code.Emit(Kmovq, K1, At(Call, TileCall.ColumnsAt)); }
        for (int row = 0; row < shape.Rows; row++)
        {
            code.Emit(Mov, Pixel, At(Outputs, row * PointerBytes));
            if (!floats) { StoreCodes(code, shape.Vectors, row * shape.Vectors, partial); }
            for (int vector = 0; floats && vector < shape.Vectors; vector++)
            {
                VectorRegister sum = Sum(shape, row, vector);
                if (shape.Output == OutputKind.AddedFloats)
                {
                    Address residual = At(Pixel, ResidualOffset, vector * VectorBytes);
                    code.Emit(Vaddps, sum, sum, partial ? Masked(residual, vector) : residual);
                    Limit(code, sum);
                }
                Address to = At(Pixel, Offset, vector * VectorBytes);
                code.Emit(VmovupsStore, partial ? Masked(to, vector) : to, sum);
            }
        }
    }

    private static void StoreCodes(MachineCode code, int vectors, int first, bool partial)
    {
        VectorRegister register = TileEmitter.Vectors[first];
        Address to = At(Pixel, Offset);
        if (partial)
        {
            // No wider than need be: a masked store that touches a page which cannot be written takes microseconds, though it writes nothing there.
            VectorLength widest = vectors == 1 ? VectorLength.Bytes16 : vectors == 2 ? VectorLength.Bytes32 : VectorLength.Bytes64;
            code.Emit(Vmovdqu8Store, to with { Mask = K1 }, register, widest);
            return;
        }
        VectorLength length = vectors == 1 ? VectorLength.Bytes16 : vectors == TileShape.MaxVectors ? VectorLength.Bytes64 : VectorLength.Bytes32;
        code.Emit(Vmovdqu32Store, to, register, length);
        if (vectors == 3) { code.Emit(Vextracti32x4, At(Pixel, Offset, VectorBytes / 2), register, part: 2); }
    }

    /// <summary>Loads the columns to write of each register of floats into the masks of <see cref="Masked"/>.</summary>
    public static void LoadFloatMasks(MachineCode code, int vectors)
    {
        for (int vector = 0; vector < vectors; vector++) { code.Emit(Kmovw, s_masks[vector], At(Call, TileCall.ColumnsAt + vector * sizeof(ushort))); }
    }

    /// <summary>An operand that reads or writes the columns of one register that are to be written.</summary>
    public static Address Masked(Address to, int vector) => to with { Mask = s_masks[vector] };

    private static VectorRegister Sum(TileShape shape, int row, int vector) => TileEmitter.Vectors[row * shape.Vectors + vector];
}
