using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Microsoft.ML.Quantization.Testing;

/// <summary>Whole memory pages from the operating system, some of which may be made inaccessible.</summary>
internal static partial class NativePages
{
    // The numbers are those of <sys/mman.h> and <memoryapi.h>; only MAP_ANONYMOUS differs between Linux and macOS.
    private const int ProtNone = 0, ProtReadWrite = 3, MapPrivate = 2, MapAnonymousLinux = 0x20, MapAnonymousMac = 0x1000;
    private const uint MemCommitReserve = 0x3000, MemRelease = 0x8000, PageNoAccess = 1, PageReadWrite = 4;

    /// <summary>Readable and writable pages, zeroed.</summary>
    public static nint Allocate(nuint bytes)
    {
        nint address = OperatingSystem.IsWindows()
            ? VirtualAlloc(0, bytes, MemCommitReserve, PageReadWrite)
            : Mmap(0, bytes, ProtReadWrite, MapPrivate | (OperatingSystem.IsMacOS() ? MapAnonymousMac : MapAnonymousLinux), -1, 0);
        return address is 0 or -1 ? throw new Win32Exception() : address;
    }

    /// <summary>Makes any access to the pages end the process.</summary>
    public static void Forbid(nint address, nuint bytes)
    {
        bool done = OperatingSystem.IsWindows() ? VirtualProtect(address, bytes, PageNoAccess, out _) : Mprotect(address, bytes, ProtNone) == 0;
        if (!done) { throw new Win32Exception(); }
    }

    /// <summary>Gives the pages back.</summary>
    public static void Free(nint address, nuint bytes)
    {
        bool done = OperatingSystem.IsWindows() ? VirtualFree(address, 0, MemRelease) : Munmap(address, bytes) == 0;
        if (!done) { throw new Win32Exception(); }
    }

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial nint Mmap(nint address, nuint bytes, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    private static partial int Mprotect(nint address, nuint bytes, int protection);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    private static partial int Munmap(nint address, nuint bytes);

    [LibraryImport("kernel32", EntryPoint = "VirtualAlloc", SetLastError = true)]
    private static partial nint VirtualAlloc(nint address, nuint bytes, uint kind, uint protection);

    [LibraryImport("kernel32", EntryPoint = "VirtualProtect", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool VirtualProtect(nint address, nuint bytes, uint protection, out uint old);

    [LibraryImport("kernel32", EntryPoint = "VirtualFree", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool VirtualFree(nint address, nuint bytes, uint kind);
}
