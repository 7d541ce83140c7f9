namespace Microsoft.ML.Quantization.Modules;

/// <summary>Batch normalization of [batch, channels] or [batch, channels, length]. PyTorch's <c>torch.nn.BatchNorm1d</c>.</summary>
/// <param name="features">Channels.</param>
/// <param name="eps">Added to the variance.</param>
/// <param name="affine">Whether there are a scale and a shift.</param>
public sealed class BatchNorm1d(int features, double eps = 1e-5, bool affine = true) : BatchNormNd("nn.BatchNorm1d", 1, features, eps, affine);

/// <summary>Batch normalization of [batch, channels, height, width]. PyTorch's <c>torch.nn.BatchNorm2d</c>.</summary>
/// <param name="features">Channels.</param>
/// <param name="eps">Added to the variance.</param>
/// <param name="affine">Whether there are a scale and a shift.</param>
public sealed class BatchNorm2d(int features, double eps = 1e-5, bool affine = true) : BatchNormNd("nn.BatchNorm2d", 2, features, eps, affine);

/// <summary>Batch normalization of [batch, channels, depth, height, width]. PyTorch's <c>torch.nn.BatchNorm3d</c>.</summary>
/// <param name="features">Channels.</param>
/// <param name="eps">Added to the variance.</param>
/// <param name="affine">Whether there are a scale and a shift.</param>
public sealed class BatchNorm3d(int features, double eps = 1e-5, bool affine = true) : BatchNormNd("nn.BatchNorm3d", 3, features, eps, affine);
