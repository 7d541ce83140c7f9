using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Kernels.Functional;

namespace Microsoft.ML.Quantization.Modules;

/// <summary>Means over windows that are chosen for a size of the output; codes keep their parameters.</summary>
public abstract class AdaptiveAvgPoolNd : Module
{
    private readonly int _rank;
    private readonly ImmutableArray<int?> _output;

    private protected AdaptiveAvgPoolNd(int rank, IReadOnlyList<int?> output)
    {
        if (output.Count != 1 && output.Count != rank) { throw new QuantizationException($"Found {output.Count} output sizes for {rank} spatial axes; expected one for each, or one for all."); }
        (_rank, _output) = (rank, output.Count == rank ? [.. output] : [.. Enumerable.Repeat(output[0], rank)]);
    }

    /// <inheritdoc/>
    public override string TypeName => $"nn.AdaptiveAvgPool{_rank}d";

    /// <inheritdoc/>
    protected override bool DependsOnSizes => !_output.All(size => size == 1);

    /// <inheritdoc/>
    protected override Value Compute(Value value) => Apply(value, Nodes, codes => _rank switch
    {
        1 => AdaptiveAveragePools.AdaptiveAvgPool1d(codes, _output),
        2 => AdaptiveAveragePools.AdaptiveAvgPool2d(codes, _output),
        _ => AdaptiveAveragePools.AdaptiveAvgPool3d(codes, _output),
    });

    // ONNX has windows of one size only: those of an output that divides the input.
    private string Nodes(NodeWriter writer, string x)
    {
        TensorFact fact = writer.Fact(x);
        if (fact.Rank != _rank + 2) { throw new QuantizationException($"{TypeName} was given {fact}; expected [batch, channels] and {_rank} axes behind."); }
        if (!DependsOnSizes) { return writer.Node("GlobalAveragePool", [x]); }
        var window = new long[_rank];
        for (int axis = 0; axis < _rank; axis++)
        {
            int? size = fact.Dimensions[axis + 2].Size;
            int? output = _output[axis] ?? size;
            if (size is null || output is null or 0 || size % output != 0)
            {
                throw new QuantizationException($"{TypeName} was given {fact} for an output of {_output[axis]?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "the same size"} on spatial axis {axis}; expected a known multiple of it, because the windows of a graph have one size.");
            }
            window[axis] = size.Value / output.Value;
        }
        return writer.Node("AveragePool", [x], NodeAttributes.Empty.With("kernel_shape", ImmutableArray.Create(window)).With("strides", ImmutableArray.Create(window)));
    }
}

/// <summary>Adaptive mean over 1 axis. PyTorch's <c>torch.nn.AdaptiveAvgPool1d</c>.</summary>
/// <param name="outputSize">Sizes of the output; one serves every axis, null keeps the input's.</param>
public sealed class AdaptiveAvgPool1d(IReadOnlyList<int?> outputSize) : AdaptiveAvgPoolNd(1, outputSize);

/// <summary>Adaptive mean over 2 axes. PyTorch's <c>torch.nn.AdaptiveAvgPool2d</c>.</summary>
/// <param name="outputSize">Sizes of the output; one serves every axis, null keeps the input's.</param>
public sealed class AdaptiveAvgPool2d(IReadOnlyList<int?> outputSize) : AdaptiveAvgPoolNd(2, outputSize);

/// <summary>Adaptive mean over 3 axes. PyTorch's <c>torch.nn.AdaptiveAvgPool3d</c>.</summary>
/// <param name="outputSize">Sizes of the output; one serves every axis, null keeps the input's.</param>
public sealed class AdaptiveAvgPool3d(IReadOnlyList<int?> outputSize) : AdaptiveAvgPoolNd(3, outputSize);
