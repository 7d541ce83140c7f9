using System.Numerics;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>MaxPool as a plain loop that also knows where it found the largest element: the first of equals.</summary>
internal static class PlaceOfMax
{
    /// <summary>Fills the outputs that are wanted.</summary>
    public static void Run<T>(StepCall call, ConvolutionWindow window) where T : unmanaged, INumber<T>, IMinMaxValue<T>
    {
        ReadOnlySpan<T> x = call.Input<T>(0);
        bool wantsPlaces = call.Outputs.Length > 1 && call.Node.Outputs[1].Length > 0, wantsValues = call.Node.Outputs[0].Length > 0, byColumns = call.Attributes.Int("storage_order", 0) != 0;
        Shape to = call.OutputShape(wantsValues ? 0 : 1);
        ReadOnlySpan<int> size = call.InputShape(0).Spatial();
        var at = new Window3(window, size, to.Spatial());
        for (int i = 0; i < to.Length; i++)
        {
            int plane = i / at.OutputLength * at.InputLength, best = -1;
            for (int tap = 0; tap < at.Taps; tap++)
            {
                int source = PlainPool.Source(at, i % at.OutputLength, tap);
                if (source >= 0 && (best < 0 || x[plane + source] > x[plane + best] || T.IsNaN(x[plane + source]))) { best = source; }
            }
            if (wantsValues) { call.Output<T>(0)[i] = best < 0 ? T.MinValue : x[plane + best]; }
            if (wantsPlaces) { call.Output<long>(1)[i] = plane + (byColumns ? ByColumns(best, size) : best); }
        }
    }

    private static int ByColumns(int place, ReadOnlySpan<int> size)
    {
        int result = 0, stride = size.Length == 0 ? 0 : 1, rest = place;
        Span<int> index = stackalloc int[size.Length];
        for (int axis = size.Length - 1; axis >= 0; axis--)
        {
            index[axis] = rest % size[axis];
            rest /= size[axis];
        }
        for (int axis = 0; axis < size.Length; axis++)
        {
            result += index[axis] * stride;
            stride *= size[axis];
        }
        return result;
    }
}
