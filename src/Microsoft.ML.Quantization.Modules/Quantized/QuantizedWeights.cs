using System.Collections.Immutable;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Modules.Quantized;

/// <summary>Quantized weights and biases as nodes.</summary>
internal static class QuantizedWeights
{
    /// <summary>The reals of a weight matrix, transposed or not.</summary>
    public static string Matrix(Trace trace, QuantizedTensor weight, bool transposed)
    {
        if (!transposed) { return trace.Dequantize("weight", weight); }
        Tensor codes = TensorMoves.Permute(weight.Codes(), ImmutableArray.Create(1, 0));
        TensorQuantizer quantizer = weight.Quantizer;
        return trace.Dequantize("weight_transposed", QuantizedTensor.FromCodes(codes, quantizer.Axis is null
            ? quantizer : TensorQuantizer.PerChannel(quantizer.Scales.AsSpan(), quantizer.ZeroPoints.AsSpan(), 1, quantizer.Type)));
    }

    /// <summary>The reals of a bias with the scales of the sums, as integer products add it; plain floats where an int32 could not hold it.</summary>
    public static string Bias(Trace trace, TracedValue x, QuantizedTensor weight, Tensor bias)
    {
        ImmutableArray<float> scales = weight.Quantizer.Narrowed.Scales;
        float input = x.Map!.Scale;
        ReadOnlySpan<float> values = bias.AsSpan<float>();
        for (int i = 0; i < values.Length; i++)
        {
            if (!(Math.Abs(values[i] / BiasQuantizer.Scale(input, scales[scales.Length == 1 ? 0 : i])) < BiasQuantizer.LargestCode)) { return trace.Constant("bias", bias); }
        }
        Tensor codes = Tensor.Create(BiasQuantizer.Quantize(values, input, scales.AsSpan(), Rounding.Divide));
        ImmutableArray<float> sums = [.. scales.Select(scale => BiasQuantizer.Scale(input, scale))];
        return trace.Dequantize("bias", QuantizedTensor.FromCodes(codes, new QuantizationParameters(sums, [.. sums.Select(_ => 0)], weight.Quantizer.Axis is null ? null : 0, ElementType.QInt32)));
    }
}
