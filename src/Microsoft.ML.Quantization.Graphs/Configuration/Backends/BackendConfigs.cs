using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>The backends that have names (<c>torch.ao.quantization.backend_config</c>): which patterns they run, and in which types.</summary>
/// <remarks>
/// Source: the backend configurations of PyTorch 1.13.1; <see cref="OneDnn"/> adds the fusions of 2.x, and <see cref="ExecuTorch"/> is that of
/// 2.0, because 1.13 has no working one.
/// </remarks>
public static class BackendConfigs
{
    private static readonly ImmutableArray<DTypeConfig> s_conv = [DTypeConfigs.WeightedOpInt8];
    private static readonly ImmutableArray<DTypeConfig> s_linear = [DTypeConfigs.WeightedOpInt8, DTypeConfigs.DefaultDynamicInt8, DTypeConfigs.DefaultDynamicFloat16];
    private static readonly ImmutableArray<DTypeConfig> s_plain = [DTypeConfigs.DefaultOpQUInt8];
    private static readonly ImmutableArray<DTypeConfig> s_recurrent = [DTypeConfigs.DefaultDynamicInt8, DTypeConfigs.DefaultDynamicFloat16];
    private static readonly ImmutableArray<DTypeConfig> s_embedding = [DTypeConfigs.WeightOnlyQUInt8, DTypeConfigs.WeightOnlyQUInt4x2];
    private static readonly ImmutableArray<DTypeConfig> s_layerNorm = [DTypeConfigs.InputOutputOnlyQUInt8];

    /// <summary>What PyTorch itself runs: the union of FBGEMM and QNNPACK without the symmetric qint8 forms.</summary>
    public static BackendConfig Native { get; } = Usual("native", s_conv, s_linear, s_plain, s_layerNorm);

    /// <summary>FBGEMM: x86 servers.</summary>
    public static BackendConfig Fbgemm { get; } = Usual("fbgemm", s_conv, s_linear, s_plain, layerNorm: []);

    /// <summary>x86: FBGEMM and oneDNN, whichever is faster.</summary>
    public static BackendConfig X86 { get; } = Usual("x86", s_conv, s_linear, s_plain, layerNorm: []);

    /// <summary>QNNPACK and XNNPACK: phones; symmetric qint8 first.</summary>
    public static BackendConfig Qnnpack { get; } = Usual("qnnpack", s_conv.Insert(0, DTypeConfigs.WeightedOpQInt8Symmetric), s_linear.Insert(0, DTypeConfigs.WeightedOpQInt8Symmetric),
        s_plain.Insert(0, DTypeConfigs.DefaultOpQInt8Symmetric), layerNorm: []);

    /// <summary>oneDNN: x86 with VNNI; sums behind convolutions, LeakyReLU and Tanh behind linear layers besides the usual fusions.</summary>
    public static BackendConfig OneDnn { get; } = new BackendConfig("onednn")
        .SetBackendPatternConfigs([.. WeightedPatterns.Convolutions(s_conv), .. OneDnnPatterns.Sums(s_conv)])
        .SetBackendPatternConfigs([.. WeightedPatterns.Linears([DTypeConfigs.WeightedOpInt8, DTypeConfigs.DefaultDynamicInt8]), .. OneDnnPatterns.Linears([DTypeConfigs.WeightedOpInt8, DTypeConfigs.DefaultDynamicInt8])])
        .SetBackendPatternConfigs(PlainPatterns.Binary(s_plain))
        .SetBackendPatternConfig(PlainPatterns.Cat(s_plain))
        .SetBackendPatternConfigs(PlainPatterns.Defaults(s_plain))
        .SetBackendPatternConfigs(PlainPatterns.FixedQParams(s_plain))
        .SetBackendPatternConfigs(PlainPatterns.SharedQParams(s_plain))
        .SetBackendPatternConfigs(PlainPatterns.Normalizations(s_plain))
        .SetBackendPatternConfigs(PlainPatterns.LayerNormalizations(s_layerNorm))
        .SetBackendPatternConfigs(WeightedPatterns.Recurrent([DTypeConfigs.DefaultDynamicInt8]))
        .SetBackendPatternConfigs(WeightedPatterns.Embeddings([DTypeConfigs.WeightOnlyQInt8]));

