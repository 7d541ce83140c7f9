using System.Collections.Immutable;
using Microsoft.ML.Quantization.Kernels.Functional;

namespace Microsoft.ML.Quantization.Modules;

/// <summary>Rows of a table by index, int64 or int32 of any shape. PyTorch's <c>torch.nn.Embedding</c>; parameter <c>weight</c> [rows, columns].</summary>
public sealed class Embedding : Module
{
    /// <summary>A table of random rows.</summary>
    /// <param name="rows">Number of rows.</param>
    /// <param name="columns">Length of a row.</param>
    /// <param name="seed">Settles the rows.</param>
    public Embedding(int rows, int columns, ulong seed = 0) : this(Initializer.Uniform(new Shape(rows, columns), 1, seed))
    {
    }

    /// <summary>A given table.</summary>
    /// <exception cref="QuantizationException">Type or shape do not fit.</exception>
    public Embedding(Tensor weight)
    {
        Parameters.Require(weight, TypeName, "weight", 2);
        RegisterParameter("weight", weight);
    }

    /// <inheritdoc/>
    public override string TypeName => "nn.Embedding";

    /// <summary>float32 [rows, columns].</summary>
    public Tensor Weight => Entry("weight")!;

    /// <inheritdoc/>
    protected override Value Compute(Value value) => Apply(value, (writer, x) => writer.Node("Gather", [writer.Constant("weight", Weight), x]), codes: null);
}

/// <summary>
/// Sums, means or maxima of bags of rows. PyTorch's <c>torch.nn.EmbeddingBag</c>; parameter <c>weight</c> [rows, columns]. Values: indices [bags, length]; or indices [n], offsets [bags] and, for sums, weights [n] or none.
/// </summary>
public sealed class EmbeddingBag : Module
{
    /// <summary>A table of random rows.</summary>
    /// <param name="rows">Number of rows.</param>
    /// <param name="columns">Length of a row.</param>
    /// <param name="mode">How a bag is reduced.</param>
    /// <param name="includeLastOffset">Whether the last offset is the end of the last bag.</param>
    /// <param name="seed">Settles the rows.</param>
    public EmbeddingBag(int rows, int columns, BagMode mode = BagMode.Mean, bool includeLastOffset = false, ulong seed = 0) : this(Initializer.Uniform(new Shape(rows, columns), 1, seed), mode, includeLastOffset)
    {
    }

    /// <summary>A given table.</summary>
    /// <exception cref="QuantizationException">Type or shape do not fit.</exception>
    public EmbeddingBag(Tensor weight, BagMode mode = BagMode.Mean, bool includeLastOffset = false)
    {
        Parameters.Require(weight, TypeName, "weight", 2);
        (Mode, IncludeLastOffset) = (mode, includeLastOffset);
        RegisterParameter("weight", weight);
    }

    /// <inheritdoc/>
    public override string TypeName => "nn.EmbeddingBag";

    /// <summary>float32 [rows, columns].</summary>
    public Tensor Weight => Entry("weight")!;

    /// <summary>How a bag is reduced.</summary>
    public BagMode Mode { get; }

    /// <summary>Whether the last offset is the end of the last bag.</summary>
    public bool IncludeLastOffset { get; }

    /// <inheritdoc/>
    protected override ImmutableArray<Value> Compute(ImmutableArray<Value> values) => values.Length is >= 1 and <= 3
        ? Write("", values, (writer, names) => [BagNodes.Write(writer, names, indices => writer.Node("Gather", [writer.Constant("weight", Weight), indices]), Mode, IncludeLastOffset)])
        : throw new QuantizationException($"{TypeName} was given {values.Length} values; expected indices, offsets and weights of the indices.");
}
