using System.Collections.Immutable;
using System.Numerics;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>A sum of cosines over the numbers 0 … size − 1: y[k] = a − b cos t + c cos 2t, t = 2πk / size (or size − 1 where it is symmetric).</summary>
internal abstract class WindowOperator(string name, double a, double b, double c) : IOperator
{
    public OperatorSchema Schema { get; } = new(name, 17, 1, 1);

    public OperatorTraits Traits { get; } = new() { IsSetting = static _ => true };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        ElementType type = OnnxTypes.Read(site, site.Attributes.Int("output_datatype", 1));
        if (type == ElementType.Boolean) { throw site.Refuse("output_datatype is bool; expected a number"); }
        if (Axes.Product(site.Input(0, ElementType.Int64, ElementType.Int32).Dimensions) is not { Size: null or 1 }) { throw site.Refuse($"its size is {site.Input(0)}; expected one number"); }
        if (site.IsOpen(0)) { return [SiteChecks.OpenFact(type, 1)]; }
        long size = site.Setting("size", 0)!.Value[0];
        return size is >= 0 and <= 1 << 28 ? [new(type, new Shape((int)size))] : throw site.Refuse($"its size is {size}; expected 0 to {1 << 28}");
    }

    public void Forward(StepCall call) => NumberTypes.Run(new Loop(a, b, c), call.Outputs[0].Type, call);

    private readonly record struct Loop(double A, double B, double C) : INumberCall
    {
        public void Run<T>(StepCall call) where T : unmanaged, INumber<T>
        {
            Span<T> y = call.Output<T>(0);
            double turns = call.Attributes.Int("periodic", 1) != 0 ? y.Length : y.Length - 1;
            for (int k = 0; k < y.Length; k++)
            {
                float t = turns > 0 ? (float)(2.0 * Math.PI * k / turns) : 0f;
                y[k] = T.CreateTruncating(A - B * FloatMath.Cos(t) + C * FloatMath.Cos(2f * t));
            }
        }
    }
}
