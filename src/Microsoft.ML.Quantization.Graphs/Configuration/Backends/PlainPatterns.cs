using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>The patterns of operators without weights of their own, from which backends are composed.</summary>
/// <remarks>Source: <c>torch.ao.quantization.backend_config._common_operator_config_utils</c>, facts of 1.13.1.</remarks>
internal static class PlainPatterns
{
    private static readonly ImmutableSortedDictionary<int, ObservationType> s_byTensorArguments = ImmutableSortedDictionary.CreateRange(
    [
        KeyValuePair.Create(0, ObservationType.OutputUsesDifferentObserverAsInput),
        KeyValuePair.Create(1, ObservationType.OutputSharesObserverWithInput),
        KeyValuePair.Create(2, ObservationType.OutputUsesDifferentObserverAsInput),
    ]);

    private static readonly ImmutableArray<string> s_defaults =
    [
        "nn.ELU", "nn.LeakyReLU", "nn.Hardswish", "nn.InstanceNorm1d", "nn.InstanceNorm2d", "nn.InstanceNorm3d", "nn.Dropout", "nn.PReLU",
        "nn.functional.elu", "nn.functional.hardswish", "nn.functional.leaky_relu", "nn.functional.dropout",
    ];

    private static readonly ImmutableArray<string> s_shared =
    [
        "nn.AdaptiveAvgPool1d", "nn.AdaptiveAvgPool2d", "nn.AdaptiveAvgPool3d", "nn.AvgPool1d", "nn.AvgPool2d", "nn.AvgPool3d",
        "nn.Hardtanh", "nn.Identity", "nn.MaxPool1d", "nn.MaxPool2d", "nn.MaxPool3d", "nn.ReLU", "nn.ReLU6",
        "nn.functional.adaptive_avg_pool1d", "nn.functional.adaptive_avg_pool2d", "nn.functional.adaptive_avg_pool3d",
        "nn.functional.hardtanh", "nn.functional.hardtanh_", "nn.functional.interpolate",
        "nn.functional.max_pool1d", "nn.functional.max_pool2d", "nn.functional.max_pool3d", "nn.functional.relu", "nn.functional.relu6",
        "nn.functional.avg_pool1d", "nn.functional.avg_pool2d", "nn.functional.avg_pool3d",
        "torch.clamp", "torch.flatten", "torch.mean", "torch.repeat_interleave", "torch.transpose", "torch.squeeze", "torch.stack", "torch.unsqueeze",
        "operator.floordiv",
        "contiguous", "clamp", "detach", "detach_", "mean", "permute", "repeat", "repeat_interleave", "reshape", "resize_", "relu", "relu_",
        "shape", "size", "squeeze", "squeeze_", "transpose", "unsqueeze", "unsqueeze_", "view",
    ];

    private static readonly ImmutableArray<string> s_sharedOnExecuTorch =
    [
        "nn.functional.adaptive_avg_pool2d", "nn.functional.relu", "nn.functional.relu6", "nn.AdaptiveAvgPool2d", "torch.squeeze",
        "permute", "reshape", "relu", "relu_", "squeeze", "squeeze_",
    ];

    /// <summary>Sums and products, alone and with a ReLU behind them, and the product of two activations.</summary>
    public static IEnumerable<BackendPatternConfig> Binary(ImmutableArray<DTypeConfig> dtypes)
    {
        foreach (string name in (string[])["operator.add", "torch.add", "operator.mul", "torch.mul"])
        {
            foreach (string relu in (string[])["nn.ReLU", "nn.functional.relu", "torch.relu"]) { yield return ByArguments(dtypes, name, relu); }
            yield return ByArguments(dtypes, name);
        }
        yield return new(BackendPattern.Of("torch.matmul")) { DTypes = dtypes };
    }

    /// <summary>The sums ExecuTorch knows.</summary>
    public static IEnumerable<BackendPatternConfig> Sums(ImmutableArray<DTypeConfig> dtypes) => [ByArguments(dtypes, "operator.add"), ByArguments(dtypes, "torch.add")];

