using static Microsoft.ML.Quantization.Kernels.Address;
using static Microsoft.ML.Quantization.Kernels.GeneralRegister;
using static Microsoft.ML.Quantization.Kernels.IntegerInstruction;
using static Microsoft.ML.Quantization.Kernels.Jump;
using static Microsoft.ML.Quantization.Kernels.VectorInstruction;
using static Microsoft.ML.Quantization.Kernels.VectorRegister;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>
/// Writes the machine code of one tile: <see cref="TileShape.Rows"/> input rows times a panel of 16 · <see cref="TileShape.Vectors"/>
/// columns, summed over all taps in registers. The weights of one step stay in registers while every row's four codes (or one
/// float) are broadcast against them.
/// </summary>
internal static class TileEmitter
{
    private const int VectorBytes = 64, PointerBytes = 8, StepBytes = 4;

    private static readonly GeneralRegister[] s_rows = [R8, R9, R10, R11, R12, R13, R14, R15, Rbx, Rbp, Rdx, Rsi];

    /// <summary>The four codes or the float of one row in every lane.</summary>
    private static VectorRegister Codes => Zmm31;

    /// <summary>The sign bits of every byte.</summary>
    private static VectorRegister SignBits => Zmm30;

    private static GeneralRegister Call => EmittedFunction.Argument;

    private static GeneralRegister Weights => Rax;

    /// <summary>The next line to fetch ahead: tiles that fetch have no twelfth row.</summary>
    private static GeneralRegister Ahead => Rsi;

    /// <summary>From panel to panel; such tiles have one row, so the registers of the others are free.</summary>
    private static GeneralRegister PanelBytes => R9;

    private static GeneralRegister ThreePanelBytes => R10;

    /// <summary>Runs from minus the depth up to 0.</summary>
    private static GeneralRegister Depth => Rcx;

    /// <summary>The 512-bit registers by number.</summary>
    public static VectorRegister[] Vectors { get; } =
    [
        Zmm0, Zmm1, Zmm2, Zmm3, Zmm4, Zmm5, Zmm6, Zmm7, Zmm8, Zmm9, Zmm10, Zmm11, Zmm12, Zmm13, Zmm14, Zmm15,
        Zmm16, Zmm17, Zmm18, Zmm19, Zmm20, Zmm21, Zmm22, Zmm23, Zmm24, Zmm25, Zmm26, Zmm27, Zmm28, Zmm29, Zmm30, Zmm31,
    ];

    /// <summary>Emits the tile as a function of one <see cref="TileCall"/>.</summary>
    public static void Write(MachineCode code, TileShape shape)
    {
        CodeLabel tile = new();
        code.Place(tile);
        Begin(code, shape);
        Sum(code, shape);
        if (shape.Fetches) { code.EmitStore(At(Call, TileCall.AheadAt), Ahead); }
        for (int sum = 0; shape.Copies == 2 && sum < shape.Sums; sum++) { code.Emit(Vpaddd, Vectors[sum], Vectors[sum], Vectors[shape.Sums + sum]); }
        if (shape.Input == TileInput.Floats) { TileOutputEmitter.WriteFloats(code, shape); }
        else { TileOutputEmitter.Write(code, shape); }
        code.Emit(Add, At(Call, TileCall.RowsAt), shape.Rows * PointerBytes);
        code.Emit(Add, At(Call, TileCall.OutputsAt), shape.Rows * PointerBytes);
        code.EmitDecrement(At(Call, TileCall.TilesAt));
        code.Emit(Jne, tile);
    }

    private static void Begin(MachineCode code, TileShape shape)
    {
        if (shape.Input == TileInput.Floats) { TileOutputEmitter.FetchOutputs(code, shape); }
        if (shape.Input == TileInput.Floats) { Zero(code, 0, shape.Sums); }
        else { Start(code, shape); }
        if (shape.Fetches)
        {
            // After the end it walks over weights that are there already, which costs nothing.
            code.Emit(Mov, Ahead, At(Call, TileCall.AheadAt));
            code.Emit(Cmp, Ahead, At(Call, TileCall.AheadEndAt));
            code.Emit(Cmovae, Ahead, At(Call, TileCall.WeightsAt));
        }
        if (shape.Vectors > TileShape.MaxVectors)
        {
            code.Emit(Mov, PanelBytes, At(Call, TileCall.PanelBytesAt));
            code.Emit(Lea, ThreePanelBytes, At(PanelBytes, PanelBytes, scaleBits: 1));
        }
        code.Emit(Mov, Weights, At(Call, TileCall.WeightsAt));
        code.Emit(Mov, Rcx, At(Call, TileCall.RowsAt));
        code.EmitStore(At(Call, TileCall.TapAt), Rcx);
        code.Emit(Mov, Rcx, At(Call, TileCall.TapsAt));
        code.EmitStore(At(Call, TileCall.TapsLeftAt), Rcx);
    }

