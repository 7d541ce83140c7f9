namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Float kernels as plain loops: the meaning, and the order of every sum, that every engine reproduces.</summary>
internal static class FloatLoops
{
    public static void Add(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> y)
    {
        Require(a.Length, b.Length, y.Length);
        for (int i = 0; i < a.Length; i++) { y[i] = a[i] + b[i]; }
    }

    public static void Subtract(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> y)
    {
        Require(a.Length, b.Length, y.Length);
        for (int i = 0; i < a.Length; i++) { y[i] = a[i] - b[i]; }
    }

    public static void Multiply(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> y)
    {
        Require(a.Length, b.Length, y.Length);
        for (int i = 0; i < a.Length; i++) { y[i] = a[i] * b[i]; }
    }

    public static void Divide(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> y)
    {
        Require(a.Length, b.Length, y.Length);
        for (int i = 0; i < a.Length; i++) { y[i] = a[i] / b[i]; }
    }

    public static void Clip(ReadOnlySpan<float> x, Span<float> y, float minimum, float maximum)
    {
        LengthCheck.AtLeast(y.Length, x.Length);
        for (int i = 0; i < x.Length; i++) { y[i] = Requantization.Clamp(x[i], minimum, maximum); }
    }

    public static void Apply(ReadOnlySpan<float> x, Span<float> y, Func<float, float> function)
    {
        LengthCheck.AtLeast(y.Length, x.Length);
        for (int i = 0; i < x.Length; i++) { y[i] = function(x[i]); }
    }

    /// <summary>Sixteen strided partial sums, then a fixed tree.</summary>
    public static float Sum(ReadOnlySpan<float> x)
    {
        Span<float> lanes = stackalloc float[16];
        lanes.Clear();
        for (int i = 0; i < x.Length; i++) { lanes[i % 16] += x[i]; }
        for (int half = 8; half > 0; half /= 2)
        {
            for (int lane = 0; lane < half; lane++) { lanes[lane] += lanes[lane + half]; }
        }
        return lanes[0];
    }

    public static void Softmax(ReadOnlySpan<float> x, Span<float> y, int rows, int columns)
    {
        Require(x.Length, y.Length, rows, columns);
        for (int row = 0; row < rows; row++)
        {
            Span<float> values = y.Slice(row * columns, columns);
            SubtractLargest(x.Slice(row * columns, columns), values);
            Apply(values, values, FloatMath.Exp);
            DivideBy(values, Sum(values));
        }
    }

    /// <summary>y[i] = x[i] − the largest x. NaN is not larger than anything.</summary>
    public static void SubtractLargest(ReadOnlySpan<float> x, Span<float> y)
    {
        float largest = float.NegativeInfinity;
        foreach (float value in x) { largest = value > largest ? value : largest; }
        for (int i = 0; i < x.Length; i++) { y[i] = x[i] - largest; }
    }

    /// <summary>Divides all values.</summary>
    public static void DivideBy(Span<float> values, float divisor)
    {
        for (int i = 0; i < values.Length; i++) { values[i] /= divisor; }
    }

    public static void MatMul(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c, int m, int k, int n, bool transposeA, bool transposeB)
    {
        RequireMatMul(a.Length, b.Length, c.Length, m, k, n);
        for (int row = 0; row < m; row++)
        {
            for (int column = 0; column < n; column++)
            {
                float sum = 0f;
                for (int i = 0; i < k; i++)
                {
                    sum = MathF.FusedMultiplyAdd(a[transposeA ? i * m + row : row * k + i], b[transposeB ? column * k + i : i * n + column], sum);
                }
                c[row * n + column] = sum;
            }
        }
    }

    public static void RequireMatMul(int a, int b, int c, int m, int k, int n)
    {
        LengthCheck.NotNegative(m);
        LengthCheck.NotNegative(k);
        LengthCheck.NotNegative(n);
        LengthCheck.AtLeast(a, (long)m * k);
        LengthCheck.AtLeast(b, (long)k * n);
        LengthCheck.AtLeast(c, (long)m * n);
    }

    public static void Require(int a, int b, int y)
    {
        LengthCheck.AtLeast(b, a);
        LengthCheck.AtLeast(y, a);
    }

    public static void Require(int x, int y, int rows, int columns)
    {
        LengthCheck.NotNegative(rows);
        LengthCheck.NotNegative(columns);
        LengthCheck.AtLeast(x, (long)rows * columns);
        LengthCheck.AtLeast(y, (long)rows * columns);
    }
}
