using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Kernels.Functional;
using Microsoft.ML.Quantization.Modules.Intrinsic;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Modules;

/// <summary>How statically quantized modules, and quantized embeddings, are made from observed ones.</summary>
internal static class StaticSwaps
{
    private const string Quantized = "nn.quantized.", Fused = "nn.intrinsic.quantized.";

    public static ImmutableArray<(string Name, Func<ModuleSwap, Module> Make)> All { get; } =
    [
        (Quantized + "Quantize", swap => new Quantized.Quantize(swap.Output(), swap.OutputParameters().Type)),
        (Quantized + "DeQuantize", _ => new Quantized.DeQuantize()),
        (Quantized + "QFunctional", swap => new Quantized.QFunctional(swap.Output())),
        (Quantized + "Linear", swap => Linear(swap, (Linear)swap.Module, relu: false)),
        (Fused + "LinearReLU", swap => Linear(swap, First(swap), relu: true)),
        (Fused + "LinearLeakyReLU", swap => Modules.Quantized.FusedLayer.LinearLeakyReLU(Weight(swap), First(swap).Bias, swap.Output(), ((LeakyReLU)swap.Module["1"]).NegativeSlope)),
        (Fused + "LinearTanh", swap => Modules.Quantized.FusedLayer.LinearTanh(Weight(swap), First(swap).Bias, swap.Output())),
        .. Enumerable.Range(1, 3).Select(d => ($"{Quantized}Conv{d}d", (Func<ModuleSwap, Module>)(swap => Conv(swap, (ConvNd)swap.Module, relu: false)))),
        .. Enumerable.Range(1, 3).Select(d => ($"{Fused}ConvReLU{d}d", (Func<ModuleSwap, Module>)(swap => Conv(swap, (ConvNd)((FusedModule)swap.Module).First, relu: true)))),
        .. Enumerable.Range(1, 3).Select(d => ($"{Quantized}ConvTranspose{d}d", (Func<ModuleSwap, Module>)(swap => Conv(swap, (ConvNd)swap.Module, relu: false)))),
        .. Enumerable.Range(2, 2).Select(d => ($"{Quantized}BatchNorm{d}d", (Func<ModuleSwap, Module>)(swap => new Quantized.BatchNorm((BatchNormNd)swap.Module, swap.Output())))),
        .. Enumerable.Range(2, 2).Select(d => ($"{Fused}BNReLU{d}d", (Func<ModuleSwap, Module>)(swap => new Quantized.BatchNorm((BatchNormNd)((FusedModule)swap.Module).First, swap.Output(), relu: true)))),
        (Quantized + "LayerNorm", swap => Modules.Quantized.Normalized.LayerNorm((LayerNorm)swap.Module, swap.Output())),
        (Quantized + "GroupNorm", swap => Modules.Quantized.Normalized.GroupNorm((GroupNorm)swap.Module, swap.Output())),
        .. Enumerable.Range(1, 3).Select(d => ($"{Quantized}InstanceNorm{d}d", (Func<ModuleSwap, Module>)(swap => Modules.Quantized.Normalized.InstanceNorm((InstanceNormNd)swap.Module, swap.Output())))),
        (Quantized + "Dropout", _ => new Quantized.Dropout()),
        (Quantized + "ReLU6", _ => new Quantized.ReLU6()),
        (Quantized + "Hardswish", swap => new Quantized.Hardswish(swap.Output())),
        (Quantized + "ELU", swap => new Quantized.ELU(swap.Output(), ((ELU)swap.Module).Alpha)),
        (Quantized + "LeakyReLU", swap => new Quantized.LeakyReLU(swap.Output(), ((LeakyReLU)swap.Module).NegativeSlope)),
        (Quantized + "Sigmoid", swap => new Quantized.Sigmoid(swap.Output())),
        (Quantized + "Softmax", swap => new Quantized.Softmax(swap.Output(), ((Softmax)swap.Module).Axis)),
        (Quantized + "PReLU", swap => new Quantized.PReLU(Slopes(swap), swap.Output())),
        (Quantized + "Embedding", swap => new Quantized.Embedding(Rows(swap, ((Embedding)swap.Module).Weight))),
        (Quantized + "EmbeddingBag", swap => Bag(swap, (EmbeddingBag)swap.Module)),
    ];

    private static Linear First(ModuleSwap swap) => (Linear)((FusedModule)swap.Module).First;

    private static QuantizedTensor Weight(ModuleSwap swap) => swap.QuantizeWeight(First(swap).Weight);

    private static Quantized.Linear Linear(ModuleSwap swap, Linear source, bool relu) => new(swap.QuantizeWeight(source.Weight), source.Bias, swap.Output(), relu);

    private static Quantized.Conv Conv(ModuleSwap swap, ConvNd source, bool relu)
    {
        DefaultQConfigs.CheckValid(swap.QConfig, source.TypeName);
        return new(swap.QuantizeWeight(source.Weight), source.Bias, swap.Output(), source.Settings, source.PaddingMode, relu, source.Transposed);
    }

    private static Quantized.EmbeddingBag Bag(ModuleSwap swap, EmbeddingBag source) => new(Rows(swap, source.Weight), source.Mode, source.IncludeLastOffset);

    // Slopes have the type of what they multiply and a map of their own range: PyTorch takes the zero point of its symmetric weights into quint8, and loses slopes below 0.
    private static QuantizedTensor Slopes(ModuleSwap swap)
    {
        Tensor slopes = ((PReLU)swap.Module).Weight;
        ElementType type = swap.OutputParameters().Type;
        ReadOnlySpan<float> values = slopes.AsSpan<float>();
        // The kernel takes values above 0 times the code of 1.
        (float low, float high) = (0f, 1f);
        foreach (float value in values) { (low, high) = (Math.Min(low, value), Math.Max(high, value)); }
        return QuantizedTensor.Quantize(slopes, ParameterChooser.PerTensor(low, high, QScheme.PerTensorAffine, type, QuantizationParameters.RangeOf(type)));
    }

    internal static PackedEmbedding Rows(ModuleSwap swap, Tensor weight)
    {
        QuantizationParameters parameters = swap.WeightParameters(weight);
        return parameters is { HasFloatZeroPoints: true, Type: ElementType.QUInt8 or ElementType.QUInt4x2 }
            ? PackedEmbedding.Pack(QuantizedTensor.Quantize(weight, parameters))
            : throw new QuantizationException($"The configuration gives the rows of module '{swap.Path}' ({swap.Module}) the type {parameters.Type.Name()} without real-valued zero points; expected {nameof(QConfigs.FloatQParamsWeightOnly)} or {nameof(QConfigs.FloatQParamsWeightOnly4Bit)}.");
    }
}
