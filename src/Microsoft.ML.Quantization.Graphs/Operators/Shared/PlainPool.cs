using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>Pools as plain loops over row-major floats. Taps are visited in ascending order, those outside the image skipped.</summary>
internal static class PlainPool
{
    /// <summary>The largest element of each window; NaN wins.</summary>
    public static void Max(StepCall call, ConvolutionWindow window)
    {
        ReadOnlySpan<float> x = call.Input<float>(0);
        Span<float> y = call.Output<float>(0);
        var at = new Window3(window, call.InputShape(0).Spatial(), call.OutputShape(0).Spatial());
        for (int i = 0; i < y.Length; i++)
        {
            ReadOnlySpan<float> plane = x.Slice(i / at.OutputLength * at.InputLength, at.InputLength);
            float largest = float.NegativeInfinity;
            for (int tap = 0; tap < at.Taps; tap++)
            {
                int source = Source(at, i % at.OutputLength, tap);
                if (source >= 0 && (plane[source] > largest || float.IsNaN(plane[source]))) { largest = plane[source]; }
            }
            y[i] = largest;
        }
    }

    /// <summary>The mean of each window: one accumulator from +0, then one division by the number of taps inside the image or on its padding.</summary>
    public static void Average(StepCall call, ConvolutionWindow window, bool countPadding)
    {
        ReadOnlySpan<float> x = call.Input<float>(0);
        Span<float> y = call.Output<float>(0);
        var at = new Window3(window, call.InputShape(0).Spatial(), call.OutputShape(0).Spatial());
        for (int i = 0; i < y.Length; i++)
        {
            ReadOnlySpan<float> plane = x.Slice(i / at.OutputLength * at.InputLength, at.InputLength);
            float sum = 0f;
            int count = 0;
            for (int tap = 0; tap < at.Taps; tap++)
            {
                int source = Source(at, i % at.OutputLength, tap);
                if (source >= 0) { sum += plane[source]; }
                if (countPadding ? OnPaddedImage(at, i % at.OutputLength, tap) : source >= 0) { count++; }
            }
            y[i] = sum / Math.Max(1, count);
        }
    }

    internal static int Source(Window3 at, int o, int tap)
    {
        (int o0, int o1, int o2) = Split(o, at.Output);
        (int t0, int t1, int t2) = Split(tap, at.Kernel);
        (int i0, int i1, int i2) = (at.Gather(0, o0, t0), at.Gather(1, o1, t1), at.Gather(2, o2, t2));
        return (i0 | i1 | i2) < 0 ? -1 : (i0 * at.Input[1] + i1) * at.Input[2] + i2;
    }

    private static bool OnPaddedImage(Window3 at, int o, int tap)
    {
        (int o0, int o1, int o2) = Split(o, at.Output);
        (int t0, int t1, int t2) = Split(tap, at.Kernel);
        return at.OnPaddedImage(0, o0, t0) && at.OnPaddedImage(1, o1, t1) && at.OnPaddedImage(2, o2, t2);
    }

    private static (int, int, int) Split(int index, ReadOnlySpan<int> sizes) => (index / sizes[2] / sizes[1], index / sizes[2] % sizes[1], index % sizes[2]);
}
