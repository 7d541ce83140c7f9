using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// Which observers choose the quantization parameters of one operator (PyTorch's <c>QConfig</c>): data, comparable and storable.
/// </summary>
/// <param name="Activation">For the operator's inputs and outputs; null leaves them in float.</param>
/// <param name="Weight">For its weights; null leaves them in float.</param>
public sealed record QConfig(ObserverSpec? Activation, ObserverSpec? Weight);
