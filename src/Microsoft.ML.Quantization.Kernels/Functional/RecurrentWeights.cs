namespace Microsoft.ML.Quantization.Kernels.Functional;

/// <summary>The two products of one recurrent layer in one direction: gates from the input and gates from the hidden state.</summary>
/// <param name="Input">[gates · hidden, inputs] (PyTorch <c>weight_ih</c>, <c>bias_ih</c>).</param>
/// <param name="Hidden">[gates · hidden, hidden] (PyTorch <c>weight_hh</c>, <c>bias_hh</c>).</param>
public sealed record RecurrentWeights(DynamicLinear Input, DynamicLinear Hidden)
{
    /// <summary>Length of the hidden state.</summary>
    public int HiddenSize => Hidden.InputFeatures;

    /// <summary>Packs 8-bit weights, see <see cref="DynamicLinear.Pack"/>. Biases may be left out.</summary>
    /// <exception cref="QuantizationException">A weight is not symmetric qint8 of rank 2, or a bias has another length.</exception>
    public static RecurrentWeights Pack(QuantizedTensor inputWeight, QuantizedTensor hiddenWeight, Tensor? inputBias = null, Tensor? hiddenBias = null, Engine? engine = null) =>
        new(DynamicLinear.Pack(inputWeight, inputBias, engine), DynamicLinear.Pack(hiddenWeight, hiddenBias, engine));

    /// <summary>Packs half-precision weights, see <see cref="DynamicLinear.PackFloat16"/>. Biases may be left out.</summary>
    /// <exception cref="QuantizationException">A weight is not float32 of rank 2, or a bias has another length.</exception>
    public static RecurrentWeights PackFloat16(Tensor inputWeight, Tensor hiddenWeight, Tensor? inputBias = null, Tensor? hiddenBias = null, Engine? engine = null) =>
        new(DynamicLinear.PackFloat16(inputWeight, inputBias, engine), DynamicLinear.PackFloat16(hiddenWeight, hiddenBias, engine));

    /// <exception cref="QuantizationException">The sizes of the two products do not belong to a layer of so many gates and inputs.</exception>
    internal void Require(int gates, int inputs)
    {
        int rows = gates * HiddenSize;
        if (Input.OutputFeatures != rows || Hidden.OutputFeatures != rows || Input.InputFeatures != inputs)
        {
            throw new QuantizationException($"The weights are [{Input.OutputFeatures}, {Input.InputFeatures}] and [{Hidden.OutputFeatures}, {HiddenSize}]; expected [{rows}, {inputs}] and [{rows}, {HiddenSize}]: {gates} gates of {HiddenSize}, and inputs of {inputs}.");
        }
    }
}
