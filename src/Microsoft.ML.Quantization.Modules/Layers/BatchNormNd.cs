using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization.Modules;

/// <summary>
/// <c>(x − running_mean[c]) / √(running_var[c] + eps) · weight[c] + bias[c]</c>, as in evaluation. Parameters <c>weight</c> and <c>bias</c>, buffers <c>running_mean</c>, <c>running_var</c> and
/// <c>num_batches_tracked</c>.
/// </summary>
public abstract class BatchNormNd : Module
{
    private readonly int _rank;

    private protected BatchNormNd(string name, int rank, int features, double eps, bool affine)
    {
        (TypeName, _rank, Features, Eps) = (name, rank, features, eps);
        RegisterParameter("weight", affine ? Initializer.Constant(1f, features) : null);
        RegisterParameter("bias", affine ? Initializer.Constant(0f, features) : null);
        RegisterBuffer("running_mean", Initializer.Constant(0f, features));
        RegisterBuffer("running_var", Initializer.Constant(1f, features));
        RegisterBuffer("num_batches_tracked", Tensor.Scalar(0L));
    }

    /// <inheritdoc/>
    public override string TypeName { get; }

    /// <summary>Channels.</summary>
    public int Features { get; }

    /// <summary>Added to the variance.</summary>
    public double Eps { get; }

    /// <inheritdoc/>
    protected override Value Compute(Value value) => Apply(value, (writer, x) =>
    {
        int found = writer.Fact(x).Rank;
        if (found != _rank + 2 && !(_rank == 1 && found == 2)) { throw new QuantizationException($"{TypeName} was given {writer.Fact(x)}; expected [batch, channels] and {_rank} {(_rank == 1 ? "axis or none" : "axes")} behind."); }
        return writer.Node("BatchNormalization",
            [x, writer.Constant("weight", Entry("weight") ?? Initializer.Constant(1f, Features)), writer.Constant("bias", Entry("bias") ?? Initializer.Constant(0f, Features)),
                writer.Constant("running_mean", Entry("running_mean")!), writer.Constant("running_var", Entry("running_var")!)],
            NodeAttributes.Empty.With("epsilon", (float)Eps));
    }, codes: null);
}
