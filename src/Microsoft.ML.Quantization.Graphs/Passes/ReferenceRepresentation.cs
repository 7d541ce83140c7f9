using System.Collections.Immutable;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// Writes a quantized graph out in integer arithmetic (PyTorch's <c>reference_representation_rewrite</c>), so that it says, operator by operator, what a backend computes. No
/// QuantizeLinear and DequantizeLinear is left:
/// <code>
/// Gemm, MatMul, Conv   code = clamp(rne(f32(Σ (x − zx)·(w − zw) + b) · f32(sx·sw/so))) + zo        b int32
/// Add                  code = clamp(rne((x − zx)·f32(sx/so)) + rne((y − zy)·f32(sy/so)) + zo)      two roundings
/// MaxPool              code = clamp(rne((max x − zx)·f32(sx/so))) + zo                             the codes themselves where the maps are the same
/// quantize, dequantize code = clamp(rne(x / s)) + z,   real = f32(code − z)·s
/// </code>
/// </summary>
/// <remarks>
/// Products have the bits of the integer engine. Sums may differ by one code from it, because they round twice. Other operators compute in float between the last two formulas, as in
/// PyTorch. For reading, comparing and porting: the engine runs graphs with QuantizeLinear and DequantizeLinear faster.
/// </remarks>
public sealed class ReferenceRepresentation(OperatorList? operators = null) : IGraphPass
{
    private readonly OperatorList _operators = operators ?? OperatorList.BuiltIn;

    /// <inheritdoc/>
    public string Name => nameof(ReferenceRepresentation);

    /// <inheritdoc/>
    public PassResult Run(Graph graph)
    {
        var arithmetic = new IntegerArithmetic(graph);
        var notes = ImmutableArray.CreateBuilder<PassNote>();
        foreach (Node node in graph.Nodes)
        {
            if (node.Operator == QuantizationNodes.Quantize && QuantizationNodes.Parameters(graph, node) is { } codes)
            {
                // A QuantizeLinear behind an operator on codes has become part of it.
                if (!arithmetic.IsWritten(node.Output)) { arithmetic.Quantize(node, codes); }
            }
            else if (node.Operator == QuantizationNodes.Dequantize && QuantizationNodes.Parameters(graph, node) is { } reals) { arithmetic.Dequantize(node, reals); }
            else
            {
                string? reason = Write(graph, node, arithmetic);
                if (reason is null) { notes.Add(new(Name, node.Name, true, $"{node.Operator} in integer arithmetic")); }
                else
                {
                    arithmetic.Keep(node);
                    if (reason.Length > 0) { notes.Add(new(Name, node.Name, false, $"{node.Operator} stays between codes and reals: {reason}")); }
                }
            }
        }
        return new(arithmetic.Build(_operators), notes.ToImmutable());
    }

    // Null when it was written; empty for an operator that has nothing to do with codes.
    private static string? Write(Graph graph, Node node, IntegerArithmetic arithmetic)
    {
        if (node.Domain.Length > 0 || node.Inputs.IsEmpty || IntegerGroups.Dequantized(graph, node.Inputs[0]) is not { } x) { return ""; }
        if (node.Operator is not ("Gemm" or "MatMul" or "Conv" or "Add" or "MaxPool")) { return "no formula in integers is given for it"; }
        if (!IntegerGroups.IsByte(x.Map)) { return "its input is not 8 bits with one scale"; }
        if (node.Outputs.Length != 1 || graph.IsOutput(node.Output) || graph.Consumers(node.Output) is not [{ Operator: QuantizationNodes.Quantize } quantize]
            || QuantizationNodes.Parameters(graph, quantize) is not { } y || !IntegerGroups.IsByte(y)) { return "its result is not read by one QuantizeLinear to 8 bits alone"; }
        return node.Operator switch
        {
            "MaxPool" => arithmetic.MaxPool(node, x, quantize.Output, y),
            "Add" => IntegerGroups.Dequantized(graph, node.Inputs[1]) is { } other && IntegerGroups.IsByte(other.Map) ? arithmetic.Add(node, x, other, quantize.Output, y) : "its second input is not 8 bits with one scale",
            _ => IntegerGroups.Dequantized(graph, node.Inputs[1]) is { } weights && graph.Constant(weights.Codes) is { } codes ? arithmetic.Product(node, x, codes, weights.Map, quantize.Output, y) : "its weights are not constant codes",
        };
    }
}