    private static void Start(MachineCode code, TileShape shape)
    {
        code.Emit(Mov, Rcx, At(Call, TileCall.StartAt));
        for (int vector = 0; vector < shape.Vectors; vector++) { code.Emit(Vmovdqu32, Vectors[vector], At(Rcx, vector * VectorBytes)); }
        for (int sum = shape.Vectors; sum < shape.Sums; sum++) { code.Emit(Vmovdqa32, Vectors[sum], Vectors[sum % shape.Vectors]); }
        Zero(code, shape.Sums, shape.Sums * shape.Copies);
        if (shape.Input == TileInput.SignedCodes) { code.Emit(Vpbroadcastd, SignBits, At(Call, TileCall.SignBitsAt)); }
    }

    private static void Zero(MachineCode code, int first, int end)
    {
        for (int sum = first; sum < end; sum++) { code.Emit(Vpxord, Vectors[sum], Vectors[sum], Vectors[sum]); }
    }

    private static void Sum(MachineCode code, TileShape shape)
    {
        CodeLabel tap = new(), pair = new(), odd = new(), next = new();
        code.Place(tap);
        code.Emit(Mov, Rcx, At(Call, TileCall.TapAt));
        for (int row = 0; row < shape.Rows; row++) { code.Emit(Mov, s_rows[row], At(Rcx, row * PointerBytes)); }
        code.Emit(Add, Rcx, At(Call, TileCall.TapBytesAt));
        code.EmitStore(At(Call, TileCall.TapAt), Rcx);
        code.Emit(Mov, Rcx, At(Call, TileCall.AdvanceAt));
        for (int row = 0; row < shape.Rows; row++) { code.Emit(Add, s_rows[row], Rcx); }
        code.Emit(Mov, Depth, At(Call, TileCall.PairsAt));
        code.Emit(Test, Depth, Depth);
        code.Emit(Je, odd);

        code.Place(pair);
        Step(code, shape, 0, 0);
        Step(code, shape, 1, shape.Copies - 1);
        if (shape.Fetches)
        {
            code.EmitPrefetch(At(Ahead));
            code.Emit(Add, Ahead, VectorBytes);
        }
        code.Emit(Add, Weights, 2 * WeightStep(shape));
        code.Emit(Add, Depth, 2 * StepBytes);
        code.Emit(Jne, pair);

        code.Place(odd);
        code.Emit(Cmp, At(Call, TileCall.OddStepAt), 0);
        code.Emit(Je, next);
        Step(code, shape, 0, 0);
        code.Emit(Add, Weights, WeightStep(shape));
        code.Place(next);
        code.EmitDecrement(At(Call, TileCall.TapsLeftAt));
        code.Emit(Jne, tap);
    }

    /// <summary>Bytes of weights that one step takes from a panel.</summary>
    private static int WeightStep(TileShape shape) => (shape.Vectors > TileShape.MaxVectors ? shape.Vectors / TileShape.WidePanels : shape.Vectors) * VectorBytes;

    /// <summary>Four k of codes, or one of floats, of every row and column.</summary>
    private static void Step(MachineCode code, TileShape shape, int step, int copy)
    {
        if (shape.Vectors > TileShape.MaxVectors)
        {
            WideStep(code, shape, step);
            return;
        }
        int firstSum = copy * shape.Sums, firstWeight = shape.Copies * shape.Sums;
        for (int vector = 0; vector < shape.Vectors; vector++)
        {
            code.Emit(Vmovdqu32, Vectors[firstWeight + vector], At(Weights, (step * shape.Vectors + vector) * VectorBytes));
        }
        for (int row = 0; row < shape.Rows; row++)
        {
            if (shape.Input == TileInput.SignedCodes) { code.Emit(Vpxord, Codes, SignBits, Broadcast(s_rows[row], Depth, step * StepBytes)); }
            else { code.Emit(Vpbroadcastd, Codes, At(s_rows[row], Depth, step * StepBytes)); }
            for (int vector = 0; vector < shape.Vectors; vector++)
            {
                VectorRegister sum = Vectors[firstSum + row * shape.Vectors + vector], weights = Vectors[firstWeight + vector];
                if (shape.Input == TileInput.Floats) { code.Emit(Vfmadd231ps, sum, Codes, weights); }
                else { code.Emit(Vpdpbusd, sum, Codes, weights); }
            }
        }
    }

    /// <summary>One k of floats of one row and the columns of several panels.</summary>
    private static void WideStep(MachineCode code, TileShape shape, int step)
    {
        code.Emit(Vbroadcastss, Codes, At(s_rows[0], Depth, step * StepBytes));
        for (int vector = 0; vector < shape.Vectors; vector++)
        {
            (int panel, int inPanel) = Math.DivRem(vector, shape.Vectors / TileShape.WidePanels);
            int at = step * WeightStep(shape) + inPanel * VectorBytes;
            Address weights = panel switch
            {
                0 => At(Weights, at),
                1 => At(Weights, PanelBytes, at),
                2 => At(Weights, PanelBytes, at, scaleBits: 1),
                _ => At(Weights, ThreePanelBytes, at),
            };
            code.Emit(Vfmadd231ps, Vectors[vector], Codes, weights);
        }
    }
}
