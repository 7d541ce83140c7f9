using static Microsoft.ML.Quantization.Kernels.Address;
using static Microsoft.ML.Quantization.Kernels.GeneralRegister;
using static Microsoft.ML.Quantization.Kernels.IntegerInstruction;
using static Microsoft.ML.Quantization.Kernels.Jump;
using static Microsoft.ML.Quantization.Kernels.TileRegister;
using static Microsoft.ML.Quantization.Kernels.VectorInstruction;
using static Microsoft.ML.Quantization.Kernels.VexInstruction;

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

    private static readonly TileRegister[] s_tiles = [Tmm0, Tmm1, Tmm2, Tmm3, Tmm4, Tmm5, Tmm6, Tmm7];
    private static readonly GeneralRegister[] s_inputs = [Rdx, Rbx];

    private static GeneralRegister Call => EmittedFunction.Argument;

    private static GeneralRegister Input => Rax;

    private static GeneralRegister InputStride => R13;

    private static GeneralRegister WeightStride => R14;

    private static GeneralRegister NoStride => R15;

    private static GeneralRegister Weights => Rsi;

    private static GeneralRegister Steps => Rbp;

    private static GeneralRegister Sums => R11;

    private static GeneralRegister RowsLeft => R12;

    /// <summary>Emits the function that sets the sizes of the tile registers.</summary>
    public static void WriteConfiguration(MachineCode code)
    {
        code.Emit(Mov, Rcx, At(Call, TileCall.ConfigurationAt));
        code.Emit(Ldtilecfg, At(Rcx));
    }

    /// <summary>Emits it as a function of one <see cref="TileCall"/>.</summary>
    /// <param name="code">The assembler.</param>
    /// <param name="inputTiles">1 or 2.</param>
    /// <param name="vectors">Registers of columns.</param>
    /// <param name="output">What it writes.</param>
    public static void Write(MachineCode code, int inputTiles, int vectors, OutputKind output)
    {
        CodeLabel block = new();
        code.Emit(Mov, Input, At(Call, TileCall.RowsAt));
        code.Emit(Mov, InputStride, At(Call, TileCall.InputStrideAt));
        code.Emit(Mov, WeightStride, vectors * VectorBytes);
        code.EmitZero(R15);
        code.Place(block);
        for (int vector = 0; vector < vectors; vector += ColumnTiles) { Multiply(code, inputTiles, vectors, vector); }
        Output(code, vectors, output);
        code.Emit(Imul, R10, InputStride, inputTiles * TileRows);
        code.Emit(Add, Input, R10);
        code.EmitDecrement(At(Call, TileCall.TilesAt));
        code.Emit(Jne, block);
    }

    private static TileRegister SumTile(int input, int column) => s_tiles[input * ColumnTiles + column];

    private static void Multiply(MachineCode code, int inputTiles, int vectors, int vector)
    {
        CodeLabel step = new();
        int columns = Math.Min(ColumnTiles, vectors - vector);
        code.Emit(Mov, Rcx, At(Call, TileCall.StartAt));
        for (int tile = 0; tile < inputTiles * columns; tile++) { code.Emit(Tileloadd, SumTile(tile / columns, tile % columns), At(Rcx, NoStride, (vector + tile % columns) * VectorBytes)); }
        code.Emit(Mov, Weights, At(Call, TileCall.WeightsAt));
        code.Emit(Mov, s_inputs[0], Input);
        if (inputTiles > 1)
        {
            code.Emit(Imul, s_inputs[1], InputStride, TileRows);
            code.Emit(Add, s_inputs[1], Input);
        }
        code.Emit(Mov, Steps, At(Call, TileCall.StepsAt));
        code.Place(step);
        for (int input = 0; input < inputTiles; input++) { code.Emit(Tileloadd, s_tiles[FirstInput + input], At(s_inputs[input], InputStride)); }
        for (int column = 0; column < columns; column++)
        {
            code.Emit(Tileloadd, s_tiles[FirstWeights + column], At(Weights, WeightStride, (vector + column) * VectorBytes));
            for (int input = 0; input < inputTiles; input++) { code.Emit(Tdpbusd, SumTile(input, column), s_tiles[FirstInput + input], s_tiles[FirstWeights + column]); }
        }
        for (int input = 0; input < inputTiles; input++) { code.Emit(Add, s_inputs[input], StepBytes); }
        code.Emit(Add, Weights, StepBytes / 4 * vectors * VectorBytes);
        code.EmitDecrement(Steps);
        code.Emit(Jne, step);
        code.Emit(Mov, Sums, At(Call, TileCall.SumsAt));
        for (int tile = 0; tile < inputTiles * columns; tile++)
        {
            code.Emit(Tilestored, SumTile(tile / columns, tile % columns), At(Sums, WeightStride, (tile / columns * TileRows * vectors + vector + tile % columns) * VectorBytes));
        }
    }

    private static void Output(MachineCode code, int vectors, OutputKind output)
    {
        CodeLabel several = new(), single = new(), done = new();
        code.Emit(Mov, RowsLeft, At(Call, TileCall.BlockRowsAt));
        code.Emit(Mov, Sums, At(Call, TileCall.SumsAt));
        code.Place(several);
        code.Emit(Cmp, RowsLeft, OutputRows);
        code.Emit(Jl, single);
        Rows(code, new(OutputRows, vectors, TileInput.Codes, output));
        code.Emit(Jmp, several);
        code.Place(single);
        code.Emit(Test, RowsLeft, RowsLeft);
        code.Emit(Je, done);
        Rows(code, new(1, vectors, TileInput.Codes, output));
        code.Emit(Jmp, single);
        code.Place(done);
    }

    private static void Rows(MachineCode code, TileShape shape)
    {
        for (int sum = 0; sum < shape.Sums; sum++) { code.Emit(Vmovdqu32, TileEmitter.Vectors[sum], At(Sums, sum * VectorBytes)); }
        TileOutputEmitter.Write(code, shape);
        code.Emit(Add, Sums, shape.Sums * VectorBytes);
        code.Emit(Add, At(Call, TileCall.OutputsAt), shape.Rows * PointerBytes);
        code.Emit(Sub, RowsLeft, shape.Rows);
    }
}
