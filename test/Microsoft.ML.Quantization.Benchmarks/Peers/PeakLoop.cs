using Microsoft.ML.Quantization.Kernels;
using static Microsoft.ML.Quantization.Kernels.Address;
using static Microsoft.ML.Quantization.Kernels.GeneralRegister;
using static Microsoft.ML.Quantization.Kernels.IntegerInstruction;
using static Microsoft.ML.Quantization.Kernels.Jump;
using static Microsoft.ML.Quantization.Kernels.VectorInstruction;
using static Microsoft.ML.Quantization.Kernels.VectorRegister;

namespace Microsoft.ML.Quantization.Benchmarks.Peers;

/// <summary>Nothing but independent 512-bit vpdpbusd: the most this processor can do with them.</summary>
internal sealed unsafe class PeakLoop
{
    private const int Independent = 12, Iterations = 20_000, OperationsOfOne = 2 * 64;

    private readonly nint _code;

    private PeakLoop(nint code) => _code = code;

    /// <summary>Operations of one call.</summary>
    public static double Operations => (double)Independent * Iterations * OperationsOfOne;

    /// <summary>The loop, or null on processors without the instruction.</summary>
    public static PeakLoop? Create() => Avx512Vnni.IsSupported ? new(EmittedFunction.Emit(Write)) : null;

    /// <summary>Runs it once.</summary>
    public void Run()
    {
        long iterations = Iterations;
        ((delegate* unmanaged<long*, void>)_code)(&iterations);
    }

    private static void Write(MachineCode code)
    {
        CodeLabel loop = new();
        code.Emit(Mov, Rcx, At(EmittedFunction.Argument));
        code.Place(loop);
        for (int i = 0; i < Independent; i++) { code.Emit(Vpdpbusd, TileEmitter.Vectors[i], Zmm30, Zmm31); }
        code.EmitDecrement(Rcx);
        code.Emit(Jne, loop);
    }
}
