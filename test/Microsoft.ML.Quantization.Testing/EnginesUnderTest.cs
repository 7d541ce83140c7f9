using System.Collections.Immutable;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Testing;

/// <summary>The engines that specifications walk: the one that <c>MLQ_ENGINE</c> forces, or else all that this processor runs.</summary>
public static class EnginesUnderTest
{
    /// <summary>Fastest first.</summary>
    public static ImmutableArray<Engine> All { get; } =
        Environment.GetEnvironmentVariable(EngineList.ForceVariable) is { Length: > 0 } forced ? [EngineList.Find(forced)] : EngineList.Supported;
}
