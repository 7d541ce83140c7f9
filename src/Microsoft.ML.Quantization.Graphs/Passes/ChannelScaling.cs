using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>Ranges of the channels of a tensor, and one factor for each of them.</summary>
internal static class ChannelScaling
{
    /// <summary>An observer of smallest and largest value for each index of an axis; what equalization and reports look at.</summary>
    public static MinMaxObserver Observer(int axis) =>
        new(new ObserverSpec { Observer = "PerChannelMinMax", Type = ElementType.QInt8, Scheme = QScheme.PerChannelAffine, ChannelAxis = axis }, perChannel: true);

    /// <summary>The ranges of one tensor.</summary>
    public static MinMaxObserver Ranges(Tensor tensor, int axis)
    {
        MinMaxObserver observer = Observer(axis);
        observer.Observe(tensor.AsSpan<float>(), tensor.Shape);
        return observer;
    }

    /// <summary>A copy in which every element is multiplied by the factor of its channel.</summary>
    public static Tensor Scale(Tensor tensor, int axis, ReadOnlySpan<float> factors)
    {
        var scaled = new Tensor(ElementType.Float32, tensor.Shape);
        ChannelLayout layout = ChannelLayout.Of(tensor.Shape, axis);
        ReadOnlySpan<float> from = tensor.AsSpan<float>();
        Span<float> to = scaled.AsSpan<float>();
        for (int i = 0; i < to.Length; i++) { to[i] = from[i] * factors[i / layout.Inner % layout.Channels]; }
        return scaled;
    }

    /// <summary><c>1 / f</c> for each factor, rounded before it is multiplied with, as PyTorch does.</summary>
    public static float[] Reciprocals(ReadOnlySpan<float> factors)
    {
        var reciprocals = new float[factors.Length];
        for (int c = 0; c < reciprocals.Length; c++) { reciprocals[c] = 1f / factors[c]; }
        return reciprocals;
    }
}
