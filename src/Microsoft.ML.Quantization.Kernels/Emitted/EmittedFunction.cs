using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>The frame of an emitted function of one pointer, for the calling convention of this system.</summary>
internal static class EmittedFunction
{
    private const int SavedVectors = 10, VectorBytes = 16;

    private static readonly AssemblerRegister64[] s_saved = [rbx, rbp, r12, r13, r14, r15];
    private static readonly AssemblerRegister64[] s_savedOnWindows = [rbx, rbp, rdi, rsi, r12, r13, r14, r15];
    private static readonly AssemblerRegisterXMM[] s_vectors = [xmm6, xmm7, xmm8, xmm9, xmm10, xmm11, xmm12, xmm13, xmm14, xmm15];

    /// <summary>The argument, wherever the convention passes it; the body may not change it.</summary>
    public static AssemblerRegister64 Argument => rdi;

    /// <summary>Emits a function around a body that may use every register but rsp and <see cref="Argument"/>, puts it on pages and returns its address.</summary>
    /// <exception cref="QuantizationException">The system has no more memory for code.</exception>
    public static nint Emit(Action<Assembler> body)
    {
        byte[] code = Assemble(body, OperatingSystem.IsWindows());
        nint address = CodePages.Write(code);
        return address != 0 ? address : throw new QuantizationException($"The system gave no memory for {code.Length} bytes of code. Set {EngineList.ForceVariable} to another engine.");
    }

    /// <summary>The bytes of that function; they may lie anywhere.</summary>
    public static byte[] Assemble(Action<Assembler> body, bool windows)
    {
        var code = new Assembler(64);
        AssemblerRegister64[] saved = windows ? s_savedOnWindows : s_saved;
        foreach (AssemblerRegister64 register in saved) { code.push(register); }
        if (windows)
        {
            code.mov(Argument, rcx);
            code.sub(rsp, SavedVectors * VectorBytes);
            for (int i = 0; i < SavedVectors; i++) { code.vmovups(__xmmword_ptr[rsp + i * VectorBytes], s_vectors[i]); }
        }
        body(code);
        code.vzeroupper();
        if (windows)
        {
            for (int i = 0; i < SavedVectors; i++) { code.vmovups(s_vectors[i], __xmmword_ptr[rsp + i * VectorBytes]); }
            code.add(rsp, SavedVectors * VectorBytes);
        }
        for (int i = saved.Length - 1; i >= 0; i--) { code.pop(saved[i]); }
        code.ret();
        using var bytes = new MemoryStream();
        code.Assemble(new StreamCodeWriter(bytes), 0);
        return bytes.ToArray();
    }
}
