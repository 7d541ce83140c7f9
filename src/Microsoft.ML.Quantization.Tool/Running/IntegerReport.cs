using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization.Tool.Running;

/// <summary>An operator that runs in float.</summary>
/// <param name="Node">Its name.</param>
/// <param name="Operator">What it is.</param>
/// <param name="Reason">Why.</param>
internal sealed record FloatFallback(string Node, string Operator, string Reason);

/// <summary>Which operators of a quantized model run in integers, and which fell back to float and why. A fallback is never silent.</summary>
/// <param name="IntegerCalls">Number of operators that run in integers.</param>
/// <param name="FloatFallbacks">The others, in graph order.</param>
internal sealed record IntegerReport(int IntegerCalls, ImmutableArray<FloatFallback> FloatFallbacks)
{
    private static readonly string[] s_converters = ["QuantizeLinear", "DequantizeLinear"];

    /// <summary>Reads the report off a bound model.</summary>
    public static IntegerReport Of(ExecutionPlan plan)
    {
        // Weights in codes are multiplied as floats.
        static bool IsInteger(PassNote? note) => note is { Applied: true, Pass: not "WeightCodes" };
        Dictionary<string, PassNote> notes = plan.Notes.Where(note => note.Node.Length > 0).GroupBy(note => note.Node, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Last(), StringComparer.Ordinal);
        // As the plan runs it: an activation belongs to its operator, what is constant was computed, and whole numbers are no fallback.
        Graph graph = FusionPipeline.Run(plan.Graph, [new FoldConstants(), new FuseBias(), new FuseActivation()]).Graph;
        ImmutableArray<FloatFallback> fallbacks = [.. graph.Nodes
            .Where(node => !s_converters.Contains(node.Operator) && node.Outputs.Any(output => output.Length > 0 && graph.Fact(output).Type is ElementType.Float32 or ElementType.Float64 or ElementType.Float16) && !IsInteger(notes.GetValueOrDefault(node.Name)))
            .Select(node => new FloatFallback(node.Name, node.Operator, notes.GetValueOrDefault(node.Name)?.Text ?? "it has no quantized input"))];
        return new(plan.Notes.Count(note => IsInteger(note) && note.Node.Length > 0), fallbacks);
    }

    /// <summary>Writes the fields <c>integerCalls</c>, or as it is called there, and <c>floatFallbacks</c>.</summary>
    public void WriteTo(Utf8JsonWriter writer, string calls = "integerCalls")
    {
        writer.WriteNumber(calls, IntegerCalls);
        writer.WriteStartArray("floatFallbacks");
        foreach (FloatFallback fallback in FloatFallbacks)
        {
            writer.WriteStartObject();
            writer.WriteString("node", fallback.Node);
            writer.WriteString("operator", fallback.Operator);
            writer.WriteString("reason", fallback.Reason);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }
}
