using System.CommandLine;
using System.Diagnostics;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Onnx;
using Microsoft.ML.Quantization.Sampling;
using Microsoft.ML.Quantization.Tool.Data;
using Microsoft.ML.Quantization.Tool.Running;

namespace Microsoft.ML.Quantization.Tool.Verbs;

/// <summary><c>mlquant static</c>: a float model and rows like those it will see become an int8 model.</summary>
internal static class StaticVerb
{
    /// <summary>Rows shown to the observers at once; observers that average over batches depend on it, so it is fixed.</summary>
    private const int CalibrationBatch = 32;

    /// <summary>The command.</summary>
    public static Command Create(ToolConsole console)
    {
        Argument<string> model = Verb.Model("The float model (.onnx).");
        var calibration = new Option<string>("--calibration") { Description = "Rows like those the model will see: .npz with arrays named as the model's inputs (others are ignored), or .csv.", HelpName = "DATA", Required = true };
        var output = new Option<string>("--output", "-o") { Description = "Where the int8 model goes (.onnx with QuantizeLinear and DequantizeLinear).", HelpName = "OUT.onnx", Required = true };
        Option<int?> rows = NumberOption.Create("--rows", "Calibrate on N rows drawn from all rows; all of them unless given.", 1, int.MaxValue);
        Option<ulong?> seed = NumberOption.Create("--seed", "Fixes which rows --rows draws (0 unless given).", 0UL, ulong.MaxValue);
        var preferSpeed = new Option<bool>("--prefer-speed") { Description = "Keep operators in float that would be slower in integers; the notes say which and why." };
        Option<bool> json = Verb.Json();
        var verb = new Command("static", "Quantizes a float model to int8, with ranges learned from calibration rows.") { model, calibration, output, rows, seed, preferSpeed, json };
        ConfigurationOptions configuration = ConfigurationOptions.AddTo(verb);
        Option<int?> memory = MemoryOption.AddTo(verb);
        verb.Validators.Add(result =>
        {
            if (result.GetResult("--quantizer") is not null && result.GetResult(preferSpeed) is not null) { result.AddError("--quantizer alone decides what is quantized; expected no --prefer-speed with it."); }
        });
        verb.Does(console, (arguments, cancellation) =>
        {
            long start = Stopwatch.GetTimestamp();
            string target = arguments.GetRequiredValue(output);
            OutputFile.CheckPlace(target, arguments.GetRequiredValue(model), arguments.GetRequiredValue(calibration));
            (QConfigMapping mapping, GraphQuantizer? quantizer) = (configuration.Read(arguments), configuration.ReadQuantizer(arguments));
            long? memoryLimit = MemoryOption.Read(arguments, memory);
            ModelFile file = ModelFile.Load(arguments.GetRequiredValue(model), memoryLimit);
            if (file.Graph.IsQuantized) { throw new QuantizationException($"'{file.FilePath}' is quantized already; expected a float model."); }
            using DataFile data = DataFile.Open(arguments.GetRequiredValue(calibration), memoryLimit: memoryLimit);
            ModelRows chosen = Choose(ModelRows.Match(file.Graph, data), arguments.GetValue(rows), arguments.GetValue(seed) ?? 0);
            QuantizedModel quantized = Watch.Rows(console, "calibration rows", chosen.Count, progress => Quantize(file.Graph, chosen, mapping, quantizer, arguments.GetValue(preferSpeed), memoryLimit, progress, cancellation));
            using ExecutionPlan plan = ExecutionPlan.Bind(quantized.Graph);
            cancellation.ThrowIfCancellationRequested();
            OnnxExporter.Save(quantized.Graph, target); // whole or not at all, a data file beside it included
            Report(console, arguments.GetValue(json), new(target, file.Bytes, chosen.Count, Stopwatch.GetElapsedTime(start), quantized, IntegerReport.Of(plan)));
        });
        return verb;
    }

    private sealed record Outcome(string Target, long FloatBytes, int Rows, TimeSpan Time, QuantizedModel Model, IntegerReport Integers)
    {
        public long Bytes { get; } = new FileInfo(Target).Length;
    }

    private static ModelRows Choose(ModelRows all, int? limit, ulong seed) =>
        limit is int count && count < all.Count ? all.Pick(ReservoirSampler.Choose(count, all.Count, seed)) : all;

    private static QuantizedModel Quantize(Graph model, ModelRows rows, QConfigMapping mapping, GraphQuantizer? quantizer, bool preferSpeed, long? memoryLimit, Action<int>? progress, CancellationToken cancellation) => rows.Count == 0
        ? throw new QuantizationException("The calibration data has no rows; expected at least one. About 500 to 1,000 representative rows are usual.")
        : ModelQuantizer.QuantizeStatic(model, rows.Batches(rows.FixedBatch is null ? CalibrationBatch : rows.BatchSize(null)), new StaticQuantizationOptions
        {
            QConfigs = mapping,
            Quantizer = quantizer,
            PreferSpeed = preferSpeed,
            MemoryLimit = memoryLimit,
            TotalRows = rows.Count,
            Progress = progress is null ? null : new Forward(progress),
            CancellationToken = cancellation,
        });

    private sealed class Forward(Action<int> progress) : IProgress<QuantizationProgress>
    {
        public void Report(QuantizationProgress value) => progress((int)value.Rows);
    }

    private static void Report(ToolConsole console, bool json, Outcome outcome)
    {
        if (json)
        {
            JsonResult.Write(console.Out, writer =>
            {
                writer.WriteString("output", outcome.Target);
                writer.WriteNumber("bytes", outcome.Bytes);
                writer.WriteNumber("floatBytes", outcome.FloatBytes);
                writer.WriteNumber("rows", outcome.Rows);
                writer.WriteReal("seconds", outcome.Time.TotalSeconds);
                outcome.Integers.WriteTo(writer);
                writer.WriteTexts("notes", outcome.Model.Notes.Select(note => note.ToString()));
                writer.WriteTexts("warnings", outcome.Model.Warnings);
            });
            return;
        }
        foreach (string warning in outcome.Model.Warnings) { console.Error.WriteLine($"Warning: {warning}"); }
        console.WriteFacts(
            ("wrote", outcome.Target),
            ("bytes", $"{outcome.Bytes.Grouped()} of {outcome.FloatBytes.Grouped()} ({(100.0 * outcome.Bytes / outcome.FloatBytes).Digits(0)} %)"),
            ("calibrated on", $"{((long)outcome.Rows).Grouped()} rows in {outcome.Time.TotalSeconds.Digits(1)} s"),
            ("runs in integers", $"{outcome.Integers.IntegerCalls} operators"));
        console.WriteTable(["stays float", "operator", "reason"], outcome.Integers.FloatFallbacks.Select(fallback => (string[])[fallback.Node, fallback.Operator, fallback.Reason]));
    }
}
