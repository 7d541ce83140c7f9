using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Tool.Data;
using Microsoft.ML.Quantization.Tool.Running;

namespace Microsoft.ML.Quantization.Tool.Verbs;

/// <summary><c>mlquant info</c>: what a model is, and which of its operators run, or would run, in integers.</summary>
internal static class InfoVerb
{
    private const int TrialRows = 2;

    // Sides of images, positions of texts and signals: networks refuse what their pools and strides cannot divide.
    private static readonly int[] s_trialSizes = [64, 32, 224, 512, 16, 1];

    /// <summary>The command.</summary>
    public static Command Create(ToolConsole console)
    {
        Argument<string> model = Verb.Model("The model, float or quantized (.onnx).");
        Option<bool> json = Verb.Json();
        var verb = new Command("info", "Describes a model: inputs, outputs, operators, size, and what runs in integers. Of a float model: what would after 'static' with default settings.") { model, json };
        Option<int?> memory = MemoryOption.AddTo(verb);
        verb.Does(console, (arguments, cancellation) =>
        {
            ModelFile file = ModelFile.Load(arguments.GetRequiredValue(model), MemoryOption.Read(arguments, memory));
            bool quantized = file.Graph.IsQuantized;
            IntegerReport? report = null;
            string? trouble = null, unknown = null;
            try
            {
                report = Report(file.Graph, quantized, MemoryOption.Read(arguments, memory) ?? MemoryRule.For(file.Bytes), cancellation);
            }
            catch (OpenSizesException sizes)
            {
                unknown = sizes.Message;
            }
            catch (QuantizationException refusal)
            {
                trouble = refusal.Message;
            }
            Action write = arguments.GetValue(json)
                ? () => JsonResult.Write(console.Out, writer => WriteJson(writer, file, quantized, report, trouble, unknown))
                : () => WriteText(console, file, quantized, report, trouble, unknown);
            write();
        });
        return verb;
    }

    // Which operators become integers does not depend on the rows, so made-up ones tell it.
    private static IntegerReport Report(Graph graph, bool quantized, long? memoryLimit, CancellationToken cancellation)
    {
        if (!quantized) { graph = Quantize(graph, memoryLimit, cancellation); }
        using ExecutionPlan plan = ExecutionPlan.Bind(graph);
        return IntegerReport.Of(plan);
    }

    // Where axes other than the first are open, the first size that the network takes.
    private static Graph Quantize(Graph graph, long? memoryLimit, CancellationToken cancellation)
    {
        StaticQuantizationOptions options = new() { MemoryLimit = memoryLimit, CancellationToken = cancellation };
        if (!graph.Inputs.Any(input => input.Fact.Dimensions.Skip(1).Any(dimension => dimension.Size is null))) { return ModelQuantizer.QuantizeStatic(graph, [RandomInputs.For(graph, TrialRows, memoryLimit / 2)], options).Graph; }
        QuantizationException? last = null;
        foreach (int size in s_trialSizes)
        {
            try
            {
                return ModelQuantizer.QuantizeStatic(graph, [RandomInputs.For(graph, TrialRows, memoryLimit / 2, size)], options).Graph;
            }
            catch (QuantizationException refusal)
            {
                last = refusal;
            }
        }
        string open = string.Join(" and ", graph.Inputs.Where(input => input.Fact.Dimensions.Skip(1).Any(dimension => dimension.Size is null)));
        throw new OpenSizesException($"{open} leaves sizes open, and the network takes none of {string.Join(", ", s_trialSizes)}; 'static' with rows of yours tells it. The last refusal: {last!.Message}", last);
    }

    private sealed class OpenSizesException(string message, Exception cause) : QuantizationException(message, cause);

    private static long Parameters(Graph graph) => graph.Constants.Values.Sum(constant => (long)constant.Length);

    private static ImmutableSortedDictionary<string, int> Operators(Graph graph) =>
        graph.Nodes.GroupBy(node => node.Operator, StringComparer.Ordinal).ToImmutableSortedDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal);

    private static void WriteJson(Utf8JsonWriter writer, ModelFile file, bool quantized, IntegerReport? report, string? trouble, string? unknown)
    {
        writer.WriteString("model", file.Graph.Name);
        writer.WriteNumber("bytes", file.Bytes);
        writer.WriteNumber("opset", file.Graph.Opset);
        WriteValues(writer, "inputs", file.Graph.Inputs);
        WriteValues(writer, "outputs", file.Graph.Outputs);
        writer.WriteStartObject("operators");
        foreach ((string name, int count) in Operators(file.Graph)) { writer.WriteNumber(name, count); }
        writer.WriteEndObject();
        writer.WriteNumber("parameters", Parameters(file.Graph));
        writer.WriteBoolean("quantized", quantized);
        report?.WriteTo(writer);
        if (trouble is not null) { writer.WriteString("cannotQuantize", trouble); }
        if (unknown is not null) { writer.WriteString("notTried", unknown); }
    }

    private static void WriteValues(Utf8JsonWriter writer, string name, ImmutableArray<ValueInfo> values)
    {
        writer.WriteStartArray(name);
        foreach (ValueInfo value in values)
        {
            writer.WriteStartObject();
            writer.WriteString("name", value.Name);
            writer.WriteString("type", value.Fact.Type.Name());
            writer.WriteStartArray("shape");
            foreach (Dimension dimension in value.Fact.Dimensions)
            {
                if (dimension.Size is int size) { writer.WriteNumberValue(size); }
                else { writer.WriteStringValue(dimension.ToString()); }
            }
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private static void WriteText(ToolConsole console, ModelFile file, bool quantized, IntegerReport? report, string? trouble, string? unknown)
    {
        console.WriteFacts(
            ("model", $"{file.Graph.Name} ({(quantized ? "quantized" : "float")})"),
            ("bytes", file.Bytes.Grouped()),
            ("opset", $"{file.Graph.Opset}"),
            ("inputs", string.Join(", ", file.Graph.Inputs)),
            ("outputs", string.Join(", ", file.Graph.Outputs)),
            ("operators", string.Join(", ", Operators(file.Graph).Select(entry => $"{entry.Key} {entry.Value}"))),
            ("parameters", Parameters(file.Graph).Grouped()));
        if (trouble is not null) { console.WriteFacts((quantized ? "cannot run" : "cannot be quantized", trouble)); }
        if (unknown is not null) { console.WriteFacts(("would run in integers", $"not known: {unknown}")); }
        if (report is null) { return; }
        console.WriteFacts((quantized ? "runs in integers" : "would run in integers", $"{report.IntegerCalls} operators"));
        console.WriteTable([quantized ? "runs in float" : "would stay float", "operator", "reason"], report.FloatFallbacks.Select(fallback => (string[])[fallback.Node, fallback.Operator, fallback.Reason]));
    }
}
