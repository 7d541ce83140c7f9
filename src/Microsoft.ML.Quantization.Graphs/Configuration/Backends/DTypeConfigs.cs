using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>The combinations of element types that PyTorch's backends are made of.</summary>
/// <remarks>Source: the <c>*_dtype_config</c> of <c>torch.ao.quantization.backend_config</c>.</remarks>
public static class DTypeConfigs
{
    private const float SmallestScale = 1f / 4096; // 2⁻¹²: QNNPACK and XNNPACK cannot requantize by less.

    private static readonly DTypeWithConstraints s_symmetricActivation = new(ElementType.QInt8) { ScaleMinLowerBound = SmallestScale };

    /// <summary>quint8 activations, qint8 weights, float bias: <c>weighted_op_int8</c>, <c>weighted_op_quint8</c>.</summary>
    public static DTypeConfig WeightedOpInt8 { get; } = new() { Input = ElementType.QUInt8, Output = ElementType.QUInt8, Weight = ElementType.QInt8, Bias = ElementType.Float32 };

    /// <summary>qint8 activations, qint8 weights −127..127, scales from 2⁻¹²: <c>weighted_op_qint8_symmetric</c>.</summary>
    public static DTypeConfig WeightedOpQInt8Symmetric { get; } = new()
    {
        Input = s_symmetricActivation,
        Output = s_symmetricActivation,
        Weight = new(ElementType.QInt8) { QuantMinLowerBound = -127, QuantMaxUpperBound = 127, ScaleMinLowerBound = SmallestScale },
        Bias = ElementType.Float32,
    };

    /// <summary>quint8 in and out: <c>default_op_quint8</c>.</summary>
    public static DTypeConfig DefaultOpQUInt8 { get; } = new() { Input = ElementType.QUInt8, Output = ElementType.QUInt8 };

    /// <summary>qint8 in and out, scales from 2⁻¹²: <c>default_op_qint8_symmetric</c>.</summary>
    public static DTypeConfig DefaultOpQInt8Symmetric { get; } = new() { Input = s_symmetricActivation, Output = s_symmetricActivation };

    /// <summary>float16 everywhere: <c>default_op_fp16</c>.</summary>
    public static DTypeConfig DefaultOpFloat16 { get; } = new() { Input = ElementType.Float16, Output = ElementType.Float16, Weight = ElementType.Float16, Bias = ElementType.Float16 };

    /// <summary>quint8 activations with the range of the run, qint8 weights, float output: <c>default_dynamic_int8</c>.</summary>
    public static DTypeConfig DefaultDynamicInt8 { get; } = new() { Input = ElementType.QUInt8, Output = ElementType.Float32, Weight = ElementType.QInt8, Bias = ElementType.Float32, IsDynamic = true };

    /// <summary>float16 activations and weights, float output: <c>default_dynamic_float16</c>.</summary>
    public static DTypeConfig DefaultDynamicFloat16 { get; } = new() { Input = ElementType.Float16, Output = ElementType.Float32, Weight = ElementType.Float16, Bias = ElementType.Float32, IsDynamic = true };

    /// <summary>Only the weights, in quint8: <c>weight_only_quint8</c>, for embeddings.</summary>
    public static DTypeConfig WeightOnlyQUInt8 { get; } = new() { Input = ElementType.Float32, Output = ElementType.Float32, Weight = ElementType.QUInt8 };

    /// <summary>Only the weights, in qint8: oneDNN's <c>weight_only_qint8</c>, for embeddings.</summary>
    public static DTypeConfig WeightOnlyQInt8 { get; } = new() { Input = ElementType.Float32, Output = ElementType.Float32, Weight = ElementType.QInt8 };

    /// <summary>Only the weights, in 4 bits: <c>weight_only_quint4x2</c>, for embeddings.</summary>
    public static DTypeConfig WeightOnlyQUInt4x2 { get; } = new() { Input = ElementType.Float32, Output = ElementType.Float32, Weight = ElementType.QUInt4x2 };

    /// <summary>quint8 in and out, float weights and bias: <c>input_output_only_quint8</c>, for LayerNorm.</summary>
    public static DTypeConfig InputOutputOnlyQUInt8 { get; } = new() { Input = ElementType.QUInt8, Output = ElementType.QUInt8, Weight = ElementType.Float32, Bias = ElementType.Float32 };

    /// <summary>qint8 activations and weights, float bias: TensorRT's <c>weighted_op_qint8</c>.</summary>
    public static DTypeConfig WeightedOpQInt8 { get; } = new() { Input = ElementType.QInt8, Output = ElementType.QInt8, Weight = ElementType.QInt8, Bias = ElementType.Float32 };

    /// <summary>qint8 in and out: TensorRT's <c>non_weighted_op_qint8</c>.</summary>
    public static DTypeConfig DefaultOpQInt8 { get; } = new() { Input = ElementType.QInt8, Output = ElementType.QInt8 };

    /// <summary>All of them, by PyTorch's name without the backend and <c>_dtype_config</c>.</summary>
    public static ImmutableSortedDictionary<string, DTypeConfig> Named { get; } = ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal,
    [
        KeyValuePair.Create("weighted_op_int8", WeightedOpInt8),
        KeyValuePair.Create("weighted_op_quint8", WeightedOpInt8),
        KeyValuePair.Create("weighted_op_qint8_symmetric", WeightedOpQInt8Symmetric),
        KeyValuePair.Create("default_op_quint8", DefaultOpQUInt8),
        KeyValuePair.Create("default_op_qint8_symmetric", DefaultOpQInt8Symmetric),
        KeyValuePair.Create("default_op_fp16", DefaultOpFloat16),
        KeyValuePair.Create("default_dynamic_int8", DefaultDynamicInt8),
        KeyValuePair.Create("default_dynamic_float16", DefaultDynamicFloat16),
        KeyValuePair.Create("weight_only_quint8", WeightOnlyQUInt8),
        KeyValuePair.Create("weight_only_qint8", WeightOnlyQInt8),
        KeyValuePair.Create("weight_only_quint4x2", WeightOnlyQUInt4x2),
        KeyValuePair.Create("input_output_only_quint8", InputOutputOnlyQUInt8),
        KeyValuePair.Create("weighted_op_qint8", WeightedOpQInt8),
        KeyValuePair.Create("non_weighted_op_qint8", DefaultOpQInt8),
    ]);
}
