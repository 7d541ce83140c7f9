using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Modules;

/// <summary><c>y = x · Wᵀ + b</c>, x [.., in], y [.., out]. PyTorch's <c>torch.nn.Linear</c>; parameters <c>weight</c> [out, in] and <c>bias</c> [out].</summary>
public sealed class Linear : Module
{
    /// <summary>A layer with random parameters, uniform in ±1/√in.</summary>
    /// <param name="inFeatures">Length of the last axis of x.</param>
    /// <param name="outFeatures">Length of the last axis of y.</param>
    /// <param name="bias">Whether there is a bias.</param>
    /// <param name="seed">Settles the parameters.</param>
    public Linear(int inFeatures, int outFeatures, bool bias = true, ulong seed = 0)
        : this(Initializer.Uniform(new Shape(outFeatures, inFeatures), inFeatures, seed), bias ? Initializer.Uniform(new Shape(outFeatures), inFeatures, seed) : null)
    {
    }

    /// <summary>A layer with given parameters.</summary>
    /// <param name="weight">float32 [out, in].</param>
    /// <param name="bias">float32 [out], or null.</param>
    /// <exception cref="QuantizationException">Types or shapes do not fit.</exception>
    public Linear(Tensor weight, Tensor? bias) : this(weight, bias, "nn.Linear")
    {
    }

    // Attention calls its last layer otherwise, so that rules for linear layers do not mean it.
    internal Linear(Tensor weight, Tensor? bias, string name)
    {
        TypeName = name;
        Parameters.Require(weight, TypeName, "weight", 2);
        Parameters.RequireLength(bias, TypeName, "bias", weight.Shape[0]);
        RegisterParameter("weight", weight);
        RegisterParameter("bias", bias);
    }

    /// <inheritdoc/>
    public override string TypeName { get; }

    /// <summary>float32 [out, in].</summary>
    public Tensor Weight => Entry("weight")!;

    /// <summary>float32 [out], or null.</summary>
    public Tensor? Bias => Entry("bias");

    /// <inheritdoc/>
    protected override Value Compute(Value value) => Apply(value, (writer, x) => LayerNodes.Linear(writer, x,
        transposed => transposed ? writer.Constant("weight_transposed", TensorMoves.Permute(Weight, ImmutableArray.Create(1, 0))) : writer.Constant("weight", Weight),
        Bias is { } bias ? () => writer.Constant("bias", bias) : null), codes: null);
}
