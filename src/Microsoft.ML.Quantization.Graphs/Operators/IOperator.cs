using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// Everything the product knows about one operator. A file states only what the operator has: facts and a float forward are
/// required; a faster binding and an integer form have defaults.
/// </summary>
public interface IOperator
{
    /// <summary>Name, domain, first operator-set version, number of inputs and outputs.</summary>
    OperatorSchema Schema { get; }

    /// <summary>How quantization treats it.</summary>
    OperatorTraits Traits => OperatorTraits.None;

    /// <summary>Facts of the outputs, in order.</summary>
    /// <exception cref="QuantizationException">The inputs or settings do not fit.</exception>
    ImmutableArray<TensorFact> Infer(InferenceSite site);

    /// <summary>Computes the outputs from row-major inputs, in the normative order of operations.</summary>
    void Forward(StepCall call);

    /// <summary>The step that runs it; by default <see cref="Forward"/> on row-major buffers.</summary>
    Step Bind(BindSite site) => new ForwardStep(this, site.Node);

    /// <summary>Why this DequantizeLinear–operator–QuantizeLinear group cannot be one integer call; null when it can. Independent of the engine.</summary>
    string? DeclineInteger(IntegerSite site) => $"{Schema.Name} has no integer form";

    /// <summary>The integer call for a group that was not declined.</summary>
    Step BindInteger(IntegerSite site) => throw new NotSupportedException($"{Schema.Name} has no integer form.");
}
