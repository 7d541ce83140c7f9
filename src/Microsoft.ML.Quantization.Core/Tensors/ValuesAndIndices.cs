namespace Microsoft.ML.Quantization;

/// <summary>Elements found along an axis and where they were.</summary>
/// <param name="Values">The elements, with the scale and zero point of the tensor that was searched.</param>
/// <param name="Indices">Their indices along the axis, int64, in the same shape.</param>
public sealed record ValuesAndIndices(QuantizedTensor Values, Tensor Indices);
