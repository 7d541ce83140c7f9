using System.Diagnostics;

namespace Microsoft.ML.Quantization.Benchmarks.Peers;

/// <summary>Keeps this process on its last processor while it lives, where the system allows that.</summary>
internal sealed class PinnedThread : IDisposable
{
    private readonly Process _process = Process.GetCurrentProcess();
    private readonly nint _before;

    public PinnedThread()
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsWindows()) { return; }
        _before = _process.ProcessorAffinity;
        int last = 63 - System.Numerics.BitOperations.LeadingZeroCount((ulong)_before);
        _process.ProcessorAffinity = (nint)(1UL << last);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (OperatingSystem.IsLinux() || OperatingSystem.IsWindows()) { _process.ProcessorAffinity = _before; }
        _process.Dispose();
    }
}
