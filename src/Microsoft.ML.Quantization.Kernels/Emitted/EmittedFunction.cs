using static Microsoft.ML.Quantization.Kernels.Address;
using static Microsoft.ML.Quantization.Kernels.GeneralRegister;
using static Microsoft.ML.Quantization.Kernels.IntegerInstruction;
using static Microsoft.ML.Quantization.Kernels.VexInstruction;
using static Microsoft.ML.Quantization.Kernels.VectorRegister;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>The frame of an emitted function of one pointer, for the calling convention of this system.</summary>
internal static class EmittedFunction
{
    private const int SavedVectors = 10, VectorBytes = 16;

    private static readonly GeneralRegister[] s_saved = [Rbx, Rbp, R12, R13, R14, R15];
    private static readonly GeneralRegister[] s_savedOnWindows = [Rbx, Rbp, Rdi, Rsi, R12, R13, R14, R15];
    private static readonly VectorRegister[] s_vectors = [Zmm6, Zmm7, Zmm8, Zmm9, Zmm10, Zmm11, Zmm12, Zmm13, Zmm14, Zmm15];

    /// <summary>The argument, wherever the convention passes it; the body may not change it.</summary>
    public static GeneralRegister Argument => Rdi;

    /// <summary>Emits a function around a body that may use every register but rsp and <see cref="Argument"/>, puts it on pages and returns its address.</summary>
    /// <exception cref="QuantizationException">The system has no more memory for code.</exception>
    public static nint Emit(Action<MachineCode> body)
    {
        byte[] code = Assemble(body, OperatingSystem.IsWindows());
        nint address = CodePages.Write(code);
        return address != 0 ? address : throw new QuantizationException($"The system gave no memory for {code.Length} bytes of code. Set {EngineList.ForceVariable} to another engine.");
    }

    /// <summary>The bytes of that function; they may lie anywhere.</summary>
    public static byte[] Assemble(Action<MachineCode> body, bool windows)
    {
        var code = new MachineCode();
        GeneralRegister[] saved = windows ? s_savedOnWindows : s_saved;
        foreach (GeneralRegister register in saved) { code.EmitPush(register); }
        if (windows)
        {
            code.Emit(Mov, Argument, Rcx);
            code.Emit(Sub, Rsp, SavedVectors * VectorBytes);
            for (int i = 0; i < SavedVectors; i++) { code.Emit(Vmovups16Store, s_vectors[i], At(Rsp, i * VectorBytes)); }
        }
        body(code);
        code.EmitZeroUpper();
        if (windows)
        {
            for (int i = 0; i < SavedVectors; i++) { code.Emit(Vmovups16, s_vectors[i], At(Rsp, i * VectorBytes)); }
            code.Emit(Add, Rsp, SavedVectors * VectorBytes);
        }
        for (int i = saved.Length - 1; i >= 0; i--) { code.EmitPop(saved[i]); }
        code.EmitReturn();
        return code.ToArray();
    }
}
