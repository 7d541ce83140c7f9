using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>Compares what a caller gives with what a graph takes.</summary>
internal static class InputCheck
{
    /// <exception cref="QuantizationException">Number or element types differ.</exception>
    public static void Types(Graph graph, ImmutableArray<Tensor> inputs)
    {
        Count(graph, inputs.Length);
        for (int i = 0; i < inputs.Length; i++)
        {
            if (inputs[i].Type != graph.Inputs[i].Fact.Type)
            {
                throw new QuantizationException($"Input '{graph.Inputs[i].Name}' is {inputs[i].Type.Name()}; expected {graph.Inputs[i].Fact}.");
            }
        }
    }

    /// <exception cref="QuantizationException">Number, rank or a size differs, or one symbol stands for two sizes.</exception>
    public static void Shapes(Graph graph, ImmutableArray<Shape> shapes)
    {
        Count(graph, shapes.Length);
        var symbols = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < shapes.Length; i++)
        {
            TensorFact fact = graph.Inputs[i].Fact;
            bool fits = shapes[i].Rank == fact.Rank;
            for (int axis = 0; fits && axis < fact.Rank; axis++)
            {
                Dimension dimension = fact.Dimensions[axis];
                int size = shapes[i][axis];
                fits = (dimension.Size is null || dimension.Size == size)
                    && (dimension.Symbol is null || symbols.TryAdd(dimension.Symbol, size) || symbols[dimension.Symbol] == size);
            }
            if (!fits) { throw new QuantizationException($"Input '{graph.Inputs[i].Name}' has shape {shapes[i]}; expected {fact}."); }
        }
    }

    private static void Count(Graph graph, int found)
    {
        if (found != graph.Inputs.Length)
        {
            throw new QuantizationException($"Found {found} inputs; expected {graph.Inputs.Length}: {string.Join(", ", graph.Inputs)}.");
        }
    }
}
