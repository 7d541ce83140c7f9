using System.Collections.Immutable;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>The codes of W or R, [directions, outputs, depth], each direction by an observer of its own, as the new operators have them: [directions, depth, outputs].</summary>
internal sealed class RecurrentCodes
{
    private readonly ImmutableArray<QuantizedWeights> _directions;

    public RecurrentCodes(Tensor weights, ObserverSpec spec, ObserverList observers)
    {
        (Outputs, Depth) = (weights.Shape[1], weights.Shape[2]);
        _directions = [.. Enumerable.Range(0, weights.Shape[0]).Select(direction => QuantizedWeights.Of(
            spec, Tensor.Create<float>(weights.AsSpan<float>().Slice(direction * Outputs * Depth, Outputs * Depth), new Shape(Outputs, Depth)), 0, null, Outputs, 1f, observers))];
    }

    public int Outputs { get; }

    public int Depth { get; }

    public bool IsPerChannel => _directions[0].WeightParameters.IsPerChannel;

    private bool IsSigned => _directions[0].WeightParameters.Type == ElementType.QInt8;

    /// <summary>Why ONNX Runtime would refuse the codes; null when it takes them.</summary>
    public string? Decline() => IsPerChannel && _directions.Any(direction => direction.WeightParameters.ZeroPoints.Any(zero => zero != (IsSigned ? 0 : direction.WeightParameters.ZeroPoints[0])))
        ? "its weights have a zero point for each row; with a scale for each row the file form takes symmetric weights. Choose a symmetric scheme"
        : null;

    /// <summary>The codes of one direction, or of all.</summary>
    public Tensor Codes(int? direction = null)
    {
        var wanted = Wanted(direction);
        var codes = new byte[wanted.Length * Depth * Outputs];
        for (int d = 0; d < wanted.Length; d++)
        {
            ReadOnlySpan<byte> from = wanted[d].Weights.Bytes;
            for (int n = 0; n < Outputs; n++)
            {
                for (int k = 0; k < Depth; k++) { codes[(d * Depth + k) * Outputs + n] = from[n * Depth + k]; }
            }
        }
        return new(IsSigned ? ElementType.Int8 : ElementType.UInt8, new Shape(wanted.Length, Depth, Outputs), codes);
    }

    /// <summary>[directions], or [directions, outputs].</summary>
    public Tensor Scales(int? direction = null) => Tensor.Create<float>([.. Wanted(direction).SelectMany(d => d.WeightParameters.Scales)], ShapeOf(direction));

    /// <summary>[directions], or [directions, outputs].</summary>
    public Tensor ZeroPoints(int? direction = null) =>
        new(IsSigned ? ElementType.Int8 : ElementType.UInt8, ShapeOf(direction), [.. Wanted(direction).SelectMany(d => d.WeightParameters.ZeroPoints).Select(zero => (byte)zero)]);

    private ImmutableArray<QuantizedWeights> Wanted(int? direction) => direction is { } one ? [_directions[one]] : _directions;

    private Shape ShapeOf(int? direction) => IsPerChannel ? new(Wanted(direction).Length, Outputs) : new(Wanted(direction).Length);
}
