using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.ML.Data;
using Microsoft.ML.Quantization.Benchmarks.Peers;
using Microsoft.ML.Quantization.Testing;
using Microsoft.ML.Quantization.Testing.ReferenceData;

namespace Microsoft.ML.Quantization.Benchmarks.Scoring;

/// <summary>
/// Scores 10,000 images with fashion_cnn in int8 through ML.NET: in batches of 32, row by row, and with ApplyOnnxModel over the exported file. The
/// three take turns in one process, and the ratios are medians over the turns.
/// </summary>
internal static class ScoringCommand
{
    public const string Usage = "usage: scoring [--json OUT.json] [--quick] [--without-amx]";

    private const int Rows = 10_000, BatchSize = 32, CalibrationRows = 512, Turns = 7, QuickTurns = 3, WrongUsage = 2, Failed = 1;
    private const double RowByRowBar = 1.5, OnnxBar = 1.0;

    public static int Run(ReadOnlySpan<string> arguments)
    {
        (string? json, bool quick) = (null, false);
        for (int i = 0; i < arguments.Length; i++)
        {
            if (arguments[i] == "--quick") { quick = true; }
            else if (arguments[i] == "--json" && i + 1 < arguments.Length) { json = arguments[++i]; }
            else
            {
                Console.Error.WriteLine($"'{arguments[i]}' is not understood.");
                Console.Error.WriteLine(Usage);
                return WrongUsage;
            }
        }
        if (!OnnxRuntimeSession.IsAvailable(out string reason))
        {
            Console.Error.WriteLine(reason);
            return Failed;
        }

        double[][] turns = Measure(quick ? QuickTurns : Turns);
        (double batched, double single, double onnx) = (Rounds.Median(turns.Select(turn => turn[0])), Rounds.Median(turns.Select(turn => turn[1])), Rounds.Median(turns.Select(turn => turn[2])));
        (double overSingle, double overOnnx) = (Rounds.Median(turns.Select(turn => turn[1] / turn[0])), Rounds.Median(turns.Select(turn => turn[2] / turn[0])));
        Console.WriteLine($"Transform, fashion_cnn int8, {Rows} rows, median of {turns.Length} turns");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"batches of {BatchSize}   {batched,8:F3} µs a row"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"row by row      {single,8:F3} µs a row   {overSingle,5:F2} times (at least {RowByRowBar:F1})"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"ApplyOnnxModel  {onnx,8:F3} µs a row   {overOnnx,5:F2} times (at least {OnnxBar:F1})"));
        if (json is not null) { Write(json, turns, overSingle, overOnnx); }
        return 0;
    }

    // [turn][batched, row by row, ApplyOnnxModel] microseconds a row.
    private static double[][] Measure(int turns)
    {
        var ml = new MLContext(seed: 1);
        QuantizableModel model = QuantizableModel.LoadOnnx(RepositoryFolder.At("test", "Models", "fashion_cnn.onnx"));
        (string input, string output) = (model.Inputs[0].Name, model.Outputs[0].Name);
        IDataView images = ml.Data.Cache(ml.Data.LoadFromEnumerable(Image.Load(Rows)));
        QuantizeObserveOptions options = new() { InputColumnName = nameof(Image.Features), OutputColumnName = "Score", CalibrationRows = CalibrationRows, BatchSize = BatchSize };
        QuantizedModelTransformer batched = ml.Transforms.QuantizeStatic(model, options).Fit(images), single = ml.Transforms.QuantizeStatic(model, options with { BatchSize = 1 }).Fit(images);
        string path = Path.GetTempFileName();
        try
        {
            batched.Model.SaveOnnx(path);
            IDataView named = ml.Transforms.CopyColumns(input, nameof(Image.Features)).Fit(images).Transform(images);
            IDataView peer = ml.Transforms.ApplyOnnxModel(output, input, path).Fit(named).Transform(named);
            (IDataView View, string Column)[] candidates = [(batched.Transform(images), "Score"), (single.Transform(images), "Score"), (peer, output)];
            foreach ((IDataView view, string column) in candidates) { Time(view, column); }
            double[][] result = new double[turns][];
            for (int turn = 0; turn < turns; turn++) { result[turn] = [.. candidates.Select(candidate => Time(candidate.View, candidate.Column))]; }
            return result;
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static double Time(IDataView view, string name)
    {
        DataViewSchema.Column column = view.Schema[name];
        using DataViewRowCursor cursor = view.GetRowCursor([column]);
        ValueGetter<VBuffer<float>> read = cursor.GetGetter<VBuffer<float>>(column);
        VBuffer<float> score = default;
        long start = Stopwatch.GetTimestamp();
        int rows = 0;
        for (; cursor.MoveNext(); rows++) { read(ref score); }
        return Stopwatch.GetElapsedTime(start).TotalMicroseconds / rows;
    }

    private static void Write(string path, double[][] turns, double overSingle, double overOnnx)
    {
        using FileStream stream = File.Create(path);
        using var writer = new Utf8JsonWriter(stream, new() { Indented = true });
        writer.WriteStartObject();
        writer.WriteString("model", "fashion_cnn");
        writer.WriteNumber("rows", Rows);
        writer.WriteNumber("batchSize", BatchSize);
        writer.WriteStartArray("turns");
        foreach (double[] turn in turns)
        {
            writer.WriteStartObject();
            writer.WriteNumber("batchedMicrosecondsPerRow", turn[0]);
            writer.WriteNumber("rowByRowMicrosecondsPerRow", turn[1]);
            writer.WriteNumber("applyOnnxModelMicrosecondsPerRow", turn[2]);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        WriteRatio(writer, "rowByRow", overSingle, RowByRowBar);
        WriteRatio(writer, "applyOnnxModel", overOnnx, OnnxBar);
        writer.WriteEndObject();
    }

    private static void WriteRatio(Utf8JsonWriter writer, string name, double ratio, double bar)
    {
        writer.WriteStartObject(name);
        writer.WriteNumber("timesAsFast", ratio);
        writer.WriteNumber("bar", bar);
        writer.WriteBoolean("holds", ratio >= bar);
        writer.WriteEndObject();
    }

    private sealed class Image
    {
        [VectorType(28 * 28)]
        public float[] Features { get; set; } = [];

        public static Image[] Load(int count)
        {
            Tensor images = FashionMnist.Classification(training: false).Inputs;
            return [.. Enumerable.Range(0, count).Select(i => new Image { Features = images.AsSpan<float>().Slice(i * 28 * 28, 28 * 28).ToArray() })];
        }
    }
}
