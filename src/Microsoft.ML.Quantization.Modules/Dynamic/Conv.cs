using Microsoft.ML.Quantization.Kernels.Functional;

namespace Microsoft.ML.Quantization.Modules.Dynamic;

/// <summary>
/// A convolution of floats whose input is quantized in each run, transposed or not. PyTorch's <c>torch.nn.quantized.dynamic.Conv1d</c> to <c>Conv3d</c> and <c>ConvTranspose1d</c> to <c>ConvTranspose3d</c>; entries <c>weight</c> (qint8) and <c>bias</c>.
/// </summary>
public sealed class Conv : Module
{
    private readonly ConvolutionSettings _settings;
    private readonly bool _transposed;

    /// <param name="weight">qint8 [out, in / groups, kernel…]; transposed [in, out / groups, kernel…] with one scale.</param>
    /// <param name="bias">float32 [out], or null.</param>
    /// <param name="settings">Strides, padding, dilations and groups.</param>
    /// <param name="transposed">Whether it is a transposed convolution.</param>
    public Conv(QuantizedTensor weight, Tensor? bias, ConvolutionSettings? settings = null, bool transposed = false)
    {
        (_settings, _transposed) = (settings ?? new(), transposed);
        RegisterBuffer("weight", weight);
        RegisterBuffer("bias", bias);
    }

    /// <inheritdoc/>
    public override string TypeName => $"nn.quantized.dynamic.Conv{(_transposed ? "Transpose" : "")}{Packed("weight").Rank - 2}d";

    /// <inheritdoc/>
    protected override Value Compute(Value value) => value.IsTraced ? throw DynamicModules.NoGraph(TypeName)
        : _transposed ? DynamicFunctions.ConvTranspose(value.ToTensor(), Packed("weight"), Entry("bias"), _settings)
        : DynamicFunctions.Conv(value.ToTensor(), Packed("weight"), Entry("bias"), _settings);
}
