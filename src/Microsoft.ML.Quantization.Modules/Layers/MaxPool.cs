using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Kernels.Functional;

namespace Microsoft.ML.Quantization.Modules;

/// <summary>The largest value of each window; codes keep their parameters.</summary>
public abstract class MaxPoolNd : Module
{
    private readonly ImmutableArray<int> _kernel, _stride, _padding, _dilation;
    private readonly bool _ceil;

    private protected MaxPoolNd(int rank, IReadOnlyList<int> kernel, IReadOnlyList<int>? stride, IReadOnlyList<int>? padding, IReadOnlyList<int>? dilation, bool ceil)
    {
        (_kernel, _padding, _dilation, _ceil) = (Spatial.Expand(kernel, rank, null), Spatial.Expand(padding, rank, 0), Spatial.Expand(dilation, rank, 1), ceil);
        _stride = stride is null or { Count: 0 } ? _kernel : Spatial.Expand(stride, rank, null);
    }

    /// <inheritdoc/>
    public override string TypeName => $"nn.MaxPool{_kernel.Length}d";

    /// <inheritdoc/>
    protected override Value Compute(Value value) => Apply(value, (writer, x) => writer.Node("MaxPool", [x], NodeAttributes.Empty
        .With("kernel_shape", Spatial.Longs(_kernel)).With("strides", Spatial.Longs(_stride)).With("pads", Spatial.Longs([.. _padding, .. _padding]))
        .With("dilations", Spatial.Longs(_dilation)).With("ceil_mode", _ceil)), codes => _kernel.Length switch
    {
        1 => MaxPools.MaxPool1d(codes, _kernel, _stride, _padding, _dilation, _ceil),
        2 => MaxPools.MaxPool2d(codes, _kernel, _stride, _padding, _dilation, _ceil),
        _ => MaxPools.MaxPool3d(codes, _kernel, _stride, _padding, _dilation, _ceil),
    });
}

/// <summary>Maximum over windows of 1 axis. PyTorch's <c>torch.nn.MaxPool1d</c>.</summary>
/// <param name="kernelSize">Sizes of the window; one number serves every axis.</param>
/// <param name="stride">Steps between windows; the size of the window when left out.</param>
/// <param name="padding">What is added at both ends and never the maximum.</param>
/// <param name="dilation">Steps inside the window.</param>
/// <param name="ceilMode">Whether a window that begins inside may end outside.</param>
public sealed class MaxPool1d(IReadOnlyList<int> kernelSize, IReadOnlyList<int>? stride = null, IReadOnlyList<int>? padding = null, IReadOnlyList<int>? dilation = null, bool ceilMode = false)
    : MaxPoolNd(1, kernelSize, stride, padding, dilation, ceilMode);

/// <summary>Maximum over windows of 2 axes. PyTorch's <c>torch.nn.MaxPool2d</c>.</summary>
/// <param name="kernelSize">Sizes of the window; one number serves every axis.</param>
/// <param name="stride">Steps between windows; the size of the window when left out.</param>
/// <param name="padding">What is added at both ends and never the maximum.</param>
/// <param name="dilation">Steps inside the window.</param>
/// <param name="ceilMode">Whether a window that begins inside may end outside.</param>
public sealed class MaxPool2d(IReadOnlyList<int> kernelSize, IReadOnlyList<int>? stride = null, IReadOnlyList<int>? padding = null, IReadOnlyList<int>? dilation = null, bool ceilMode = false)
    : MaxPoolNd(2, kernelSize, stride, padding, dilation, ceilMode);

/// <summary>Maximum over windows of 3 axes. PyTorch's <c>torch.nn.MaxPool3d</c>.</summary>
/// <param name="kernelSize">Sizes of the window; one number serves every axis.</param>
/// <param name="stride">Steps between windows; the size of the window when left out.</param>
/// <param name="padding">What is added at both ends and never the maximum.</param>
/// <param name="dilation">Steps inside the window.</param>
/// <param name="ceilMode">Whether a window that begins inside may end outside.</param>
public sealed class MaxPool3d(IReadOnlyList<int> kernelSize, IReadOnlyList<int>? stride = null, IReadOnlyList<int>? padding = null, IReadOnlyList<int>? dilation = null, bool ceilMode = false)
    : MaxPoolNd(3, kernelSize, stride, padding, dilation, ceilMode);
