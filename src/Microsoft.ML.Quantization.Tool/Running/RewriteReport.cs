using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization.Tool.Running;

/// <summary>What quantization without data wrote: how many operators it changed, and which stayed float and why.</summary>
/// <param name="Target">The file written.</param>
/// <param name="FloatBytes">Size of the float model.</param>
/// <param name="Time">How long it took.</param>
/// <param name="Float">The float model.</param>
/// <param name="Model">The result.</param>
internal sealed record RewriteReport(string Target, long FloatBytes, TimeSpan Time, Graph Float, QuantizedModel Model)
{
    private static readonly string[] s_passes = ["DynamicRecurrent", "QuantizeDynamic", "QuantizeWeightOnly"];

    private long Bytes { get; } = new FileInfo(Target).Length;

    private ImmutableArray<PassNote> Decisions => [.. Model.Notes.Where(note => s_passes.Contains(note.Pass))];

    private int Quantized => Decisions.Where(note => note.Applied).Select(note => note.Node).Distinct().Count();

    private IEnumerable<FloatFallback> Fallbacks => Decisions.Where(note => !note.Applied)
        .Select(note => new FloatFallback(note.Node, Float.Nodes.FirstOrDefault(node => node.Name == note.Node)?.Operator ?? "", note.Text));

    /// <summary>Prints it, as text or as one JSON object.</summary>
    /// <param name="console">Where to.</param>
    /// <param name="json">Whether as JSON.</param>
    /// <param name="what">What was done to an operator, in text and as the name of the JSON field.</param>
    public void Print(ToolConsole console, bool json, (string Text, string Field) what)
    {
        if (json)
        {
            JsonResult.Write(console.Out, writer =>
            {
                writer.WriteString("output", Target);
                writer.WriteNumber("bytes", Bytes);
                writer.WriteNumber("floatBytes", FloatBytes);
                writer.WriteReal("seconds", Time.TotalSeconds);
                new IntegerReport(Quantized, [.. Fallbacks]).WriteTo(writer, what.Field);
                writer.WriteTexts("notes", Model.Notes.Select(note => note.ToString()));
                writer.WriteTexts("warnings", Model.Warnings);
            });
            return;
        }
        foreach (string warning in Model.Warnings) { console.Error.WriteLine($"Warning: {warning}"); }
        console.WriteFacts(
            ("wrote", Target),
            ("bytes", $"{Bytes.Grouped()} of {FloatBytes.Grouped()} ({(100.0 * Bytes / FloatBytes).Digits(0)} %)"),
            (what.Text, $"{Quantized} operators"));
        console.WriteTable(["stays float", "operator", "reason"], Fallbacks.Select(fallback => (string[])[fallback.Node, fallback.Operator, fallback.Reason]));
    }
}
