using System.Collections.Immutable;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>An operator that applies one function to each element. Its integer form is a table of 256 codes.</summary>
internal abstract class UnaryOperator<TFunction>(OperatorSchema schema, OperatorTraits traits) : IOperator where TFunction : struct, IUnaryFunction
{
    public OperatorSchema Schema => schema;

    public OperatorTraits Traits => traits;

    /// <summary>The function, with the node's settings.</summary>
    protected abstract TFunction Function(Node node);

    public ImmutableArray<TensorFact> Infer(InferenceSite site) => [site.Float(0)];

    public void Forward(StepCall call) => UnaryStep<TFunction>.Apply(Function(call.Node), call.Input<float>(0), call.Output<float>(0));

    public virtual Step Bind(BindSite site) => new UnaryStep<TFunction>(Function(site.Node));

    public string? DeclineInteger(IntegerSite site) => IntegerChecks.Unary(site);

    public Step BindInteger(IntegerSite site) => LookupStep.Of(site, Function(site.Node).Value);
}
