using System.Collections.Immutable;
using System.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>start, start + delta, start + 2 · delta, … up to, not including, limit: ⌈(limit − start) / delta⌉ numbers. ONNX Range, opset 11 to 28.</summary>
internal sealed class NumberRange : IOperator
{
    public OperatorSchema Schema { get; } = new("Range", 11, 3, 3);

    public OperatorTraits Traits { get; } = new() { IsSetting = static _ => true };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact start = site.Input(0, ElementType.Float32, ElementType.Float64, ElementType.Int16, ElementType.Int32, ElementType.Int64);
        site.Input(1, start.Type);
        site.Input(2, start.Type);
        if (site.IsOpen(0, 1, 2)) { return [SiteChecks.OpenFact(start.Type, 1)]; }
        double first = One(site, 0), limit = One(site, 1), delta = One(site, 2), count = Math.Max(0.0, Math.Ceiling((limit - first) / delta));
        return delta != 0.0 && count <= int.MaxValue ? [new(start.Type, new Shape((int)count))] : throw site.Refuse($"it goes from {first} to {limit} by {delta}; expected at most {int.MaxValue} numbers");
    }

    public void Forward(StepCall call) => NumberTypes.Run(default(Loop), call.InputType(0), call);

    private static double One(InferenceSite site, int index) => site.Constant(index) is { Length: 1 } value
        ? value.Type switch
        {
            ElementType.Float32 => value.AsSpan<float>()[0],
            ElementType.Float64 => value.AsSpan<double>()[0],
            ElementType.Int16 => value.AsSpan<short>()[0],
            _ => Axes.Integers(value)!.Value[0],
        }
        : throw site.Refuse($"input {index} is {site.Input(index)}; expected one number");

    private readonly struct Loop : INumberCall
    {
        public void Run<T>(StepCall call) where T : unmanaged, INumber<T>
        {
            T start = call.Input<T>(0)[0], delta = call.Input<T>(2)[0];
            Span<T> y = call.Output<T>(0);
            for (int i = 0; i < y.Length; i++) { y[i] = start + T.CreateTruncating(i) * delta; }
        }
    }
}
