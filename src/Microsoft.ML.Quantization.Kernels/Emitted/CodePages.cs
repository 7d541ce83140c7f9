using System.Runtime.InteropServices;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Memory for machine code: written once, then readable and executable but never writable again. It is never freed.</summary>
internal static unsafe partial class CodePages
{
    private const int ReadWrite = 3, ReadExecute = 5, PrivateAnonymousLinux = 0x22, PrivateAnonymousBsd = 0x1002;
    private const uint CommitReserve = 0x3000, PageReadWrite = 4, PageExecuteRead = 0x20;

    private static readonly Lazy<bool> s_allowed = new(static () => RunsProbe());

    /// <summary>Whether this system lets a process run code that it wrote. Tried once, by doing it.</summary>
    public static bool Allowed => s_allowed.Value;

    /// <summary>Puts code on pages of its own and returns its address, or 0 where the system refuses.</summary>
    public static nint Write(ReadOnlySpan<byte> code)
    {
        nuint size = ((nuint)code.Length + (nuint)Environment.SystemPageSize - 1) / (nuint)Environment.SystemPageSize * (nuint)Environment.SystemPageSize;
        void* pages = OperatingSystem.IsWindows()
            ? VirtualAlloc(null, size, CommitReserve, PageReadWrite)
            : mmap(null, size, ReadWrite, OperatingSystem.IsLinux() || OperatingSystem.IsAndroid() ? PrivateAnonymousLinux : PrivateAnonymousBsd, -1, 0);
        if (pages is null || (nint)pages == -1) { return 0; }
        code.CopyTo(new Span<byte>(pages, code.Length));
        bool ready = OperatingSystem.IsWindows()
            ? VirtualProtect(pages, size, PageExecuteRead, out _) != 0 && FlushInstructionCache(-1, pages, size) != 0
            : mprotect(pages, size, ReadExecute) == 0;
        if (ready) { return (nint)pages; }
        _ = OperatingSystem.IsWindows() ? VirtualFree(pages, 0, 0x8000) : munmap(pages, size);
        return 0;
    }

    private static bool RunsProbe()
    {
        try
        {
            // mov eax, 0x2A51; ret
            nint probe = Write([0xB8, 0x51, 0x2A, 0x00, 0x00, 0xC3]);
            return probe != 0 && ((delegate* unmanaged<int>)probe)() == 0x2A51;
        }
        catch (Exception problem) when (problem is DllNotFoundException or EntryPointNotFoundException)
        {
            return false;
        }
    }

    [LibraryImport("libc")]
    private static partial void* mmap(void* address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc")]
    private static partial int mprotect(void* address, nuint length, int protection);

    [LibraryImport("libc")]
    private static partial int munmap(void* address, nuint length);

    [LibraryImport("kernel32")]
    private static partial void* VirtualAlloc(void* address, nuint size, uint type, uint protection);

    [LibraryImport("kernel32")]
    private static partial int VirtualProtect(void* address, nuint size, uint protection, out uint before);

    [LibraryImport("kernel32")]
    private static partial int VirtualFree(void* address, nuint size, uint type);

    [LibraryImport("kernel32")]
    private static partial int FlushInstructionCache(nint process, void* address, nuint size);
}
