namespace Microsoft.ML.Quantization.Kernels;

/// <summary>The 64-bit registers, by the numbers that instructions hold.</summary>
internal enum GeneralRegister
{
    Rax, Rcx, Rdx, Rbx, Rsp, Rbp, Rsi, Rdi, R8, R9, R10, R11, R12, R13, R14, R15,
}
