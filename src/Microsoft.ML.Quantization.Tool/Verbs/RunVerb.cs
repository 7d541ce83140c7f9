using System.CommandLine;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Tool.Data;
using Microsoft.ML.Quantization.Tool.Running;

namespace Microsoft.ML.Quantization.Tool.Verbs;

/// <summary><c>mlquant run</c>: the model's answers to all rows of a file.</summary>
internal static class RunVerb
{
    /// <summary>The command.</summary>
    public static Command Create(ToolConsole console)
    {
        Argument<string> model = Verb.Model("The model, float or quantized (.onnx).");
        var input = new Option<string>("--input") { Description = "Rows to run: .npz with arrays named as the model's inputs (others are ignored), or .csv.", HelpName = "DATA", Required = true };
        var output = new Option<string>("--output", "-o") { Description = "Where the answers go: .npz with arrays named as the model's outputs.", HelpName = "RESULT.npz", Required = true };
        Option<bool> json = Verb.Json();
        var verb = new Command("run", "Runs a model over a data file. Engine, threads and batch change the speed, never the result.") { model, input, output, json };
        RunOptions options = RunOptions.AddTo(verb);
        verb.Does(console, (arguments, cancellation) =>
        {
            string target = arguments.GetRequiredValue(output);
            OutputFile.CheckPlace(target, arguments.GetRequiredValue(model), arguments.GetRequiredValue(input));
            if (target.EndsWith(".csv", StringComparison.OrdinalIgnoreCase)) { throw new QuantizationException($"The result goes to '{target}', but answers are written as .npz only; name a file that ends in .npz."); }
            ExecutionOptions execution = options.Read(arguments);
            ModelFile file = ModelFile.Load(arguments.GetRequiredValue(model), options.ReadMemory(arguments));
            using DataFile data = DataFile.Open(arguments.GetRequiredValue(input), memoryLimit: options.ReadMemory(arguments));
            ModelRows rows = ModelRows.Match(file.Graph, data);
            using ExecutionPlan plan = ExecutionPlan.Bind(file.Graph, execution);
            RunResult result = Watch.Rows(console, "rows", rows.Count, progress => RowRunner.Run(plan, rows, rows.BatchSize(options.ReadBatch(arguments)), warmUp: false, progress, cancellation));
            OutputFile.Write(target, path => NpzWriter.Write(path, file.Graph.Outputs.Zip(result.Outputs, (info, tensor) => KeyValuePair.Create(info.Name, tensor))));
            Report(console, arguments.GetValue(json), target, rows.Count, plan, result);
        });
        return verb;
    }

    private static void Report(ToolConsole console, bool json, string target, int rows, ExecutionPlan plan, RunResult result)
    {
        if (!json)
        {
            console.WriteFacts(("wrote", target), ("rows", ((long)rows).Grouped()), ("engine", plan.Engine.Name), ("milliseconds per row", result.MedianMillisecondsPerRow.Digits(4)));
            return;
        }
        JsonResult.Write(console.Out, writer =>
        {
            writer.WriteString("output", target);
            writer.WriteTexts("arrays", plan.Graph.Outputs.Select(info => info.Name));
            writer.WriteNumber("rows", rows);
            writer.WriteReal("medianMillisecondsPerRow", result.MedianMillisecondsPerRow);
            writer.WriteString("engine", plan.Engine.Name);
        });
    }
}
