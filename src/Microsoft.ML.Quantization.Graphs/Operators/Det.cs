using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>The determinants of the matrices in the last two axes: elimination with row pivots, in double precision. ONNX Det, opset 11 to 28.</summary>
internal sealed class Det : IOperator
{
    public OperatorSchema Schema { get; } = new("Det", 11, 1, 1);

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact x = site.Float(0).WithRank(site, 0, 2, int.MaxValue);
        return x.Dimensions[^1].MayEqual(x.Dimensions[^2]) ? [x with { Dimensions = x.Dimensions[..^2] }] : throw site.Refuse($"its input is {x}; expected square matrices");
    }

    public void Forward(StepCall call)
    {
        Shape shape = call.InputShape(0);
        int n = shape[shape.Rank - 1];
        Span<float> y = call.Output<float>(0);
        double[] m = new double[n * n];
        for (int i = 0; i < y.Length; i++)
        {
            for (int k = 0; k < m.Length; k++) { m[k] = call.Input<float>(0)[i * n * n + k]; }
            y[i] = (float)Determinant(m, n);
        }
    }

    private static double Determinant(double[] m, int n)
    {
        double result = 1.0;
        for (int column = 0; column < n; column++)
        {
            int pivot = column;
            for (int row = column + 1; row < n; row++) { pivot = Math.Abs(m[row * n + column]) > Math.Abs(m[pivot * n + column]) ? row : pivot; }
            double top = m[pivot * n + column];
            if (top == 0.0) { return 0.0; }
            result *= pivot == column ? top : -top;
            for (int k = column; k < n; k++) { (m[column * n + k], m[pivot * n + k]) = (m[pivot * n + k], m[column * n + k]); }
            for (int row = column + 1; row < n; row++)
            {
                double factor = m[row * n + column] / top;
                for (int k = column; k < n; k++) { m[row * n + k] -= factor * m[column * n + k]; }
            }
        }
        return result;
    }
}
