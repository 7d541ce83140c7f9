using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>The layers with weights that ExecuTorch knows: a subset of the usual patterns.</summary>
/// <remarks>Source: facts of <c>torch.ao.quantization.backend_config.executorch</c>, PyTorch 2.0.</remarks>
internal static class ExecuTorchPatterns
{
    /// <summary>Linear layers, as module and as function.</summary>
    public static IEnumerable<BackendPatternConfig> Linears(ImmutableArray<DTypeConfig> dtypes) =>
        WeightedPatterns.Linears(dtypes).Where(config => config.Pattern.ToString() is "nn.Linear" or "nn.functional.linear");

    /// <summary>Two-dimensional convolutions, alone and with a ReLU.</summary>
    public static IEnumerable<BackendPatternConfig> Convolutions(ImmutableArray<DTypeConfig> dtypes) => WeightedPatterns.Convolutions(dtypes)
        .Where(config => config.Pattern.ToString() is "nn.Conv2d" or "nn.functional.conv2d" or "nn.Conv2d, nn.ReLU" or "nn.Conv2d, nn.functional.relu" or "nn.intrinsic.ConvReLU2d"
            or "nn.functional.conv2d, nn.ReLU" or "nn.functional.conv2d, nn.functional.relu")
        .Select(config => config.Pattern.Name == "nn.intrinsic.ConvReLU2d" ? config with { RootModule = "nn.Conv2d", ReferenceQuantizedModule = "nn.quantized.reference.Conv2d" } : config);
}
