using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>Shape inference of the pools.</summary>
internal static class PoolFacts
{
    /// <summary>Of pools with a window, over float32 or the given types.</summary>
    public static ImmutableArray<TensorFact> Infer(InferenceSite site, params ReadOnlySpan<ElementType> types)
    {
        TensorFact x = (types.IsEmpty ? site.Float(0) : site.Input(0, types)).WithRank(site, 0, 3, 5);
        WindowSettings settings = Settings(site.Node, x.Rank);
        settings.RequireElements(site.Node);
        return [x with { Dimensions = [x.Dimensions[0], x.Dimensions[1], .. x.Dimensions.Skip(2).Select((dimension, axis) => settings.Output(site.Node, axis, dimension))] }];
    }

    /// <summary>Of the pools over all spatial axes.</summary>
    public static ImmutableArray<TensorFact> InferGlobal(InferenceSite site)
    {
        TensorFact x = site.Float(0).WithRank(site, 0, 3, 5);
        if (x.Dimensions.Skip(2).Any(dimension => dimension.Size == 0)) { throw site.Refuse($"its input {x} has no element to pool; expected spatial sizes of 1 or more"); }
        return [x with { Dimensions = [x.Dimensions[0], x.Dimensions[1], .. x.Dimensions.Skip(2).Select(_ => Dimension.Known(1))] }];
    }

    /// <summary>The window of a pool over tensors of <paramref name="rank"/> axes.</summary>
    public static WindowSettings Settings(Node node, int rank) => WindowSettings.Read(node, null, rank - 2);
}
