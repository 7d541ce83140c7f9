using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>
/// Writes the machine code of a product on tile registers: one or two tiles of up to 16 evenly spaced input rows times a panel of
/// 16 · vectors columns, two registers of columns at a time. Sums pass through memory to the output stage of <see cref="TileOutputEmitter"/>.
/// </summary>
internal static class AmxTileEmitter
{
    /// <summary>Rows of one tile.</summary>
    public const int TileRows = 16;

    /// <summary>Bytes of k in one step.</summary>
    public const int StepBytes = 64;

    private const int VectorBytes = 64, PointerBytes = 8, OutputRows = 4, ColumnTiles = 2, FirstInput = 4, FirstWeights = 6;

    private static readonly AssemblerRegisterTMM[] s_tiles = [tmm0, tmm1, tmm2, tmm3, tmm4, tmm5, tmm6, tmm7];
    private static readonly AssemblerRegister64[] s_inputs = [rdx, rbx];

    private static AssemblerRegister64 Call => EmittedFunction.Argument;

    private static AssemblerRegister64 Input => rax;

    private static AssemblerRegister64 InputStride => r13;

    private static AssemblerRegister64 WeightStride => r14;

    private static AssemblerRegister64 NoStride => r15;

    private static AssemblerRegister64 Weights => rsi;

    private static AssemblerRegister64 Steps => rbp;

    private static AssemblerRegister64 Sums => r11;

    private static AssemblerRegister64 RowsLeft => r12;

    /// <summary>Emits it as a function of one <see cref="TileCall"/>.</summary>
    /// <param name="code">The assembler.</param>
    /// <param name="inputTiles">1 or 2.</param>
    /// <param name="vectors">Registers of columns.</param>
    /// <param name="output">What it writes.</param>
    public static void Write(Assembler code, int inputTiles, int vectors, OutputKind output)
    {
        Label block = code.CreateLabel();
        code.mov(rcx, __qword_ptr[Call + TileCall.ConfigurationAt]);
        code.ldtilecfg(__[rcx]);
        code.mov(Input, __qword_ptr[Call + TileCall.RowsAt]);
        code.mov(InputStride, __qword_ptr[Call + TileCall.InputStrideAt]);
        code.mov(WeightStride, vectors * VectorBytes);
        code.xor(r15d, r15d);
        code.Label(ref block);
        for (int vector = 0; vector < vectors; vector += ColumnTiles) { Multiply(code, inputTiles, vectors, vector); }
        Output(code, vectors, output);
        code.imul(r10, InputStride, inputTiles * TileRows);
        code.add(Input, r10);
        code.dec(__qword_ptr[Call + TileCall.TilesAt]);
        code.jne(block);
        code.tilerelease();
    }

    private static AssemblerRegisterTMM SumTile(int input, int column) => s_tiles[input * ColumnTiles + column];

    private static void Multiply(Assembler code, int inputTiles, int vectors, int vector)
    {
        Label step = code.CreateLabel();
        int columns = Math.Min(ColumnTiles, vectors - vector);
        code.mov(rcx, __qword_ptr[Call + TileCall.StartAt]);
        for (int tile = 0; tile < inputTiles * columns; tile++) { code.tileloadd(SumTile(tile / columns, tile % columns), __[rcx + NoStride + (vector + tile % columns) * VectorBytes]); }
        code.mov(Weights, __qword_ptr[Call + TileCall.WeightsAt]);
        code.mov(s_inputs[0], Input);
        if (inputTiles > 1)
        {
            code.imul(s_inputs[1], InputStride, TileRows);
            code.add(s_inputs[1], Input);
        }
        code.mov(Steps, __qword_ptr[Call + TileCall.StepsAt]);
        code.Label(ref step);
        for (int input = 0; input < inputTiles; input++) { code.tileloadd(s_tiles[FirstInput + input], __[s_inputs[input] + InputStride]); }
        for (int column = 0; column < columns; column++)
        {
            code.tileloadd(s_tiles[FirstWeights + column], __[Weights + WeightStride + (vector + column) * VectorBytes]);
            for (int input = 0; input < inputTiles; input++) { code.tdpbusd(SumTile(input, column), s_tiles[FirstInput + input], s_tiles[FirstWeights + column]); }
        }
        for (int input = 0; input < inputTiles; input++) { code.add(s_inputs[input], StepBytes); }
        code.add(Weights, StepBytes / 4 * vectors * VectorBytes);
        code.dec(Steps);
        code.jne(step);
        code.mov(Sums, __qword_ptr[Call + TileCall.SumsAt]);
        for (int tile = 0; tile < inputTiles * columns; tile++)
        {
            code.tilestored(__[Sums + WeightStride + (tile / columns * TileRows * vectors + vector + tile % columns) * VectorBytes], SumTile(tile / columns, tile % columns));
        }
    }

    private static void Output(Assembler code, int vectors, OutputKind output)
    {
        Label several = code.CreateLabel(), single = code.CreateLabel(), done = code.CreateLabel();
        code.mov(RowsLeft, __qword_ptr[Call + TileCall.BlockRowsAt]);
        code.mov(Sums, __qword_ptr[Call + TileCall.SumsAt]);
        code.Label(ref several);
        code.cmp(RowsLeft, OutputRows);
        code.jl(single);
        Rows(code, new(OutputRows, vectors, TileInput.Codes, output));
        code.jmp(several);
        code.Label(ref single);
        code.test(RowsLeft, RowsLeft);
        code.je(done);
        Rows(code, new(1, vectors, TileInput.Codes, output));
        code.jmp(single);
        code.Label(ref done);
    }

    private static void Rows(Assembler code, TileShape shape)
    {
        for (int sum = 0; sum < shape.Sums; sum++) { code.vmovdqu32(TileEmitter.Vectors[sum], __zmmword_ptr[Sums + sum * VectorBytes]); }
        TileOutputEmitter.Write(code, shape);
        code.add(Sums, shape.Sums * VectorBytes);
        code.add(__qword_ptr[Call + TileCall.OutputsAt], shape.Rows * PointerBytes);
        code.sub(RowsLeft, shape.Rows);
    }
}
