using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>What one run of a plan costs, roughly.</summary>
/// <param name="Multiplications">Multiplications of products and convolutions.</param>
/// <param name="Weights">Constants that they read.</param>
internal readonly record struct PlanWork(long Multiplications, long Weights)
{
    /// <summary>Counts products and convolutions.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="facts">Its types and shapes.</param>
    public static PlanWork Of(ExecutionPlan plan, ImmutableDictionary<string, TensorFact> facts)
    {
        (long multiplications, long all) = (0, 0);
        foreach (Node node in plan.Bound.Nodes)
        {
            int? at = node.Operator is "MatMulInteger" or "ConvInteger" ? 1 : plan.Operators.Find(node, plan.Bound.Opset).Traits.WeightInput;
            if (at is not { } index || !node.HasInput(index) || !IsKnown(node.Inputs[0]) || !IsKnown(node.Inputs[index]) || !IsKnown(node.Output)) { continue; }
            (Shape input, Shape weights, Shape output) = (facts[node.Inputs[0]].ToShape(), facts[node.Inputs[index]].ToShape(), facts[node.Output].ToShape());
            if (weights.Rank < 2 || input.Rank == 0 || output.Rank == 0) { continue; }
            all += weights.Length;
            // Each weight of a convolution meets every position of one channel: of its output, or of its input when transposed. Each row of a matrix meets one column.
            bool isMatrix = node.Operator is "MatMul" or "MatMulInteger" or "Gemm";
            multiplications += isMatrix ? output.Length * (long)(weights.Length / Math.Max(1, output[output.Rank - 1])) : (node.Operator == "ConvTranspose" ? input : output).Length * (long)(weights.Length / Math.Max(1, weights[0]));
        }
        return new(multiplications, all);

        bool IsKnown(string value) => facts.TryGetValue(value, out TensorFact? fact) && fact.IsStatic;
    }
}