    /// <summary>TensorRT: qint8 everywhere.</summary>
    public static BackendConfig TensorRT { get; } = new BackendConfig("tensorrt")
        .SetBackendPatternConfigs(WeightedPatterns.Convolutions([DTypeConfigs.WeightedOpQInt8]))
        .SetBackendPatternConfig(WeightedPatterns.AddMM(DTypeConfigs.WeightedOpQInt8))
        .SetBackendPatternConfig(PlainPatterns.Cat([DTypeConfigs.DefaultOpQInt8]))
        .SetBackendPatternConfigs(WeightedPatterns.Linears([DTypeConfigs.WeightedOpQInt8]))
        .SetBackendPatternConfigs(PlainPatterns.Binary([DTypeConfigs.WeightedOpQInt8]))
        .SetBackendPatternConfigs(PlainPatterns.SharedQParams([DTypeConfigs.DefaultOpQInt8]));

    /// <summary>ExecuTorch: XNNPACK on phones, few patterns.</summary>
    public static BackendConfig ExecuTorch { get; } = new BackendConfig("executorch")
        .SetBackendPatternConfigs(ExecuTorchPatterns.Linears([DTypeConfigs.WeightedOpQInt8Symmetric, .. s_linear]))
        .SetBackendPatternConfigs(ExecuTorchPatterns.Convolutions([DTypeConfigs.WeightedOpQInt8Symmetric, .. s_conv]))
        .SetBackendPatternConfigs(PlainPatterns.Sums([DTypeConfigs.DefaultOpQInt8Symmetric, .. s_conv]))
        .SetBackendPatternConfigs(PlainPatterns.SharedOnExecuTorch([DTypeConfigs.DefaultOpQInt8Symmetric, .. s_plain]))
        .SetBackendPatternConfig(new(BackendPattern.Of("nn.BatchNorm2d")) { DTypes = [DTypeConfigs.DefaultOpQInt8Symmetric, .. s_plain] })
        .SetBackendPatternConfig(PlainPatterns.Cat([DTypeConfigs.DefaultOpQInt8Symmetric, .. s_plain]));

    /// <summary>All of them, in alphabetical order.</summary>
    public static ImmutableArray<BackendConfig> All { get; } = [ExecuTorch, Fbgemm, Native, OneDnn, Qnnpack, TensorRT, X86];

    /// <summary>The backend of a name.</summary>
    /// <exception cref="QuantizationException">There is none.</exception>
    public static BackendConfig Of(string name) => All.FirstOrDefault(backend => backend.Name == name)
        ?? throw new QuantizationException($"There is no backend configuration '{name}'; expected one of {string.Join(", ", All.Select(backend => backend.Name))}, or one of your own.");

    private static BackendConfig Usual(string name, ImmutableArray<DTypeConfig> conv, ImmutableArray<DTypeConfig> linear, ImmutableArray<DTypeConfig> plain, ImmutableArray<DTypeConfig> layerNorm)
    {
        BackendConfig backend = new BackendConfig(name)
            .SetBackendPatternConfigs(WeightedPatterns.Convolutions(conv))
            .SetBackendPatternConfigs(WeightedPatterns.Linears(linear))
            .SetBackendPatternConfigs(PlainPatterns.Binary(conv))
            .SetBackendPatternConfig(PlainPatterns.Cat(plain))
            .SetBackendPatternConfigs(PlainPatterns.Defaults(plain))
            .SetBackendPatternConfigs(PlainPatterns.FixedQParams(conv))
            .SetBackendPatternConfigs(PlainPatterns.SharedQParams(plain))
            .SetBackendPatternConfigs(PlainPatterns.Normalizations(plain));
        if (!layerNorm.IsEmpty) { backend = backend.SetBackendPatternConfigs(PlainPatterns.LayerNormalizations(layerNorm)); }
        return backend.SetBackendPatternConfigs(WeightedPatterns.Recurrent(s_recurrent)).SetBackendPatternConfigs(WeightedPatterns.Embeddings(s_embedding));
    }
}
