using System.Diagnostics;
using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Quantization;
using PostTrainingStatic;

var mlContext = new MLContext();
string data = Path.Combine(AppContext.BaseDirectory, "data");
string floatFile = Path.Combine(data, "fashion_cnn.onnx"), int8File = Path.Combine(AppContext.BaseDirectory, "fashion_cnn.int8.onnx");

// 1. A float network that was trained elsewhere, images to calibrate it with, and images to test it with.
QuantizableModel model = QuantizableModel.LoadOnnx(floatFile);
IDataView training = mlContext.Data.LoadFromEnumerable(FashionMnist.Load(Path.Combine(data, "fashion-mnist"), "train10k"));
FashionImage[] test = FashionMnist.Load(Path.Combine(data, "fashion-mnist"), "t10k");

// 2. Observe the network on 1,000 training images drawn by seed, then convert it to int8.
var calibration = new QuantizeObserveOptions { InputColumnName = "Features", OutputColumnName = "Score", CalibrationRows = 1_000, Seed = 1 };
var pipeline = mlContext.Transforms.QuantizeObserve(model, calibration)
    .Append(mlContext.Transforms.QuantizeConvertStatic("Score"));
TransformerChain<QuantizedModelTransformer> quantized = pipeline.Fit(training);
quantized.LastTransformer.Model.SaveOnnx(int8File);

// 3. Score all test images with both networks. The first step of the chain still scores in float. Each round times both, so that
//    a busy moment of the machine hits both; the passes for the accuracy have warmed them up.
ITransformer[] networks = [quantized.First(), quantized];
double[] accuracy = [.. networks.Select(Accuracy)];
(double Row, double Batch)[][] rounds = [.. Enumerable.Range(0, 7).Select(_ => networks.Select(Time).ToArray())];
Result[] results = [.. new[] { floatFile, int8File }.Select((file, i) => new Result(accuracy[i], new FileInfo(file).Length,
    Median(rounds.Select(round => round[i].Row)), 1_000 / Median(rounds.Select(round => round[i].Batch))))];

if (args.Contains("--json"))
{
    Console.WriteLine(JsonSerializer.Serialize(new { @float = results[0], int8 = results[1] }, JsonSerializerOptions.Web));
    return;
}
Console.WriteLine($"{"Fashion-MNIST, 10,000 test images",-38}{"float",12}{"int8",12}");
Print("accuracy", result => $"{result.Accuracy:P2}");
Print("file size in bytes", result => $"{result.Bytes:N0}");
Print("milliseconds per image, one at a time", result => $"{result.MillisecondsPerRow:F4}");
Print("images per second, in batches", result => $"{result.RowsPerSecond:N0}");

double Accuracy(ITransformer network) => Scores(network, test).Zip(test, (score, image) => score.IndexOf(score.Max()) == image.Label ? 1.0 : 0.0).Average();

IEnumerable<float[]> Scores(ITransformer network, FashionImage[] images) => network.Transform(mlContext.Data.LoadFromEnumerable(images)).GetColumn<float[]>("Score");

// Milliseconds per image on one thread: asked one by one, and read from a view, which scores in batches.
(double Row, double Batch) Time(ITransformer network)
{
    var engine = mlContext.Model.CreatePredictionEngine<FashionImage, Prediction>(network);
    FashionImage[] images = test[..1_000];
    return (Measure(() => Array.ForEach(images, image => engine.Predict(image))), Measure(() => Scores(network, images).Count()));

    double Measure(Action score)
    {
        long start = Stopwatch.GetTimestamp();
        score();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds / images.Length;
    }
}

double Median(IEnumerable<double> values) => values.Order().ElementAt(values.Count() / 2);

void Print(string name, Func<Result, string> value) => Console.WriteLine($"{name,-38}{value(results[0]),12}{value(results[1]),12}");

internal sealed record Result(double Accuracy, long Bytes, double MillisecondsPerRow, double RowsPerSecond);
