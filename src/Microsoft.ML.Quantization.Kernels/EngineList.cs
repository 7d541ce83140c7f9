using System.Collections.Immutable;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>
/// Every engine, fastest first. To add an instruction set: write its struct, add one line to <see cref="All"/>; tests and benchmarks walk
/// this list.
/// </summary>
public static class EngineList
{
    /// <summary>The environment variable that forces an engine, e.g. <c>MLQ_ENGINE=Reference</c>.</summary>
    public const string ForceVariable = "MLQ_ENGINE";

    /// <summary>All engines, fastest first, whether this processor can run them or not.</summary>
    public static ImmutableArray<Engine> All { get; } =
    [
        new VectorEngine<EmittedInt8Convolutions<Yes>, Avx2Bytes, Avx512Float, Vector512<float>>("AmxInt8Emitted"),
        new VectorEngine<EmittedInt8Convolutions<No>, Avx2Bytes, Avx512Float, Vector512<float>>("Avx512VnniEmitted"),
        new VectorEngine<VectorInt8Convolutions<AvxVnniDot, Vector256<int>>, Avx2Bytes, Fma256, Vector256<float>>("AvxVnni"),
        new VectorEngine<PairInt8Convolutions<Avx512Dot<No>, Avx512Dot<Yes>, Vector512<int>>, Avx2Bytes, Avx512Float, Vector512<float>>("Avx512"),
        new VectorEngine<PairInt8Convolutions<Avx2Dot<No>, Avx2Dot<Yes>, Vector256<int>>, Avx2Bytes, Fma256, Vector256<float>>("Avx2"),
        new VectorEngine<VectorInt8Convolutions<ArmDpDot, Vector128<int>>, PortableBytes, Vector128Float, Vector128<float>>("ArmDp"),
        new VectorEngine<VectorInt8Convolutions<ArmAdvSimdDot, Vector128<int>>, PortableBytes, Vector128Float, Vector128<float>>("ArmAdvSimd"),
        new VectorEngine<VectorInt8Convolutions<Vector128Dot, Vector128<int>>, PortableBytes, Vector128Float, Vector128<float>>("Vector128"),
        new ReferenceEngine(),
    ];

    /// <summary>The plain loops that define what every engine returns.</summary>
    public static Engine Reference => All[^1];

    /// <summary>The engines this processor can run, fastest first.</summary>
    public static ImmutableArray<Engine> Supported { get; } = [.. All.Where(static engine => engine.IsSupported)];

    /// <summary>The engine named by <see cref="ForceVariable"/>, which is read at each call, or else the fastest one.</summary>
    /// <exception cref="QuantizationException">The variable names no engine that runs here.</exception>
    public static Engine Default => Choose(Environment.GetEnvironmentVariable(ForceVariable));

    /// <summary>A supported engine by its name (case matters not).</summary>
    /// <exception cref="QuantizationException">No engine of that name runs here.</exception>
    public static Engine Find(string name) => Supported.FirstOrDefault(engine => engine.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw new QuantizationException($"There is no engine '{name}' here; this processor runs {Names(Supported)}{Hint(name)}. Name one of these or unset {ForceVariable}.");

    /// <summary>The engine of that name, or the fastest one when <paramref name="forced"/> is null or empty.</summary>
    /// <exception cref="QuantizationException">No engine of that name runs here.</exception>
    public static Engine Choose(string? forced) => string.IsNullOrEmpty(forced) ? Supported[0] : Find(forced);

    private static string Hint(string name) =>
        All.Any(engine => engine.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) ? $" (it lacks the instructions of {name})" : "";

    private static string Names(ImmutableArray<Engine> engines) => string.Join(", ", engines.Select(static engine => engine.Name));
}
