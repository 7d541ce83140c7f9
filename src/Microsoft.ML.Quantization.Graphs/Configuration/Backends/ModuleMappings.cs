using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>Which module takes another one's place when a model is prepared for training or converted, by PyTorch's names.</summary>
/// <remarks>Source: <c>torch.ao.quantization.quantization_mappings</c>, 1.13.1.</remarks>
public static class ModuleMappings
{
    private const string Intrinsic = "nn.intrinsic.", Qat = "nn.qat.", Quantized = "nn.quantized.", Reference = "nn.quantized.reference.", Stubs = "torch.ao.quantization.stubs.";

    /// <summary>Float (or trained) module to statically quantized one: <c>DEFAULT_STATIC_QUANT_MODULE_MAPPINGS</c>.</summary>
    public static ImmutableSortedDictionary<string, string> Static { get; } = Sorted(
    [
        (Stubs + "QuantStub", Quantized + "Quantize"), (Stubs + "DeQuantStub", Quantized + "DeQuantize"),
        .. Same(Quantized, "BatchNorm2d", "BatchNorm3d", "Dropout", "Conv1d", "Conv2d", "Conv3d", "ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d", "ELU", "Embedding", "EmbeddingBag",
            "GroupNorm", "Hardswish", "InstanceNorm1d", "InstanceNorm2d", "InstanceNorm3d", "LayerNorm", "LeakyReLU", "Linear", "ReLU6", "PReLU"),
        ("nn.NonDynamicallyQuantizableLinear", Quantized + "Linear"),
        (Quantized + "FloatFunctional", Quantized + "QFunctional"),
        .. Fused("BNReLU2d", "BNReLU3d", "ConvReLU1d", "ConvReLU2d", "ConvReLU3d", "LinearReLU"),
        .. Enumerable.Range(1, 3).Select(d => (Intrinsic + $"qat.ConvBn{d}d", Quantized + $"Conv{d}d")),
        .. Enumerable.Range(1, 3).Select(d => (Intrinsic + $"qat.ConvBnReLU{d}d", Intrinsic + $"quantized.ConvReLU{d}d")),
        .. Enumerable.Range(2, 2).Select(d => (Intrinsic + $"qat.ConvReLU{d}d", Intrinsic + $"quantized.ConvReLU{d}d")),
        (Intrinsic + "qat.LinearReLU", Intrinsic + "quantized.LinearReLU"), (Intrinsic + "qat.LinearBn1d", Quantized + "Linear"),
        (Qat + "Linear", Quantized + "Linear"), (Qat + "Conv2d", Quantized + "Conv2d"), (Qat + "Conv3d", Quantized + "Conv3d"),
    ]);

    /// <summary>Float module to one of a reference model: <c>DEFAULT_REFERENCE_STATIC_QUANT_MODULE_MAPPINGS</c>.</summary>
    public static ImmutableSortedDictionary<string, string> ReferenceStatic { get; } = Sorted(
    [
        (Stubs + "QuantStub", Quantized + "Quantize"), (Stubs + "DeQuantStub", Quantized + "DeQuantize"),
        .. Same(Reference, "Linear", "Conv1d", "Conv2d", "Conv3d", "ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d", "Embedding", "EmbeddingBag", "GRUCell", "LSTMCell", "RNNCell", "LSTM"),
    ]);

    /// <summary>Float module to one that is trained with fake quantization: <c>DEFAULT_QAT_MODULE_MAPPINGS</c>.</summary>
    public static ImmutableSortedDictionary<string, string> Training { get; } = Sorted(
    [
        .. Same(Qat, "Conv2d", "Conv3d", "Linear"),
        ("nn.NonDynamicallyQuantizableLinear", Qat + "Linear"),
        .. ((string[])["ConvBn1d", "ConvBn2d", "ConvBn3d", "ConvBnReLU1d", "ConvBnReLU2d", "ConvBnReLU3d", "ConvReLU2d", "ConvReLU3d", "LinearReLU", "LinearBn1d"])
            .Select(name => (Intrinsic + name, Intrinsic + "qat." + name)),
    ]);

    /// <summary>Float (or trained) module to dynamically quantized one: <c>DEFAULT_DYNAMIC_QUANT_MODULE_MAPPINGS</c>.</summary>
    public static ImmutableSortedDictionary<string, string> Dynamic { get; } = Sorted(
    [
        .. Same(Quantized + "dynamic.", "GRUCell", "Linear", "LSTM", "GRU", "LSTMCell", "RNNCell"),
        (Qat + "dynamic.Linear", Quantized + "dynamic.Linear"), ("nn.NonDynamicallyQuantizableLinear", Quantized + "dynamic.Linear"),
        (Intrinsic + "LinearReLU", Intrinsic + "quantized.dynamic.LinearReLU"),
        .. Same(Quantized, "EmbeddingBag", "Embedding"),
    ]);

    /// <summary>Sparse linear layers, static: <c>DEFAULT_STATIC_SPARSE_QUANT_MODULE_MAPPINGS</c>.</summary>
    public static ImmutableSortedDictionary<string, string> StaticSparse { get; } = Sorted([("nn.Linear", "nn.sparse.quantized.linear.Linear")]);

    /// <summary>Sparse linear layers, dynamic: <c>DEFAULT_DYNAMIC_SPARSE_QUANT_MODULE_MAPPINGS</c>.</summary>
    public static ImmutableSortedDictionary<string, string> DynamicSparse { get; } = Sorted([("nn.Linear", "nn.sparse.quantized.dynamic.linear.Linear")]);

    /// <summary>Float function to quantized operator: <c>DEFAULT_FLOAT_TO_QUANTIZED_OPERATOR_MAPPINGS</c>.</summary>
    public static ImmutableSortedDictionary<string, string> Functions { get; } = Sorted(
        [.. ((string[])["elu", "hardswish", "instance_norm", "layer_norm", "leaky_relu", "dropout"]).Select(name => ("nn.functional." + name, "quantized." + name))]);

    /// <summary>Modules to which <c>propagate_qconfig_</c> gives a configuration: <c>get_default_qconfig_propagation_list</c>.</summary>
    public static ImmutableSortedSet<string> QConfigPropagationList { get; } =
        Names([.. Static.Keys, .. Training.Keys, .. Dynamic.Keys, "nn.container.Sequential"]);

    /// <summary>Modules whose outputs the numeric suite compares: <c>get_default_compare_output_module_list</c>.</summary>
    public static ImmutableSortedSet<string> CompareOutputModuleList { get; } =
        Names([.. QConfigPropagationList, .. Static.Values, .. Training.Values, .. Dynamic.Values]);

    private static IEnumerable<(string, string)> Same(string folder, params string[] names) => names.Select(name => ("nn." + name, folder + name));

    private static IEnumerable<(string, string)> Fused(params string[] names) => names.Select(name => (Intrinsic + name, Intrinsic + "quantized." + name));

    private static ImmutableSortedSet<string> Names(IEnumerable<string> names) => ImmutableSortedSet.CreateRange(StringComparer.Ordinal, names);

    private static ImmutableSortedDictionary<string, string> Sorted(IEnumerable<(string From, string To)> pairs) =>
        pairs.ToImmutableSortedDictionary(pair => pair.From, pair => pair.To, StringComparer.Ordinal);
}
