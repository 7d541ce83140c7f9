namespace Microsoft.ML.Quantization.Kernels.Functional;

/// <summary>Scale and zero point of a value that an observer watched.</summary>
/// <param name="Scale">Real units per step.</param>
/// <param name="ZeroPoint">Code of real 0.</param>
public readonly record struct OutputMap(double Scale, int ZeroPoint);

/// <summary>
/// One direction of one layer of a statically quantized LSTM: its two products and the maps of all values between them
/// (<c>torch.ao.nn.quantizable.LSTMCell</c> after conversion).
/// </summary>
/// <param name="InputWeight">qint8 [4 · hidden, inputs], gates in the order i, f, g, o.</param>
/// <param name="InputBias">float32 [4 · hidden], or null.</param>
/// <param name="HiddenWeight">qint8 [4 · hidden, hidden].</param>
/// <param name="HiddenBias">float32 [4 · hidden], or null.</param>
/// <param name="InputGates">Map of the product with the input.</param>
/// <param name="HiddenGates">Map of the product with the hidden state.</param>
/// <param name="Gates">Map of their sum.</param>
/// <param name="ForgetCell">Map of σ(f) · c.</param>
/// <param name="InputCell">Map of σ(i) · tanh(g).</param>
/// <param name="Cell">Map of the new cell state.</param>
/// <param name="Hidden">Map of the new hidden state.</param>
public sealed record StaticLstmWeights(
    QuantizedTensor InputWeight, Tensor? InputBias, QuantizedTensor HiddenWeight, Tensor? HiddenBias,
    OutputMap InputGates, OutputMap HiddenGates, OutputMap Gates, OutputMap ForgetCell, OutputMap InputCell, OutputMap Cell, OutputMap Hidden)
{
    /// <summary>Length of the hidden state.</summary>
    public int HiddenSize => HiddenWeight.Shape[1];
}
