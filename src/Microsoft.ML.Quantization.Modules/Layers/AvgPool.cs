using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Kernels.Functional;

namespace Microsoft.ML.Quantization.Modules;

/// <summary>The mean of each window; codes keep their parameters.</summary>
public abstract class AvgPoolNd : Module
{
    private readonly ImmutableArray<int> _kernel, _stride, _padding;
    private readonly bool _ceil, _countIncludePad;

    private protected AvgPoolNd(int rank, IReadOnlyList<int> kernel, IReadOnlyList<int>? stride, IReadOnlyList<int>? padding, bool ceil, bool countIncludePad)
    {
        (_kernel, _padding, _ceil, _countIncludePad) = (Spatial.Expand(kernel, rank, null), Spatial.Expand(padding, rank, 0), ceil, countIncludePad);
        _stride = stride is null or { Count: 0 } ? _kernel : Spatial.Expand(stride, rank, null);
    }

    /// <inheritdoc/>
    public override string TypeName => $"nn.AvgPool{_kernel.Length}d";

    /// <inheritdoc/>
    protected override Value Compute(Value value) => Apply(value, (writer, x) => writer.Node("AveragePool", [x], NodeAttributes.Empty
        .With("kernel_shape", Spatial.Longs(_kernel)).With("strides", Spatial.Longs(_stride)).With("pads", Spatial.Longs([.. _padding, .. _padding]))
        .With("ceil_mode", _ceil).With("count_include_pad", _countIncludePad)), codes => _kernel.Length switch
    {
        1 => AveragePools.AvgPool1d(codes, _kernel, _stride, _padding, _ceil, _countIncludePad),
        2 => AveragePools.AvgPool2d(codes, _kernel, _stride, _padding, _ceil, _countIncludePad),
        _ => AveragePools.AvgPool3d(codes, _kernel, _stride, _padding, _ceil, _countIncludePad),
    });
}

/// <summary>Mean over windows of 1 axis. PyTorch's <c>torch.nn.AvgPool1d</c>.</summary>
/// <param name="kernelSize">Sizes of the window; one number serves every axis.</param>
/// <param name="stride">Steps between windows; the size of the window when left out.</param>
/// <param name="padding">Zeros added at both ends.</param>
/// <param name="ceilMode">Whether a window that begins inside may end outside.</param>
/// <param name="countIncludePad">Whether the zeros count.</param>
public sealed class AvgPool1d(IReadOnlyList<int> kernelSize, IReadOnlyList<int>? stride = null, IReadOnlyList<int>? padding = null, bool ceilMode = false, bool countIncludePad = true)
    : AvgPoolNd(1, kernelSize, stride, padding, ceilMode, countIncludePad);

/// <summary>Mean over windows of 2 axes. PyTorch's <c>torch.nn.AvgPool2d</c>.</summary>
/// <param name="kernelSize">Sizes of the window; one number serves every axis.</param>
/// <param name="stride">Steps between windows; the size of the window when left out.</param>
/// <param name="padding">Zeros added at both ends.</param>
/// <param name="ceilMode">Whether a window that begins inside may end outside.</param>
/// <param name="countIncludePad">Whether the zeros count.</param>
public sealed class AvgPool2d(IReadOnlyList<int> kernelSize, IReadOnlyList<int>? stride = null, IReadOnlyList<int>? padding = null, bool ceilMode = false, bool countIncludePad = true)
    : AvgPoolNd(2, kernelSize, stride, padding, ceilMode, countIncludePad);

/// <summary>Mean over windows of 3 axes. PyTorch's <c>torch.nn.AvgPool3d</c>.</summary>
/// <param name="kernelSize">Sizes of the window; one number serves every axis.</param>
/// <param name="stride">Steps between windows; the size of the window when left out.</param>
/// <param name="padding">Zeros added at both ends.</param>
/// <param name="ceilMode">Whether a window that begins inside may end outside.</param>
/// <param name="countIncludePad">Whether the zeros count.</param>
public sealed class AvgPool3d(IReadOnlyList<int> kernelSize, IReadOnlyList<int>? stride = null, IReadOnlyList<int>? padding = null, bool ceilMode = false, bool countIncludePad = true)
    : AvgPoolNd(3, kernelSize, stride, padding, ceilMode, countIncludePad);
