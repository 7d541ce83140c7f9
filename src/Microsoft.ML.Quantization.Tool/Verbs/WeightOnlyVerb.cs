using System.CommandLine;
using System.Diagnostics;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Onnx;
using Microsoft.ML.Quantization.Tool.Data;
using Microsoft.ML.Quantization.Tool.Running;

namespace Microsoft.ML.Quantization.Tool.Verbs;

/// <summary><c>mlquant weight-only</c>: weights stored in 8 or 4 bits, products in float; no data needed.</summary>
internal static class WeightOnlyVerb
{
    /// <summary>The command.</summary>
    public static Command Create(ToolConsole console)
    {
        Argument<string> model = Verb.Model("The float model (.onnx).");
        var output = new Option<string>("--output", "-o") { Description = "Where the model with small weights goes (.onnx).", HelpName = "OUT.onnx", Required = true };
        Option<int?> bits = BitsOption.Create("--bits", "Bits of the codes of weights: 8 or 4.");
        bits.Required = true;
        Option<int?> block = NumberOption.Create("--block", "How many weights share a scale; all of an output channel unless given.", 1, int.MaxValue);
        var symmetric = new Option<bool>("--symmetric") { Description = "Codes around 0 without zero points, instead of codes from the smallest to the largest weight." };
        Option<bool> json = Verb.Json();
        var verb = new Command("weight-only", "Stores weights in 8 or 4 bits and computes in float; needs no calibration data.") { model, output, bits, block, symmetric, json };
        Option<int?> memory = MemoryOption.AddTo(verb);
        verb.Does(console, (arguments, cancellation) =>
        {
            long start = Stopwatch.GetTimestamp();
            string target = arguments.GetRequiredValue(output), source = arguments.GetRequiredValue(model);
            OutputFile.CheckPlace(target, source);
            ModelFile file = ModelFile.Load(source, MemoryOption.Read(arguments, memory));
            QuantizedModel quantized = ModelQuantizer.QuantizeWeightOnly(file.Graph, new()
            {
                Bits = arguments.GetValue(bits)!.Value,
                BlockSize = arguments.GetValue(block) ?? 0,
                Symmetric = arguments.GetValue(symmetric),
                CancellationToken = cancellation,
            });
            cancellation.ThrowIfCancellationRequested();
            OnnxExporter.Save(quantized.Graph, target); // whole or not at all, a data file beside it included
            new RewriteReport(target, file.Bytes, Stopwatch.GetElapsedTime(start), file.Graph, quantized).Print(console, arguments.GetValue(json), ("with small weights", "quantizedOperators"));
        });
        return verb;
    }
}