    /// <summary>Concatenation.</summary>
    public static BackendPatternConfig Cat(ImmutableArray<DTypeConfig> dtypes) => new(BackendPattern.Of("torch.cat")) { DTypes = dtypes, Observation = ObservationType.OutputSharesObserverWithInput };

    /// <summary>Operators whose output has an observer of its own.</summary>
    public static IEnumerable<BackendPatternConfig> Defaults(ImmutableArray<DTypeConfig> dtypes) =>
    [
        .. s_defaults.Select(name => new BackendPatternConfig(BackendPattern.Of(name)) { DTypes = dtypes }),
        new(BackendPattern.Of("nn.functional.group_norm")) { DTypes = dtypes, InputTypeToIndex = WeightedPatterns.Positions(("weight", 2), ("bias", 3)) },
        new(BackendPattern.Of("nn.functional.instance_norm")) { DTypes = dtypes, InputTypeToIndex = WeightedPatterns.Positions(("weight", 3), ("bias", 4)) },
    ];

    /// <summary>Operators whose output has parameters known beforehand.</summary>
    public static IEnumerable<BackendPatternConfig> FixedQParams(ImmutableArray<DTypeConfig> dtypes) =>
        FixedRanges.Operators.Select(entry => new BackendPatternConfig(BackendPattern.Of(entry.Name)) { DTypes = dtypes });

    /// <summary>Operators whose output has the parameters of the input.</summary>
    public static IEnumerable<BackendPatternConfig> SharedQParams(ImmutableArray<DTypeConfig> dtypes) => Shared(s_shared, dtypes);

    /// <summary>Those of them that ExecuTorch knows.</summary>
    public static IEnumerable<BackendPatternConfig> SharedOnExecuTorch(ImmutableArray<DTypeConfig> dtypes) => Shared(s_sharedOnExecuTorch, dtypes);

    /// <summary>Batch normalization that no convolution took in.</summary>
    public static IEnumerable<BackendPatternConfig> Normalizations(ImmutableArray<DTypeConfig> dtypes)
    {
        for (int d = 2; d <= 3; d++)
        {
            string norm = $"nn.BatchNorm{d}d";
            foreach (string relu in (string[])["nn.ReLU", "nn.functional.relu"])
            {
                yield return new(BackendPattern.Of(norm, relu)) { DTypes = dtypes, FusedModule = $"nn.intrinsic.BNReLU{d}d", FuserMethod = FusionList.Sequence };
            }
            yield return new(BackendPattern.Of(norm)) { DTypes = dtypes };
        }
        for (int d = 2; d <= 3; d++) { yield return new(BackendPattern.Of($"nn.intrinsic.BNReLU{d}d")) { DTypes = dtypes }; }
    }

    /// <summary>Layer normalization, whose weights stay float.</summary>
    public static IEnumerable<BackendPatternConfig> LayerNormalizations(ImmutableArray<DTypeConfig> dtypes) =>
    [
        new(BackendPattern.Of("nn.LayerNorm")) { DTypes = dtypes },
        new(BackendPattern.Of("nn.functional.layer_norm")) { DTypes = dtypes, InputTypeToIndex = WeightedPatterns.Positions(("weight", 2), ("bias", 3)) },
    ];

    private static BackendPatternConfig ByArguments(ImmutableArray<DTypeConfig> dtypes, params ReadOnlySpan<string> operators) =>
        new(BackendPattern.Of(operators)) { DTypes = dtypes, NumTensorArgsToObservationType = s_byTensorArguments };

    private static IEnumerable<BackendPatternConfig> Shared(ImmutableArray<string> names, ImmutableArray<DTypeConfig> dtypes) =>
        names.Select(name => new BackendPatternConfig(BackendPattern.Of(name)) { DTypes = dtypes, Observation = ObservationType.OutputSharesObserverWithInput });
}
