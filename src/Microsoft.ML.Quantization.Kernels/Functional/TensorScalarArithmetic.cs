using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Kernels.Functional;

/// <summary>
/// A quantized tensor and a number. Scale and zero point of the result follow from those of x, whatever a module has been calibrated to
/// (as in PyTorch, whose <c>QFunctional.add_scalar</c> ignores its own).
/// </summary>
/// <remarks>x has 8-bit codes with one scale. All throw <see cref="QuantizationException"/> otherwise, and when the resulting scale is not a positive float32.</remarks>
public static class TensorScalarArithmetic
{
    /// <summary>
    /// x + c (PyTorch <c>torch.ops.quantized.add_scalar</c>). With <c>cq = rne(c / s)</c> and <c>zn = z − cq</c> the codes stay and the zero point becomes
    /// zn. When zn is no code, the scale grows until the range from real 0 to the furthest code fits, the zero point becomes the nearest code, and
    /// <c>rne((Q − zn) · f32(s · (1 / s′))) + z′</c> requantizes.
    /// </summary>
    public static QuantizedTensor AddScalar(QuantizedTensor x, double scalar, Engine? engine = null) => Add(x, scalar, relu: false, engine);

    /// <summary><see cref="AddScalar"/>, then max(code, zero point) (PyTorch <c>add_scalar_relu</c>).</summary>
    public static QuantizedTensor AddScalarRelu(QuantizedTensor x, double scalar, Engine? engine = null) => Add(x, scalar, relu: true, engine);

    /// <summary>
    /// x · c (PyTorch <c>torch.ops.quantized.mul_scalar</c>). The scale becomes |c| · s. Codes stay for c &gt; 0; for c &lt; 0 codes and zero point are
    /// mirrored, <c>Q′ = qmax + qmin − Q</c>; for c = 0 all codes are 0 with scale 1 and zero point 0.
    /// </summary>
    public static QuantizedTensor MulScalar(QuantizedTensor x, double scalar, Engine? engine = null) => Multiply(x, scalar, relu: false, engine);

    /// <summary><see cref="MulScalar"/>, then max(code, zero point) (PyTorch <c>mul_scalar_relu</c>).</summary>
    public static QuantizedTensor MulScalarRelu(QuantizedTensor x, double scalar, Engine? engine = null) => Multiply(x, scalar, relu: true, engine);

    private static QuantizedTensor Add(QuantizedTensor x, double scalar, bool relu, Engine? engine)
    {
        QuantizedRange range = ByteTensors.Map(x).Range();
        Require(scalar);
        double scale = x.QScale, shifted = x.QZeroPoint - Math.Round(scalar / scale, MidpointRounding.ToEven);
        if (Math.Abs(shifted) > 1 << 30) { throw new QuantizationException($"The scalar {scalar} moves the zero point of {x} at scale {scale} to {shifted:R}; expected at most 2^30, so that sums fit 32 bits. Add in float."); }
        int zero = (int)shifted;
        if (range.Contains(zero)) { return Map(x, scale, zero, relu, static code => code, engine); }
        int end = zero < range.Minimum ? range.Minimum : range.Maximum;
        double steps = zero < range.Minimum ? (double)range.Maximum - zero : (double)zero - range.Minimum;
        double grown = steps / range.Steps * scale;
        float multiplier = (float)scale * (1f / (float)grown);
        return Map(x, grown, end, relu, code => Numerics.Requantization.Output(code - zero, multiplier, end, range.Minimum, range.Maximum), engine);
    }

    private static QuantizedTensor Multiply(QuantizedTensor x, double scalar, bool relu, Engine? engine)
    {
        QuantizedRange range = ByteTensors.Map(x).Range();
        Require(scalar);
        int mirror = range.Maximum + range.Minimum;
        return scalar == 0 ? Map(x, 1, 0, relu, static _ => 0, engine)
            : scalar > 0 ? Map(x, scalar * x.QScale, x.QZeroPoint, relu, static code => code, engine)
            : Map(x, -scalar * x.QScale, mirror - x.QZeroPoint, relu, code => mirror - code, engine);
    }

    private static QuantizedTensor Map(QuantizedTensor x, double scale, int zeroPoint, bool relu, Func<int, int> function, Engine? engine)
    {
        bool signed = x.Type == ElementType.QInt8;
        var table = new byte[256];
        for (int i = 0; i < table.Length; i++)
        {
            int code = function(signed ? (sbyte)i : i);
            table[i] = (byte)(relu ? Math.Max(code, zeroPoint) : code);
        }
        QuantizedTensor y = ByteTensors.Create(x.Shape, scale, zeroPoint, x.Type);
        (engine ?? EngineList.Default).Lookup(ByteTensors.Read(x), ByteTensors.Write(y), table);
        return y;
    }

    private static QuantizedRange Range(this CodeParameters map) => new(map.Minimum, map.Maximum);

    private static void Require(double scalar)
    {
        if (!double.IsFinite(scalar)) { throw new QuantizationException($"The scalar is {scalar}; expected a finite number."); }
    }
}
