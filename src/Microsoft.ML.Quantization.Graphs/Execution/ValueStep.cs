using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>A step whose output shapes are only known once it has run.</summary>
internal abstract class ValueStep : Step
{
    /// <summary>The outputs for these row-major inputs.</summary>
    public abstract ImmutableArray<Tensor> Compute(ImmutableArray<Tensor?> inputs);

    /// <summary>The outputs, with what <paramref name="tap"/> wants of the graphs inside shown to it.</summary>
    public virtual ImmutableArray<Tensor> Compute(ImmutableArray<Tensor?> inputs, IActivationTap? tap) => Compute(inputs);

    public sealed override void Run(StepCall call) => throw new NotSupportedException($"{call.Node} gives tensors of shapes that are not known before it runs.");
}
