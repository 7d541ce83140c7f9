using System.Text.Json;
using Microsoft.ML.Quantization.Kernels.Functional;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests.Golden;

/// <summary>A quantized module of a golden case, run by the functions of the product.</summary>
internal sealed class ConvertedModule(JsonElement json)
{
    /// <summary>3×3 windows of the golden networks see one pixel of padding.</summary>
    public static ConvolutionSettings Padded { get; } = new() { Padding = [1] };

    public string Type => json.GetProperty("type").GetString()!;

    public bool IsDynamic => Type.StartsWith("dynamic.", StringComparison.Ordinal);

    public double Scale => GoldenNumber.Read(json.GetProperty("scale"));

    public int ZeroPoint => json.GetProperty("zero_point").GetInt32();

    public bool HasWeight => json.TryGetProperty("weight", out _);

    public GoldenTensor WeightCodes => GoldenCase.Tensor(json.GetProperty("weight"));

    public QuantizedTensor Weight => Quantized(WeightCodes);

    public Tensor? Bias => json.TryGetProperty("bias", out JsonElement bias) && bias.ValueKind != JsonValueKind.Null ? GoldenCase.Tensor(bias).ToTensor() : null;

    private bool Relu => Type.Contains("ReLU", StringComparison.Ordinal);

    /// <summary>A linear layer or convolution from codes to codes.</summary>
    public QuantizedTensor Run(QuantizedTensor x) => Type[(Type.IndexOf('.', StringComparison.Ordinal) + 1)..] switch
    {
        "Linear" or "LinearReLU" => Relu ? LinearProducts.LinearRelu(x, Weight, Bias, Scale, ZeroPoint) : LinearProducts.Linear(x, Weight, Bias, Scale, ZeroPoint),
        "Conv2d" or "ConvReLU2d" => Relu ? Convolutions.Conv2dRelu(x, Weight, Bias, Scale, ZeroPoint, Padded) : Convolutions.Conv2d(x, Weight, Bias, Scale, ZeroPoint, Padded),
        "Hardswish" => Activations.Hardswish(x, Scale, ZeroPoint),
        _ => throw new NotSupportedException(Type),
    };

    /// <summary>A linear layer from reals to reals, with ranges chosen at run time.</summary>
    public Tensor RunDynamic(Tensor x) => DynamicFunctions.Linear(x, Weight, Bias, Relu);

    /// <summary>Checks the weight codes against the float weights they were made of.</summary>
    public void CheckWeight(Tensor weight, int steps, string what)
    {
        GoldenTensor expected = WeightCodes;
        IObserver observer = WeightSpec(expected.IsPerChannel).Create();
        observer.Observe(weight.AsSpan<float>(), weight.Shape);
        QuantizationParameters parameters = observer.CalculateQParams();
        double[] scales = expected.IsPerChannel ? expected.Scales : [expected.Scale];
        for (int c = 0; c < scales.Length; c++) { Assert.AreEqual(scales[c], parameters.Scales[c], (steps == 0 ? 1.2e-7 : 1e-6) * scales[c], what + " scale"); }
        int[] codes = expected.Ints;
        ReadOnlySpan<sbyte> found = Quantizer.Quantize(weight, parameters, Rounding.Reciprocal).AsSpan<sbyte>();
        for (int i = 0; i < codes.Length; i++) { Assert.IsTrue(Math.Abs(codes[i] - found[i]) <= steps, $"{what}[{i}]: expected code {codes[i]}, found {found[i]}"); }
    }

    /// <summary>The weights of a functional call, observed and rounded as PyTorch does.</summary>
    public static QuantizedTensor Observed(Tensor weight, bool perChannel)
    {
        IObserver observer = WeightSpec(perChannel).Create();
        observer.Observe(weight.AsSpan<float>(), weight.Shape);
        return QuantizedTensor.Quantize(weight, observer.CalculateQParams());
    }

    public static QuantizedTensor Quantized(GoldenTensor codes)
    {
        ElementType type = codes.Type == ElementType.Int8 ? ElementType.QInt8 : ElementType.QUInt8;
        return QuantizedTensor.FromCodes(codes.ToTensor(), codes.IsPerChannel
            ? TensorQuantizer.PerChannel(codes.Scales, [.. codes.ZeroPoints.Select(zero => (int)zero)], codes.Axis, type)
            : TensorQuantizer.PerTensor(codes.Scale, codes.ZeroPoint, type));
    }

    private static ObserverSpec WeightSpec(bool perChannel) => perChannel
        ? new() { Observer = "PerChannelMinMax", Type = ElementType.QInt8, Scheme = QScheme.PerChannelSymmetric }
        : new() { Observer = "MinMax", Type = ElementType.QInt8, Scheme = QScheme.PerTensorSymmetric };
}
