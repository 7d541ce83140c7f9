namespace Microsoft.ML.Quantization.Modules;

/// <summary><c>x</c> above 0, <c>weight[c] · x</c> below, of floats. PyTorch's <c>torch.nn.PReLU</c>; parameter <c>weight</c> [channels] or [1].</summary>
public sealed class PReLU : Module
{
    /// <summary>Slopes of 0.25.</summary>
    /// <param name="parameters">1, or the number of channels.</param>
    public PReLU(int parameters = 1) : this(Initializer.Constant(0.25f, parameters))
    {
    }

    /// <summary>Given slopes.</summary>
    /// <exception cref="QuantizationException">Type or shape do not fit.</exception>
    public PReLU(Tensor weight)
    {
        Parameters.Require(weight, TypeName, "weight", 1);
        RegisterParameter("weight", weight);
    }

    /// <inheritdoc/>
    public override string TypeName => "nn.PReLU";

    /// <summary>float32 [channels] or [1].</summary>
    public Tensor Weight => Entry("weight")!;

    /// <inheritdoc/>
    protected override Value Compute(Value value) => Apply(value, (writer, x) => writer.Node("PRelu", [x, writer.Constant("slope", Spatial.OnChannels(Weight, writer.Fact(x).Rank))]), codes: null);
}
