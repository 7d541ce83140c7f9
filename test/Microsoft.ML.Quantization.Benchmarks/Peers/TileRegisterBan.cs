using System.Runtime.InteropServices;

namespace Microsoft.ML.Quantization.Benchmarks.Peers;

/// <summary>
/// Keeps AMX from everything in this process, so that both sides show what they do on a processor without it. Linux gives tile registers
/// to a process that asks (arch_prctl, ARCH_REQ_XCOMP_PERM); ONNX Runtime's MLAS and our own engine ask once and go without when refused. A seccomp
/// filter of the process's own refuses.
/// </summary>
internal static unsafe partial class TileRegisterBan
{
    private const long Prctl = 157, ArchPrctl = 158, Seccomp = 317;
    private const long NoNewPrivileges = 38, ModeFilter = 1, AllThreads = 1;
    private const long RequestPermission = 0x1023, GetPermission = 0x1022;
    private const ulong TileData = 1UL << 18;
    private const uint SixtyFourBits = 0xC000_003E; // AUDIT_ARCH_X86_64
    private const uint Allow = 0x7FFF_0000, Refuse = 0x0005_0000 | NotPermitted, NotPermitted = 1;
    private const ushort Load = 0x20, JumpIfEqual = 0x15, Return = 0x06;
    private const uint NumberAt = 0, ArchitectureAt = 4, FirstArgumentAt = 16;

    /// <summary>To be called before ONNX Runtime is loaded and before an engine is asked for.</summary>
    /// <param name="problem">Why it cannot be done here.</param>
    /// <returns>Whether nothing in this process can use tile registers from now on.</returns>
    public static bool Install(out string problem)
    {
        problem = "--without-amx needs Linux on x64: elsewhere a process cannot give up its tile registers.";
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64) { return false; }
        // if (architecture == x86-64 && number == arch_prctl && argument == ARCH_REQ_XCOMP_PERM) refuse; else allow
        ReadOnlySpan<Instruction> program =
        [
            new(Load, 0, 0, ArchitectureAt),
            new(JumpIfEqual, 0, 5, SixtyFourBits),
            new(Load, 0, 0, NumberAt),
            new(JumpIfEqual, 0, 3, (uint)ArchPrctl),
            new(Load, 0, 0, FirstArgumentAt),
            new(JumpIfEqual, 0, 1, (uint)RequestPermission),
            new(Return, 0, 0, Refuse),
            new(Return, 0, 0, Allow),
        ];
        fixed (Instruction* first = program)
        {
            Filter filter = new((ushort)program.Length, first);
            if (syscall(Prctl, NoNewPrivileges, 1, 0, 0, 0) != 0 || syscall(Seccomp, ModeFilter, AllThreads, (nint)(&filter), 0, 0) != 0)
            {
                problem = $"--without-amx: the system refused the filter (error {Marshal.GetLastSystemError()}); run where seccomp filters are allowed.";
                return false;
            }
        }
        ulong permissions = 0;
        if (syscall(ArchPrctl, GetPermission, (nint)(&permissions), 0, 0, 0) == 0 && (permissions & TileData) != 0)
        {
            problem = "--without-amx: this process has tile registers already; the option must come before anything asks for them.";
            return false;
        }
        return true;
    }

    [LibraryImport("libc")]
    private static partial long syscall(long number, long first, long second, long third, long fourth, long fifth);

    /// <summary>struct sock_filter.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Instruction(ushort Code, byte IfTrue, byte IfFalse, uint Value);

    /// <summary>struct sock_fprog.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Filter(ushort length, Instruction* first)
    {
        public readonly ushort Length = length;
        public readonly Instruction* First = first;
    }
}
