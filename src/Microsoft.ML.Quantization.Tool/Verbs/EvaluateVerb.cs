using System.CommandLine;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Tool.Data;
using Microsoft.ML.Quantization.Tool.Metrics;
using Microsoft.ML.Quantization.Tool.Running;

namespace Microsoft.ML.Quantization.Tool.Verbs;

/// <summary><c>mlquant evaluate</c>: how good a model is, how fast, and how close to its float self.</summary>
internal static class EvaluateVerb
{
    /// <summary>The command.</summary>
    public static Command Create(ToolConsole console)
    {
        Argument<string> model = Verb.Model("The model, float or quantized (.onnx).");
        var input = new Option<string>("--data") { Description = "Rows and labels: .npz with arrays named as the model's inputs, or .csv.", HelpName = "DATA", Required = true };
        var label = new Option<string>("--label") { Description = "Name of the array (.npz) or column (.csv) of labels.", HelpName = "NAME", DefaultValueFactory = _ => CsvFile.DefaultLabel };
        var reference = new Option<string?>("--reference") { Description = "The float form of the model, to compare outputs with.", HelpName = "FLOAT.onnx" };
        var metric = new Option<string?>("--metric") { Description = "accuracy: arg-max against whole labels. r2, mse: numbers. psnr: peak 1, mean over rows. By default what suits the labels." };
        metric.AcceptOnlyFromAmong([.. Metric.All.Select(known => known.Name)]);
        Option<bool> json = Verb.Json();
        var verb = new Command("evaluate", "Measures a model on labelled rows.") { model, input, label, reference, metric, json };
        RunOptions options = RunOptions.AddTo(verb);
        verb.Does(console, (arguments, cancellation) =>
        {
            ExecutionOptions execution = options.Read(arguments);
            int? asked = options.ReadBatch(arguments);
            ModelFile file = ModelFile.Load(arguments.GetRequiredValue(model), options.ReadMemory(arguments));
            using DataFile data = DataFile.Open(arguments.GetRequiredValue(input), arguments.GetValue(label), options.ReadMemory(arguments));
            Tensor labels = data.Read(arguments.GetValue(label)!);
            using ExecutionPlan plan = ExecutionPlan.Bind(file.Graph, execution);
            RunResult result = Run(console, file, plan, data, asked, warmUp: true, cancellation);
            Metric chosen = arguments.GetValue(metric) is string name ? Metric.Find(name) : Metric.Suits(labels);
            double value = chosen.Compute(result.Outputs[0], labels);
            Comparison? comparison = null;
            if (arguments.GetValue(reference) is string referencePath)
            {
                ModelFile referenceFile = ModelFile.Load(referencePath, options.ReadMemory(arguments));
                using ExecutionPlan referencePlan = ExecutionPlan.Bind(referenceFile.Graph, execution);
                comparison = Comparison.Of(result.Outputs, Run(console, referenceFile, referencePlan, data, asked, warmUp: false, cancellation).Outputs);
            }
            Report(console, arguments.GetValue(json), new(chosen.Name, value, result.Outputs[0].Shape[0], file.Bytes, result.MedianMillisecondsPerRow, plan.Engine.Name, comparison));
        });
        return verb;
    }

    private sealed record Evaluation(string Metric, double Value, int Rows, long Bytes, double MedianMillisecondsPerRow, string Engine, Comparison? Comparison);

    private static RunResult Run(ToolConsole console, ModelFile file, ExecutionPlan plan, DataFile data, int? batch, bool warmUp, CancellationToken cancellation)
    {
        ModelRows rows = ModelRows.Match(file.Graph, data);
        return Watch.Rows(console, Path.GetFileName(file.FilePath), rows.Count, progress => RowRunner.Run(plan, rows, rows.BatchSize(batch), warmUp, progress, cancellation));
    }

    private static void Report(ToolConsole console, bool json, Evaluation evaluation)
    {
        if (json)
        {
            JsonResult.Write(console.Out, writer =>
            {
                writer.WriteString("metric", evaluation.Metric);
                writer.WriteReal("value", evaluation.Value);
                writer.WriteNumber("rows", evaluation.Rows);
                writer.WriteNumber("bytes", evaluation.Bytes);
                writer.WriteReal("medianMillisecondsPerRow", evaluation.MedianMillisecondsPerRow);
                writer.WriteString("engine", evaluation.Engine);
                if (evaluation.Comparison is not { } comparison) { return; }
                writer.WriteReal("sqnrDb", comparison.SqnrDecibels);
                writer.WriteNumber("agreement", comparison.Agreement);
            });
            return;
        }
        console.WriteFacts(
            (evaluation.Metric, evaluation.Value.Digits(4)),
            ("rows", ((long)evaluation.Rows).Grouped()),
            ("bytes", evaluation.Bytes.Grouped()),
            ("milliseconds per row", evaluation.MedianMillisecondsPerRow.Digits(4)),
            ("engine", evaluation.Engine));
        if (evaluation.Comparison is { } shown)
        {
            console.WriteFacts(("signal to quantization noise", $"{shown.SqnrDecibels.Digits(1)} dB"), ("same answer as the reference", shown.Agreement.Digits(4)));
        }
    }
}
