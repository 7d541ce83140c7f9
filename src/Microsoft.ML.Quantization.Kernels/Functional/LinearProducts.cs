using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Kernels.Functional;

/// <summary>Products of quantized tensors with weights: <c>y = x · Wᵀ + b</c>, requantized.</summary>
public static class LinearProducts
{
    /// <summary>
    /// <c>y = x · Wᵀ + b</c> (PyTorch <c>torch.ops.quantized.linear</c>): <c>acc = Σ (x − zx)(w − zw) + rne(b / (sx · sw))</c>,
    /// <c>code = rne(acc · f32(sx · sw / scale)) + zeroPoint</c>.
    /// </summary>
    /// <param name="x">[…, in], 8-bit codes with one scale.</param>
    /// <param name="weight">[out, in], 8-bit codes with one scale or one for each output (axis 0). Zero points need not be 0.</param>
    /// <param name="bias">float32 [out], or null.</param>
    /// <param name="scale">Scale of the result.</param>
    /// <param name="zeroPoint">Zero point of the result.</param>
    /// <param name="engine">The engine; all give the same codes.</param>
    /// <param name="rounding">How the bias becomes codes.</param>
    /// <returns>[…, out], of the type of x.</returns>
    /// <exception cref="QuantizationException">Shapes, types or parameters do not fit, or a sum could overflow 32 bits.</exception>
    public static QuantizedTensor Linear(QuantizedTensor x, QuantizedTensor weight, Tensor? bias, double scale, int zeroPoint, Engine? engine = null, Rounding rounding = Rounding.Reciprocal) =>
        Run(x, weight, bias, scale, zeroPoint, relu: false, engine, rounding);

    /// <summary><see cref="Linear"/>, then ReLU in the same step (PyTorch <c>torch.ops.quantized.linear_relu</c>).</summary>
    /// <inheritdoc cref="Linear"/>
    public static QuantizedTensor LinearRelu(QuantizedTensor x, QuantizedTensor weight, Tensor? bias, double scale, int zeroPoint, Engine? engine = null, Rounding rounding = Rounding.Reciprocal) =>
        Run(x, weight, bias, scale, zeroPoint, relu: true, engine, rounding);

    private static QuantizedTensor Run(QuantizedTensor x, QuantizedTensor weight, Tensor? bias, double scale, int zeroPoint, bool relu, Engine? engine, Rounding rounding)
    {
        if (weight.Rank != 2 || x.Rank == 0 || x.Shape[x.Rank - 1] != weight.Shape[1])
        {
            throw new QuantizationException($"Linear was given x {x} and weights {weight}; expected weights [out, in] and x […, in].");
        }
        QuantizedTensor y = ByteTensors.Create(new([.. x.Shape.Sizes[..^1], weight.Shape[0]]), scale, zeroPoint, x.Type);
        var form = new ProductForm(ConvolutionWindow.None, weight.Shape[1], weight.Shape[0]);
        int rows = weight.Shape[0] == 0 ? 0 : y.Length / weight.Shape[0];
        IntegerProduct.Bind(form, x, weight, bias, y, relu, engine, rounding).Run(ByteTensors.Read(x), ByteTensors.Write(y), rows, [], []);
        return y;
    }
}
