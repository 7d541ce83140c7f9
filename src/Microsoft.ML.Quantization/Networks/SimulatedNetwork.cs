using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization;

/// <summary>Makes the simulation of a quantized network: the same values, each quantized and dequantized, and every operator in float.</summary>
internal static class SimulatedNetwork
{
    /// <summary>The simulation of a network with QuantizeLinear and DequantizeLinear nodes.</summary>
    /// <remarks>
    /// Weights become the floats that their codes stand for. Behind every other DequantizeLinear an Identity keeps binding from turning the
    /// operator that reads it into an integer call.
    /// </remarks>
    public static Graph Of(Graph quantized)
    {
        Graph folded = FusionPipeline.Run(quantized, [new FoldConstants { KeepDequantizeLinear = false, LargestResult = long.MaxValue }]).Graph;
        var builder = new GraphBuilder(folded);
        foreach (Node node in folded.Nodes.Where(node => node.Operator == "DequantizeLinear" && !folded.IsOutput(node.Output)))
        {
            string real = builder.Unique(node.Output + "_real");
            builder.RedirectReaders(node.Output, real);
            builder.Add(new Node(builder.Unique(node.Name + "_real"), "Identity", [node.Output], [real], NodeAttributes.Empty));
        }
        return builder.Build();
    }
}
