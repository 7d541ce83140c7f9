using System.Collections.Immutable;
using System.CommandLine;
using System.Diagnostics;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Tool.Running;

namespace Microsoft.ML.Quantization.Tool.Verbs;

/// <summary><c>mlquant bench</c>: the time of one call on made-up inputs.</summary>
internal static class BenchVerb
{
    private const int FewestCalls = 10;
    private const int MostCalls = 2_000;

    // Long enough for the runtime to have compiled the inner loops at its highest tier.
    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(0.7);
    private static readonly TimeSpan s_measured = TimeSpan.FromSeconds(1.5);

    /// <summary>The command.</summary>
    public static Command Create(ToolConsole console)
    {
        Argument<string> model = Verb.Model("The model, float or quantized (.onnx).");
        Option<bool> json = Verb.Json();
        var verb = new Command("bench", "Measures the time of one call on random inputs, warm-up excluded.") { model, json };
        RunOptions options = RunOptions.AddTo(verb, defaultBatch: 1);
        verb.Does(console, (arguments, cancellation) =>
        {
            ExecutionOptions execution = options.Read(arguments);
            ModelFile file = ModelFile.Load(arguments.GetRequiredValue(model), options.ReadMemory(arguments));
            int batch = Batch(file.Graph, options.ReadBatch(arguments));
            ImmutableArray<Tensor> inputs = RandomInputs.For(file.Graph, batch, options.ReadMemory(arguments));
            using ExecutionPlan plan = ExecutionPlan.Bind(file.Graph, execution);
            using RunContext context = plan.Rent([.. inputs.Select(input => input.Shape)]);
            for (int i = 0; i < inputs.Length; i++) { context.Fill(i, inputs[i]); }
            Measure(context, s_warmUp, cancellation);
            List<double> times = Measure(context, s_measured, cancellation);
            Report(console, arguments.GetValue(json), plan, batch, execution.Threads, times);
        });
        return verb;
    }

    private static int Batch(Graph model, int? asked) => model.Inputs.Select(input => input.Fact.Rank > 0 ? input.Fact.Dimensions[0].Size : null).FirstOrDefault(size => size is not null) is not int rows
        ? asked ?? 1
        : asked is null || asked == rows ? rows : throw new QuantizationException($"The batch is {asked}; this model takes exactly {rows} rows per call.");

    private static List<double> Measure(RunContext context, TimeSpan span, CancellationToken cancellation)
    {
        var times = new List<double>();
        long start = Stopwatch.GetTimestamp();
        while (times.Count < FewestCalls || (times.Count < MostCalls && Stopwatch.GetElapsedTime(start) < span))
        {
            cancellation.ThrowIfCancellationRequested();
            long call = Stopwatch.GetTimestamp();
            context.Run();
            times.Add(Stopwatch.GetElapsedTime(call).TotalMilliseconds);
        }
        return times;
    }

    private static void Report(ToolConsole console, bool json, ExecutionPlan plan, int batch, int threads, List<double> times)
    {
        if (!json)
        {
            console.WriteFacts(
                ("median", $"{RowRunner.Median(times).Digits(4)} ms"),
                ("least", $"{times.Min().Digits(4)} ms"),
                ("most", $"{times.Max().Digits(4)} ms"),
                ("calls", ((long)times.Count).Grouped()),
                ("engine", $"{plan.Engine.Name}, batch {batch}, threads {threads}{(batch == 1 || plan.RowsAreApart ? "" : ", one range for all rows of a call")}"));
            return;
        }
        JsonResult.Write(console.Out, writer =>
        {
            writer.WriteReal("medianMilliseconds", RowRunner.Median(times));
            writer.WriteReal("minMilliseconds", times.Min());
            writer.WriteReal("maxMilliseconds", times.Max());
            writer.WriteNumber("calls", times.Count);
            writer.WriteNumber("batch", batch);
            writer.WriteNumber("threads", threads);
            writer.WriteString("engine", plan.Engine.Name);
        });
    }
}
