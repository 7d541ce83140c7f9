using System.Collections.Immutable;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>An operator that applies one function to each element. Its integer form is a table of 256 codes.</summary>
internal abstract class UnaryOperator<TFunction>(OperatorSchema schema, OperatorTraits traits) : IElementwise where TFunction : struct, IUnaryFunction
{
    public OperatorSchema Schema => schema;

    public OperatorTraits Traits => traits;

    /// <summary>The function, with the node's settings.</summary>
    protected abstract TFunction Function(Node node);

    public ImmutableArray<TensorFact> Infer(InferenceSite site) => [site.Input(0, ElementType.Float32, ElementType.Float16)];

    /// <summary>float16 is computed in float32 and rounded once.</summary>
    public void Forward(StepCall call)
    {
        TFunction function = Function(call.Node);
        if (call.InputType(0) == ElementType.Float32)
        {
            UnaryStep<TFunction>.Apply(function, call.Input<float>(0), call.Output<float>(0));
            return;
        }
        ReadOnlySpan<Half> x = call.Input<Half>(0);
        Span<Half> y = call.Output<Half>(0);
        for (int i = 0; i < y.Length; i++) { y[i] = (Half)function.Value((float)x[i]); }
    }

    public Step Bind(BindSite site) => site.Inputs[0]!.Type == ElementType.Float32 ? BindFloat(site) : new ForwardStep(this, site.Node);

    /// <summary>The step for float32.</summary>
    protected virtual Step BindFloat(BindSite site) => new UnaryStep<TFunction>(Function(site.Node));

    public string? DeclineInteger(IntegerSite site) => IntegerChecks.Unary(site);

    public Step BindInteger(IntegerSite site) => LookupStep.Of(site, Function(site.Node).Value);
}
