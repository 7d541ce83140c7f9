using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization.Modules;

/// <summary>Mean 0 and variance 1 over groups of channels, then <c>· weight[c] + bias[c]</c>, of floats. PyTorch's <c>torch.nn.GroupNorm</c>.</summary>
public sealed class GroupNorm : Module
{
    /// <param name="groups">Groups of channels.</param>
    /// <param name="channels">Channels; a multiple of the groups.</param>
    /// <param name="eps">Added to the variance.</param>
    /// <param name="affine">Whether there are a scale and a shift.</param>
    /// <exception cref="QuantizationException">The groups do not divide the channels.</exception>
    public GroupNorm(int groups, int channels, double eps = 1e-5, bool affine = true)
    {
        if (groups < 1 || channels % groups != 0) { throw new QuantizationException($"{TypeName} was given {channels} channels in {groups} groups; expected groups that divide the channels."); }
        (Groups, Eps) = (groups, eps);
        RegisterParameter("weight", affine ? Initializer.Constant(1f, channels) : null);
        RegisterParameter("bias", affine ? Initializer.Constant(0f, channels) : null);
    }

    /// <inheritdoc/>
    public override string TypeName => "nn.GroupNorm";

    /// <summary>Groups of channels.</summary>
    public int Groups { get; }

    /// <summary>Added to the variance.</summary>
    public double Eps { get; }

    // Groups are the channels of an instance normalization: ONNX's own operator comes later and changed its meaning.
    /// <inheritdoc/>
    protected override Value Compute(Value value) => Apply(value, (writer, x) =>
    {
        string grouped = writer.Node("Reshape", [x, writer.Settings("grouped", 0, Groups, -1)]);
        string normal = writer.Node("InstanceNormalization", [grouped, writer.Constant("ones", Initializer.Constant(1f, Groups)), writer.Constant("zeros", Initializer.Constant(0f, Groups))],
            NodeAttributes.Empty.With("epsilon", (float)Eps));
        return LayerNodes.Affine(writer, writer.Node("Reshape", [normal, writer.Node("Shape", [x])]), Entry("weight"), Entry("bias"));
    }, codes: null);
}
