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
        var label = new Option<string?>("--label") { Description = "Name of the array (.npz) or column (.csv) of labels; 'label' unless given. Without labels a model is only compared with its reference.", HelpName = "NAME" };
        var judged = new Option<string?>("--output") { Description = "The output that the labels are for; the first unless given.", HelpName = "NAME" };
        var reference = new Option<string?>("--reference") { Description = "The float form of the model, to compare outputs with.", HelpName = "FLOAT.onnx" };
        var metric = new Option<string?>("--metric") { Description = "accuracy: arg-max against whole labels. r2, mse: numbers. psnr: peak 1, mean over rows. By default what suits the labels." };
        metric.AcceptOnlyFromAmong([.. Metric.All.Select(known => known.Name)]);
        Option<bool> json = Verb.Json();
        var verb = new Command("evaluate", "Measures a model on labelled rows.") { model, input, label, judged, reference, metric, json };
        RunOptions options = RunOptions.AddTo(verb);
        verb.Does(console, (arguments, cancellation) =>
        {
            ExecutionOptions execution = options.Read(arguments);
            int? asked = options.ReadBatch(arguments);
            ModelFile file = ModelFile.Load(arguments.GetRequiredValue(model), options.ReadMemory(arguments));
            using DataFile data = DataFile.Open(arguments.GetRequiredValue(input), arguments.GetValue(label), options.ReadMemory(arguments));
            string? referencePath = arguments.GetValue(reference);
            Tensor? labels = Labels(data, arguments.GetValue(label), isNeeded: referencePath is null || arguments.GetValue(metric) is not null);
            int output = Output(file.Graph, arguments.GetValue(judged));
            using ExecutionPlan plan = ExecutionPlan.Bind(file.Graph, execution);
            RunResult result = Run(console, file, plan, data, asked, warmUp: true, cancellation);
            (string, double)? measured = null;
            if (labels is not null)
            {
                Metric chosen = arguments.GetValue(metric) is string name ? Metric.Find(name) : Metric.Suits(labels);
                measured = (chosen.Name, chosen.Compute(result.Outputs[output], labels));
            }
            Comparison? comparison = null;
            if (referencePath is not null)
            {
                ModelFile referenceFile = ModelFile.Load(referencePath, options.ReadMemory(arguments));
                using ExecutionPlan referencePlan = ExecutionPlan.Bind(referenceFile.Graph, execution);
                comparison = Comparison.Of(result.Outputs, Run(console, referenceFile, referencePlan, data, asked, warmUp: false, cancellation).Outputs, output);
            }
            Report(console, arguments.GetValue(json), new(measured, result.Outputs[output].Shape[0], file, result.MedianMillisecondsPerRow, plan.Engine.Name, comparison));
        });
        return verb;
    }

    private sealed record Evaluation((string Name, double Value)? Metric, int Rows, ModelFile File, double MedianMillisecondsPerRow, string Engine, Comparison? Comparison);

    // Labels that nobody asked for may be missing where a reference gives the answers.
    private static Tensor? Labels(DataFile data, string? name, bool isNeeded)
    {
        if (name is not null || data.Names.Contains(CsvFile.DefaultLabel)) { return data.Read(name ?? CsvFile.DefaultLabel); }
        return isNeeded
            ? throw new QuantizationException($"'{data.FilePath}' has no array '{CsvFile.DefaultLabel}'; it has {string.Join(", ", data.Names.Select(other => $"'{other}'"))}. Name the labels with --label, or give --reference FLOAT.onnx alone to compare the outputs without labels.")
            : null;
    }

    private static int Output(Graph graph, string? name)
    {
        if (name is null) { return 0; }
        int index = graph.Outputs.Select(output => output.Name).ToList().IndexOf(name);
        return index >= 0 ? index : throw new QuantizationException($"The model has no output '{name}'; it has {string.Join(", ", graph.Outputs.Select(output => $"'{output.Name}'"))}.");
    }

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
                if (evaluation.Metric is (string name, double value))
                {
                    writer.WriteString("metric", name);
                    writer.WriteReal("value", value);
                }
                writer.WriteNumber("rows", evaluation.Rows);
                writer.WriteNumber("bytes", evaluation.File.Bytes);
                writer.WriteReal("medianMillisecondsPerRow", evaluation.MedianMillisecondsPerRow);
                writer.WriteString("engine", evaluation.Engine);
                if (evaluation.Comparison is not { } comparison) { return; }
                writer.WriteReal("sqnrDb", comparison.SqnrDecibels);
                writer.WriteNumber("agreement", comparison.Agreement);
                if (comparison.Outputs.Length == 1) { return; }
                writer.WriteStartArray("outputs");
                foreach ((ValueInfo output, (double sqnr, double agreement)) in evaluation.File.Graph.Outputs.Zip(comparison.Outputs))
                {
                    writer.WriteStartObject();
                    writer.WriteString("name", output.Name);
                    writer.WriteReal("sqnrDb", sqnr);
                    writer.WriteNumber("agreement", agreement);
                    writer.WriteEndObject();
                }
                writer.WriteEndArray();
            });
            return;
        }
        if (evaluation.Metric is (string metric, double measured)) { console.WriteFacts((metric, measured.Digits(4))); }
        console.WriteFacts(
            ("rows", ((long)evaluation.Rows).Grouped()),
            ("bytes", evaluation.File.Bytes.Grouped()),
            ("milliseconds per row", evaluation.MedianMillisecondsPerRow.Digits(4)),
            ("engine", evaluation.Engine));
        if (evaluation.Comparison is { } shown)
        {
            console.WriteFacts(("signal to quantization noise", $"{shown.SqnrDecibels.Digits(1)} dB"), ("same answer as the reference", shown.Agreement.Digits(4)));
            if (shown.Outputs.Length > 1)
            {
                console.WriteTable(["output", "noise ratio", "same answer"], evaluation.File.Graph.Outputs.Zip(shown.Outputs, (output, each) => (string[])[output.Name, $"{each.SqnrDecibels.Digits(1)} dB", each.Agreement.Digits(4)]));
            }
        }
    }
}
