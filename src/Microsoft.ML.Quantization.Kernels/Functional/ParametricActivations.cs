using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Kernels.Functional;

/// <summary>Activations that look at more than one element: a slope for each channel, or a sum over an axis.</summary>
public static class ParametricActivations
{
    /// <summary>
    /// x where x &gt; 0, otherwise weight · x, on integers: <c>code = rne(acc · float32(sx · sw · (1/scale))) + zeroPoint</c> with
    /// <c>acc = max(Q − zx, 0) · (code of 1 in the weight − zw) + min(Q − zx, 0) · (W − zw)</c> (PyTorch <c>prelu</c>).
    /// </summary>
    /// <param name="x">[batch, channels, …], 8-bit codes with one scale.</param>
    /// <param name="weight">One slope, or one for each channel; 8-bit codes of the type of x with one scale.</param>
    /// <param name="scale">Output scale.</param>
    /// <param name="zeroPoint">Output zero point.</param>
    /// <exception cref="QuantizationException">The slopes do not fit the channels, the types differ, or a tensor is per channel.</exception>
    public static QuantizedTensor PRelu(QuantizedTensor x, QuantizedTensor weight, double scale, int zeroPoint)
    {
        _ = ByteTensors.Map(x);
        _ = ByteTensors.Map(weight);
        if (x.Type != weight.Type) { throw new QuantizationException($"x is {x.Type.Name()} and its slopes are {weight.Type.Name()}; expected the same type."); }
        ChannelLayout layout = x.Rank < 2 ? new(1, 1, x.Length) : ChannelLayout.Of(x.Shape, 1);
        if (weight.Length != 1 && weight.Length != layout.Channels)
        {
            throw new QuantizationException($"Found {weight.Length} slopes for x of shape {x.Shape}; expected one, or one for each of its {layout.Channels} channels.");
        }
        CodeParameters output = ByteTensors.Map(scale, zeroPoint, x.Type);
        float multiplier = (float)x.QScale * (float)weight.QScale * (1f / (float)scale);
        (Tensor codes, Tensor slopes) = (x.Codes(), weight.Codes());
        int one = CodeFunctions.Code(weight, 1f) - weight.QZeroPoint;
        bool signed = output.Signed;
        for (int row = 0; row < layout.Outer * layout.Channels; row++)
        {
            byte slopeCode = slopes.Bytes[weight.Length == 1 ? 0 : row % layout.Channels];
            int slope = (signed ? (sbyte)slopeCode : slopeCode) - weight.QZeroPoint;
            foreach (ref byte code in codes.Bytes.Slice(row * layout.Inner, layout.Inner))
            {
                int value = (signed ? (sbyte)code : code) - x.QZeroPoint;
                code = Requantization.Code(value * (value > 0 ? one : slope) * multiplier, zeroPoint, output.Minimum, output.Maximum);
            }
        }
        return QuantizedTensor.FromCodes(codes, TensorQuantizer.PerTensor(scale, zeroPoint, x.Type));
    }

    /// <summary>Softmax of the reals along an axis, quantized (PyTorch <c>torch.ops.quantized.softmax</c>).</summary>
    /// <param name="x">Any shape, one scale.</param>
    /// <param name="axis">Counted from the end when negative.</param>
    /// <param name="scale">Output scale, usually 1/256.</param>
    /// <param name="zeroPoint">Output zero point.</param>
    /// <param name="engine">The engine to use; the default one when left out.</param>
    /// <exception cref="QuantizationException">x has no such axis, is per channel, or an output parameter is out of bounds.</exception>
    public static QuantizedTensor Softmax(QuantizedTensor x, int axis, double scale, int zeroPoint, Engine? engine = null)
    {
        CodeFunctions.RequirePerTensor(x);
        engine ??= EngineList.Default;
        ChannelLayout layout = ChannelLayout.Of(x.Shape, axis);
        Tensor values = x.Dequantize();
        var rows = new float[values.Length];
        ChannelsLast.Transpose<float>(values.AsSpan<float>(), rows, layout.Outer, layout.Channels, layout.Inner);
        var shares = new float[rows.Length];
        engine.Softmax(rows, shares, layout.Outer * layout.Inner, layout.Channels);
        ChannelsLast.Transpose<float>(shares, values.AsSpan<float>(), layout.Outer, layout.Inner, layout.Channels);
        return QuantizedTensor.QuantizePerTensor(values, scale, zeroPoint, x.Type);
    }
}
