using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>The operators whose range is known beforehand, in PyTorch's order.</summary>
/// <remarks>Source: <c>_FIXED_QPARAMS_OP_TO_OBSERVER</c> of <c>torch.ao.quantization.qconfig_mapping</c>.</remarks>
internal static class FixedRanges
{
    /// <summary>Each operator and whether its range is −1..1 instead of 0..1.</summary>
    public static ImmutableArray<(string Name, bool IsSymmetric)> Operators { get; } =
    [
        ("nn.Hardsigmoid", false), ("nn.functional.hardsigmoid", false), ("hardsigmoid", false), ("hardsigmoid_", false),
        ("nn.Sigmoid", false), ("torch.sigmoid", false), ("sigmoid", false), ("sigmoid_", false),
        ("nn.Softmax", false),
        ("nn.Tanh", true), ("torch.tanh", true), ("tanh", true), ("tanh_", true),
    ];
}
