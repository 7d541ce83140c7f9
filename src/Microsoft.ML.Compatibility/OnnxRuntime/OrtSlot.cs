namespace Microsoft.ML.Transforms.Onnx;

/// <summary>An input or output of a session. A size that the model leaves open is not positive; type 0 is no tensor.</summary>
internal sealed record OrtSlot(string Name, int Type, int[] Sizes);
