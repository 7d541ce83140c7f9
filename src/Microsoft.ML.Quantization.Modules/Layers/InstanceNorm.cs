using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization.Modules;

/// <summary>Mean 0 and variance 1 of each channel of each row, then <c>· weight[c] + bias[c]</c>, of floats.</summary>
public abstract class InstanceNormNd : Module
{
    private readonly int _features;

    private protected InstanceNormNd(string name, int features, double eps, bool affine)
    {
        (TypeName, _features, Eps) = (name, features, eps);
        RegisterParameter("weight", affine ? Initializer.Constant(1f, features) : null);
        RegisterParameter("bias", affine ? Initializer.Constant(0f, features) : null);
    }

    /// <inheritdoc/>
    public override string TypeName { get; }

    /// <summary>Added to the variance.</summary>
    public double Eps { get; }

    /// <inheritdoc/>
    protected override Value Compute(Value value) => Apply(value, (writer, x) => writer.Node("InstanceNormalization",
        [x, writer.Constant("weight", Entry("weight") ?? Initializer.Constant(1f, _features)), writer.Constant("bias", Entry("bias") ?? Initializer.Constant(0f, _features))],
        NodeAttributes.Empty.With("epsilon", (float)Eps)), codes: null);
}

/// <summary>Instance normalization over 1 axis. PyTorch's <c>torch.nn.InstanceNorm1d</c>.</summary>
/// <param name="features">Channels.</param>
/// <param name="eps">Added to the variance.</param>
/// <param name="affine">Whether there are a scale and a shift.</param>
public sealed class InstanceNorm1d(int features, double eps = 1e-5, bool affine = false) : InstanceNormNd("nn.InstanceNorm1d", features, eps, affine);

/// <summary>Instance normalization over 2 axes. PyTorch's <c>torch.nn.InstanceNorm2d</c>.</summary>
/// <param name="features">Channels.</param>
/// <param name="eps">Added to the variance.</param>
/// <param name="affine">Whether there are a scale and a shift.</param>
public sealed class InstanceNorm2d(int features, double eps = 1e-5, bool affine = false) : InstanceNormNd("nn.InstanceNorm2d", features, eps, affine);

/// <summary>Instance normalization over 3 axes. PyTorch's <c>torch.nn.InstanceNorm3d</c>.</summary>
/// <param name="features">Channels.</param>
/// <param name="eps">Added to the variance.</param>
/// <param name="affine">Whether there are a scale and a shift.</param>
public sealed class InstanceNorm3d(int features, double eps = 1e-5, bool affine = false) : InstanceNormNd("nn.InstanceNorm3d", features, eps, affine);
