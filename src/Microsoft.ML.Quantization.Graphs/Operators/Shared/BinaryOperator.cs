using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>An operator that combines two tensors element by element, with NumPy broadcasting: any number type.</summary>
internal abstract class BinaryOperator<TFunction>(OperatorSchema schema, OperatorTraits traits) : IElementwise where TFunction : IBinaryFunction
{
    public OperatorSchema Schema => schema;

    public OperatorTraits Traits => traits;

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact a = site.Number(0), b = site.Input(1, a.Type);
        return [new(a.Type, Broadcasting.Combine(site, a.Dimensions, b.Dimensions))];
    }

    public void Forward(StepCall call) => BinaryLoop.Run<TFunction>(call);

    public Step Bind(BindSite site) => EqualShapes(site) ? new EqualShapesStep() : HasAllAxes(site) ? new AnyLayoutStep(this) : new ForwardStep(this, site.Node);

    public virtual string? DeclineInteger(IntegerSite site) => $"{schema.Name} has no integer form";

    public virtual Step BindInteger(IntegerSite site) => throw new NotSupportedException($"{schema.Name} has no integer form.");

    /// <summary>Whether both are run-time tensors of the same axes, so that their layout does not matter.</summary>
    private static bool EqualShapes(BindSite site) =>
        site.Constant(0) is null && site.Constant(1) is null && site.Inputs[0]!.HasAxesOf(site.Inputs[1]!);

    /// <summary>Whether each has all axes of the output or is one number: then both stretch in any layout.</summary>
    private static bool HasAllAxes(BindSite site) => site.Outputs[0].Rank is >= 3 and var rank
        && Enumerable.Range(0, 2).All(i => site.Inputs[i]!.Rank == rank || site.Constant(i) is { Length: 1 });

    private sealed class EqualShapesStep : Step
    {
        public override BufferLayout Layout => BufferLayout.Any;

        public override void Run(StepCall call) => BinaryLoop.Run<TFunction>(call);
    }
}
