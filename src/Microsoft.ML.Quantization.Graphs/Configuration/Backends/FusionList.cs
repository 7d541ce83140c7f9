using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>Modules that become one when they follow each other, and the rule for it.</summary>
/// <param name="Modules">The modules, in order of execution.</param>
/// <param name="Method">PyTorch's name of the rule.</param>
public sealed record FusionRule(ImmutableArray<string> Modules, string Method)
{
    /// <inheritdoc/>
    public bool Equals(FusionRule? other) => other is not null && Method == other.Method && Modules.AsSpan().SequenceEqual(other.Modules.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Method, Modules.Length);
}

/// <summary>
/// What <c>fuse_modules</c> fuses (PyTorch's <c>DEFAULT_OP_LIST_TO_FUSER_METHOD</c>). On graphs, <see cref="FuseBatchNormalization"/> and
/// <see cref="FuseActivation"/> do the same for operators.
/// </summary>
public static class FusionList
{
    /// <summary>A normalization goes into the weights of a convolution.</summary>
    public const string ConvBn = "fuse_conv_bn";

    /// <summary>The same with a ReLU behind.</summary>
    public const string ConvBnRelu = "fuse_conv_bn_relu";

    /// <summary>A normalization goes into the weights of a linear layer.</summary>
    public const string LinearBn = "fuse_linear_bn";

    /// <summary>A normalization goes into the weights of a transposed convolution.</summary>
    public const string ConvTransposeBn = "fuse_convtranspose_bn";

    /// <summary>Two modules become one that runs the one and then the other.</summary>
    public const string Sequence = "sequential_wrapper2";

    /// <summary>All rules.</summary>
    public static ImmutableArray<FusionRule> Rules { get; } =
    [
        .. Dimensions().SelectMany(d => (IEnumerable<FusionRule>)
        [
            new([$"nn.Conv{d}d", $"nn.BatchNorm{d}d"], ConvBn),
            new([$"nn.Conv{d}d", $"nn.BatchNorm{d}d", "nn.ReLU"], ConvBnRelu),
        ]),
        .. Dimensions().Select(d => new FusionRule([$"nn.Conv{d}d", "nn.ReLU"], Sequence)),
        new(["nn.Linear", "nn.BatchNorm1d"], LinearBn),
        new(["nn.Linear", "nn.ReLU"], Sequence),
        new(["nn.BatchNorm2d", "nn.ReLU"], Sequence),
        new(["nn.BatchNorm3d", "nn.ReLU"], Sequence),
        .. Dimensions().Select(d => new FusionRule([$"nn.ConvTranspose{d}d", $"nn.BatchNorm{d}d"], ConvTransposeBn)),
    ];

    /// <summary>The rule for modules that follow each other; null when there is none.</summary>
    public static FusionRule? Find(params IEnumerable<string> modules) => Rules.FirstOrDefault(rule => rule.Modules.SequenceEqual(modules.Select(TorchNames.Normalize)));

    private static IEnumerable<int> Dimensions() => Enumerable.Range(1, 3);
}
