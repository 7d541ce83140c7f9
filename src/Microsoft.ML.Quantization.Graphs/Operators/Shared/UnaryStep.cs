namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>Applies one function to each element, in any layout.</summary>
internal sealed class UnaryStep<TFunction>(TFunction function) : Step where TFunction : struct, IUnaryFunction
{
    public override BufferLayout Layout => BufferLayout.Any;

    public override void Run(StepCall call) => Apply(function, call.Input<float>(0), call.Output<float>(0));

    /// <summary>y = function(x).</summary>
    public static void Apply(TFunction function, ReadOnlySpan<float> x, Span<float> y)
    {
        for (int i = 0; i < x.Length; i++) { y[i] = function.Value(x[i]); }
    }
}
