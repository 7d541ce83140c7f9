using System.CommandLine;
using System.Diagnostics;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Onnx;
using Microsoft.ML.Quantization.Tool.Data;
using Microsoft.ML.Quantization.Tool.Running;

namespace Microsoft.ML.Quantization.Tool.Verbs;

/// <summary><c>mlquant dynamic</c>: 8-bit weights now, ranges of activations in every run; no data needed.</summary>
internal static class DynamicVerb
{
    /// <summary>The command.</summary>
    public static Command Create(ToolConsole console)
    {
        Argument<string> model = Verb.Model("The float model (.onnx).");
        var output = new Option<string>("--output", "-o") { Description = "Where the quantized model goes (.onnx).", HelpName = "OUT.onnx", Required = true };
        Option<int?> bits = BitsOption.Create("--embedding-bits", "Bits of the codes of embeddings: 8 (unless given) or 4.");
        Option<bool> json = Verb.Json();
        var verb = new Command("dynamic", "Quantizes weights to int8 and leaves the ranges of activations to each run; needs no calibration data.") { model, output, bits, json };
        Option<int?> memory = MemoryOption.AddTo(verb);
        verb.Does(console, (arguments, cancellation) =>
        {
            long start = Stopwatch.GetTimestamp();
            string target = arguments.GetRequiredValue(output), source = arguments.GetRequiredValue(model);
            OutputFile.CheckPlace(target, source);
            ModelFile file = ModelFile.Load(source, MemoryOption.Read(arguments, memory));
            QuantizedModel quantized = ModelQuantizer.QuantizeDynamic(file.Graph, new() { EmbeddingBits = arguments.GetValue(bits), CancellationToken = cancellation });
            cancellation.ThrowIfCancellationRequested();
            OnnxExporter.Save(quantized.Graph, target); // whole or not at all, a data file beside it included
            new RewriteReport(target, file.Bytes, Stopwatch.GetElapsedTime(start), file.Graph, quantized).Print(console, arguments.GetValue(json), ("quantized", "integerCalls"));
        });
        return verb;
    }
}
