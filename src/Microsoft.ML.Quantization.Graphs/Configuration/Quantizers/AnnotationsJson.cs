using System.Text.Json;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// The annotations of a graph as JSON, to keep, compare or change what a quantizer decided:
/// <c>{"version":1,"nodes":{"conv":{"inputs":{"x":{…},"w":{…}},"output":null}}}</c>, nodes and inputs in graph order. A node that allows no implicit sharing has
/// <c>"allow_implicit_sharing":false</c>.
/// </summary>
public static class AnnotationsJson
{
    private const int Version = 1;
    private const string What = "the annotations";

    /// <summary>The annotations as indented JSON with <c>\n</c> at line ends.</summary>
    /// <exception cref="QuantizationException">A specification derives its parameters by a function.</exception>
    public static string Write(AnnotatedGraph graph) => JsonValues.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteNumber("version", Version);
        writer.WriteStartObject("nodes");
        foreach (Node node in graph.Graph.Nodes)
        {
            if (graph.Of(node) is { } annotation) { Write(writer, node.Name, annotation); }
        }
        writer.WriteEndObject();
        writer.WriteEndObject();
    });

    /// <summary>A graph with the annotations that a text describes.</summary>
    /// <param name="json">The text.</param>
    /// <param name="graph">The graph they are of.</param>
    /// <exception cref="QuantizationException">It is not JSON, of a newer version, has an unknown key or a value of the wrong kind, or speaks of nodes or values that the graph does not have.</exception>
    public static AnnotatedGraph Read(string json, Graph graph) => JsonValues.Read(json, root => Read(root, graph), "annotations");

    private static void Write(Utf8JsonWriter writer, string node, QuantizationAnnotation annotation)
    {
        writer.WriteStartObject(node);
        writer.WriteStartObject("inputs");
        foreach ((string value, QuantizationSpecBase? spec) in annotation.InputQSpecMap)
        {
            writer.WritePropertyName(value);
            QuantizationSpecJson.Write(writer, spec);
        }
        writer.WriteEndObject();
        writer.WritePropertyName("output");
        QuantizationSpecJson.Write(writer, annotation.OutputQSpec);
        if (!annotation.AllowImplicitSharing) { writer.WriteBoolean("allow_implicit_sharing", false); }
        writer.WriteEndObject();
    }

    private static AnnotatedGraph Read(JsonElement json, Graph graph)
    {
        JsonValues.CheckVersion(json, What, Version, "version, nodes");
        var annotated = new AnnotatedGraph(graph);
        if (!json.TryGetProperty("nodes", out JsonElement nodes)) { return annotated; }
        JsonValues.Object(nodes, $"'nodes' of {What}", null);
        foreach (JsonProperty entry in nodes.EnumerateObject()) { annotated = annotated.With(entry.Name, Annotation(entry.Value, $"node '{entry.Name}' of {What}")); }
        return annotated;
    }

    private static QuantizationAnnotation Annotation(JsonElement json, string where)
    {
        JsonValues.Object(json, where, "inputs, output, allow_implicit_sharing");
        var annotation = new QuantizationAnnotation
        {
            OutputQSpec = json.TryGetProperty("output", out JsonElement output) ? QuantizationSpecJson.Read(output, $"'output' of {where}") : null,
            AllowImplicitSharing = !json.TryGetProperty("allow_implicit_sharing", out JsonElement sharing) || JsonValues.Flag(sharing, $"'allow_implicit_sharing' of {where}"),
        };
        if (!json.TryGetProperty("inputs", out JsonElement inputs)) { return annotation; }
        JsonValues.Object(inputs, $"'inputs' of {where}", null);
        return inputs.EnumerateObject().Aggregate(annotation, (all, input) => all.WithInput(input.Name, QuantizationSpecJson.Read(input.Value, $"'{input.Name}' of {where}")));
    }
}
