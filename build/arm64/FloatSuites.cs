using System.Runtime.Intrinsics;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.ArmCheck;

/// <summary>Float products and functions.</summary>
internal static unsafe class FloatSuites
{
    public static void Tile(ref CheckData data)
    {
        int lanes = Vector128Float.Lanes, width = 2 * lanes, form = data.Next(3), taps = 1 + data.Next(5), depth = 1 + data.Next(40);
        int rows = form == 0 ? 6 : 1, panels = form == 2 ? 4 : 1;
        float* input = data.Floats(taps * rows * depth), weights = data.Floats(panels * taps * depth * width);
        byte** pointers = (byte**)data.Take<nint>(taps * rows);
        for (int i = 0; i < taps * rows; i++) { pointers[i] = (byte*)(input + i * depth); }
        float* sums = data.Take<float>(rows * panels * width);
        Tile tile = new() { Rows = pointers, RowStride = rows, Weights = (byte*)weights, PanelStride = taps * depth * width * sizeof(float), Taps = taps, Depth = depth * sizeof(float), Sums = sums };
        if (form == 0) { FloatTiles<Vector128Float, Vector128<float>>.Rows6(&tile); }
        else if (form == 1) { FloatTiles<Vector128Float, Vector128<float>>.Rows1(&tile); }
        else { FloatTiles<Vector128Float, Vector128<float>>.Rows1Panels4(&tile); }
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < panels * width; column++)
            {
                float expected = 0f;
                float* w = weights + column / width * taps * depth * width + column % width;
                for (int k = 0; k < taps * depth; k++) { expected = MathF.FusedMultiplyAdd(((float*)pointers[k / depth * rows + row])[k % depth], w[k * width], expected); }
                data.Same(expected, sums[row * panels * width + column]);
            }
        }
    }

    public static void Depthwise(ref CheckData data)
    {
        int lanes = Vector128Float.Lanes, taps = 1 + data.Next(26);
        float* input = data.Floats(taps * 4 * lanes), weights = data.Floats(taps * lanes), bias = data.Floats(lanes), y = data.Take<float>(4 * lanes);
        byte** pointers = (byte**)data.Take<nint>(taps * 4);
        for (int i = 0; i < taps * 4; i++) { pointers[i] = (byte*)(input + i * lanes); }
        FloatDepthwiseTile<Vector128Float, Vector128<float>>.Rows4(pointers, 4, taps, 0, weights, out Vector128<float> c0, out Vector128<float> c1, out Vector128<float> c2, out Vector128<float> c3);
        Vector128<float> b = Vector128.Load(bias), low = Vector128.Create(-100f), high = Vector128.Create(1e10f);
        Vector128Float.AddAndClamp(c0, b, low, high).Store(y);
        Vector128Float.AddAndClamp(c1, b, low, high).Store(y + lanes);
        Vector128Float.AddAndClamp(c2, b, low, high).Store(y + 2 * lanes);
        Vector128Float.AddAndClamp(c3, b, low, high).Store(y + 3 * lanes);
        for (int i = 0; i < 4 * lanes; i++)
        {
            float sum = 0f;
            for (int tap = 0; tap < taps; tap++) { sum = MathF.FusedMultiplyAdd(input[tap * 4 * lanes + i], weights[tap * lanes + i % lanes], sum); }
            data.Same(Requantization.Clamp(sum + bias[i % lanes], -100f, 1e10f), y[i]);
        }
    }

    public static void Functions(ref CheckData data)
    {
        int count = data.Next(70);
        float* a = data.Floats(count), b = data.Floats(count), y = data.Take<float>(count);
        Map<AddFunction>(ref data, a, b, y, count);
        Map<SubtractFunction>(ref data, a, b, y, count);
        Map<MultiplyFunction>(ref data, a, b, y, count);
        Map<DivideFunction>(ref data, a, b, y, count);
        Map<ExpFunction>(ref data, a, a, y, count);
        Map<LogFunction>(ref data, a, a, y, count);
        Map<TanhFunction>(ref data, a, a, y, count);
        Map<SigmoidFunction>(ref data, a, a, y, count);
        Map<ErfFunction>(ref data, a, a, y, count);
        VectorFloats.Clip(new(a, count), new(y, count), -0.5f, 2f);
        for (int i = 0; i < count; i++) { data.Same(Requantization.Clamp(a[i], -0.5f, 2f), y[i]); }
        data.Same(FloatLoops.Sum(new(a, count)), VectorFloats.Sum(new(a, count)));
    }

    private static void Map<TFunction>(ref CheckData data, float* a, float* b, float* y, int count) where TFunction : struct, IFloatFunction
    {
        VectorFloats.Map<TFunction, Vector128Float, Vector128<float>>(new(a, count), new(b, count), new(y, count));
        for (int i = 0; i < count; i++) { data.Same(TFunction.Of<ScalarArithmetic, float>(a[i], b[i]), y[i]); }
    }
}
