using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>
/// How a window moves over the spatial axes (outermost first). All arrays have one entry for each spatial axis: 0 axes is a matrix
/// product, 1 to 3 are the usual convolutions and pools.
/// </summary>
/// <param name="Kernel">Window size.</param>
/// <param name="Strides">Step between windows; for a transposed convolution, between the outputs of neighbouring inputs.</param>
/// <param name="Dilations">Step between the taps of one window.</param>
/// <param name="PadsBegin">Padding before the first element.</param>
/// <param name="PadsEnd">Padding after the last element.</param>
public sealed record ConvolutionWindow(
    ImmutableArray<int> Kernel,
    ImmutableArray<int> Strides,
    ImmutableArray<int> Dilations,
    ImmutableArray<int> PadsBegin,
    ImmutableArray<int> PadsEnd)
{
    /// <summary>The window of a matrix product: no spatial axis, one tap.</summary>
    public static ConvolutionWindow None { get; } = new([], [], [], [], []);

    /// <summary>Number of spatial axes.</summary>
    public int Rank => Kernel.Length;

    /// <summary>Taps of one window: the product of the kernel sizes.</summary>
    public int Taps
    {
        get
        {
            int taps = 1;
            foreach (int size in Kernel) { taps *= size; }
            return taps;
        }
    }
}
