using System.Text.Json;
using System.Text.Json.Nodes;

namespace Microsoft.ML.Quantization.Examples.Tests;

/// <summary>A Jupyter notebook (nbformat 4) with C# cells.</summary>
internal sealed class Notebook
{
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true, IndentSize = 1, NewLine = "\n", Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly JsonNode _root;

    private Notebook(JsonNode root) => _root = root;

    /// <summary>Reads a notebook.</summary>
    public static Notebook Load(string path) => new(JsonNode.Parse(File.ReadAllText(path))!);

    /// <summary>The cells that hold code, in order.</summary>
    public IEnumerable<JsonObject> CodeCells => _root["cells"]!.AsArray().Select(cell => cell!.AsObject()).Where(cell => (string)cell["cell_type"]! == "code");

    /// <summary>The code of a cell.</summary>
    public static string Source(JsonObject cell) => string.Concat(cell["source"]!.AsArray().Select(line => (string)line!));

    /// <summary>What the file holds as the cell's output: text and displayed documents in order.</summary>
    public static CellOutput[] StoredOutputs(JsonObject cell) => [.. cell["outputs"]!.AsArray().Select(output => (string)output!["output_type"]! == "stream"
        ? new CellOutput("stdout", Text(output["text"]!))
        : output["data"]!.AsObject().Select(pair => new CellOutput(pair.Key, Text(pair.Value!))).Single())];

    /// <summary>Puts outputs and the number of the execution into a cell.</summary>
    public static void Store(JsonObject cell, int number, IEnumerable<CellOutput> outputs)
    {
        cell["execution_count"] = number;
        cell["outputs"] = new JsonArray([.. outputs.Select(output => output.Kind == "stdout"
            ? (JsonNode)new JsonObject { ["name"] = "stdout", ["output_type"] = "stream", ["text"] = Lines(output.Text) }
            : new JsonObject { ["data"] = new JsonObject { [output.Kind] = Lines(output.Text) }, ["metadata"] = new JsonObject(), ["output_type"] = "display_data" })]);
    }

    /// <summary>Writes the notebook.</summary>
    public void Save(string path) => File.WriteAllText(path, _root.ToJsonString(s_indented) + "\n");

    private static string Text(JsonNode node) => node is JsonArray lines ? string.Concat(lines.Select(line => (string)line!)) : (string)node!;

    private static JsonArray Lines(string text)
    {
        string[] lines = text.Split('\n');
        return [.. lines.Select((line, i) => i + 1 < lines.Length ? line + "\n" : line).Where(line => line.Length > 0).Select(line => (JsonNode)line)];
    }
}

/// <summary>One output of a cell.</summary>
/// <param name="Kind"><c>stdout</c>, or the media type of what was displayed.</param>
/// <param name="Text">What it says.</param>
internal sealed record CellOutput(string Kind, string Text);
