using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>An operator whose output has the elements of its first input in the same order: reshapes and identities.</summary>
/// <param name="schema">Its schema.</param>
/// <param name="layout">Row-major where the axes change, any where they stay.</param>
internal abstract class CopyOperator(OperatorSchema schema, BufferLayout layout) : IOperator
{
    public OperatorSchema Schema => schema;

    public OperatorTraits Traits { get; } = new()
    {
        Observation = ObservationType.OutputSharesObserverWithInput,
        IsSetting = static index => index > 0,
    };

    public abstract ImmutableArray<TensorFact> Infer(InferenceSite site);

    public void Forward(StepCall call) => call.Input<byte>(0).CopyTo(call.Output<byte>(0));

    public Step Bind(BindSite site) => new CopyStep(layout);

    public string? DeclineInteger(IntegerSite site) => IntegerChecks.SameMap(site);

    public Step BindInteger(IntegerSite site) => new CopyStep(layout);
}
