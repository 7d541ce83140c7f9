using System.Collections.Immutable;
using System.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>An operator that applies one function to each element of any number type. The integer form of floats is a table of 256 codes.</summary>
internal abstract class NumberOperator<TFunction>(OperatorSchema schema) : IElementwise where TFunction : struct, INumberFunction
{
    public OperatorSchema Schema => schema;

    public ImmutableArray<TensorFact> Infer(InferenceSite site) => [site.Number(0)];

    public void Forward(StepCall call) => NumberTypes.Run(default(Loop), call.InputType(0), call);

    public Step Bind(BindSite site) => site.Inputs[0]!.Type == ElementType.Float32 ? new UnaryStep<TFunction>(default) : new ForwardStep(this, site.Node);

    public string? DeclineInteger(IntegerSite site) => IntegerChecks.Unary(site);

    public Step BindInteger(IntegerSite site) => LookupStep.Of(site, default(TFunction).Value);

    private readonly struct Loop : INumberCall
    {
        public void Run<T>(StepCall call) where T : unmanaged, INumber<T>
        {
            ReadOnlySpan<T> x = call.Input<T>(0);
            Span<T> y = call.Output<T>(0);
            for (int i = 0; i < y.Length; i++) { y[i] = TFunction.Of(x[i]); }
        }
    }
}
