using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>How an operator's output is observed (PyTorch's <c>ObservationType</c>).</summary>
public enum ObservationType
{
    /// <summary>The operator is not quantized unless a configuration says otherwise.</summary>
    NotObserved,

    /// <summary>The output gets an observer of its own.</summary>
    OutputUsesDifferentObserverAsInput,

    /// <summary>The output has the parameters of the first input: pools, reshapes, concatenation.</summary>
    OutputSharesObserverWithInput,

    /// <summary>The output has parameters known beforehand: sigmoid, tanh, softmax.</summary>
    FixedQParams,
}

/// <summary>How quantization treats an operator.</summary>
public sealed record OperatorTraits
{
    /// <summary>Stays float.</summary>
    public static OperatorTraits None { get; } = new();

    /// <summary>How the output is observed.</summary>
    public ObservationType Observation { get; init; } = ObservationType.NotObserved;

    /// <summary>Index of the weight input, when the operator has one that is usually constant.</summary>
    public int? WeightInput { get; init; }

    /// <summary>Index of the bias input.</summary>
    public int? BiasInput { get; init; }

    /// <summary>The output-channel axis of the weights; null where per-channel weights are impossible.</summary>
    public Func<Node, TensorFact, int?>? WeightChannelAxis { get; init; }

    /// <summary>The parameters of the output where they are fixed, for quint8 activations.</summary>
    public QuantizationParameters? FixedOutput { get; init; }

    /// <summary>Inputs that carry no activation (shapes, axes, pads): never quantized. Null for none.</summary>
    public Func<int, bool>? IsSetting { get; init; }

    /// <summary>Whether a following Relu or Clip can be fused into it.</summary>
    public bool AcceptsActivation { get; init; }
}
