using System.Diagnostics;
using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Quantization;
using PostTrainingStatic;

var mlContext = new MLContext();
string data = Path.Combine(AppContext.BaseDirectory, "data");
string floatFile = Path.Combine(data, "fashion_cnn.onnx");
string int8File = Path.Combine(AppContext.BaseDirectory, "fashion_cnn.int8.onnx");

// 1. A float network that was trained elsewhere, images to calibrate it with, and images to test it with.
QuantizableModel model = QuantizableModel.LoadOnnx(floatFile);
IDataView training = mlContext.Data.LoadFromEnumerable(FashionMnist.Load(Path.Combine(data, "fashion-mnist"), "train10k"));
FashionImage[] test = FashionMnist.Load(Path.Combine(data, "fashion-mnist"), "t10k");

// 2. Observe the network on 1,000 training images drawn by seed, then convert it to int8.
var calibration = new QuantizeObserveOptions { InputColumnName = "Features", OutputColumnName = "Score", CalibrationRows = 1_000, Seed = 1 };
TransformerChain<QuantizedModelTransformer> quantized = mlContext.Transforms.QuantizeObserve(model, calibration)
    .Append(mlContext.Transforms.QuantizeConvertStatic("Score"))
    .Fit(training);
quantized.LastTransformer.Model.SaveOnnx(int8File);

// 3. Score all test images with both networks (the first step of the chain still scores in float); then, warmed up, time them in turns.
ITransformer[] networks = [quantized.First(), quantized];
double[] accuracy = [.. networks.Select(Accuracy)];
(double Row, double Batch)[][] rounds = [.. Enumerable.Range(0, 7).Select(_ => networks.Select(network => Time(network, test[..256])).ToArray())];
Result[] results = [.. networks.Select((_, i) => new Result(accuracy[i], new FileInfo(i == 0 ? floatFile : int8File).Length,
    Median(rounds.Select(round => round[i].Row)), 1_000 / Median(rounds.Select(round => round[i].Batch))))];

if (args.Contains("--json")) { Console.WriteLine(JsonSerializer.Serialize(new { @float = results[0], int8 = results[1] }, JsonSerializerOptions.Web)); return; }
Console.WriteLine($"{"Fashion-MNIST, 10,000 test images",-38}{"float",12}{"int8",12}");
Print("accuracy", result => $"{result.Accuracy:P2}");
Print("file size in bytes", result => $"{result.Bytes:N0}");
Print("milliseconds per image, one at a time", result => $"{result.MillisecondsPerRow:F4}");
Print("images per second, in batches", result => $"{result.RowsPerSecond:N0}");

double Accuracy(ITransformer network) =>
    Scores(network, test).Zip(test, (score, image) => score.IndexOf(score.Max()) == image.Label ? 1.0 : 0.0).Average();
IEnumerable<float[]> Scores(ITransformer network, FashionImage[] images) =>
    network.Transform(mlContext.Data.LoadFromEnumerable(images)).GetColumn<float[]>("Score");

// Milliseconds per image on one thread: asked one by one, and read from a view, which scores in batches.
(double Row, double Batch) Time(ITransformer network, FashionImage[] images)
{
    var engine = mlContext.Model.CreatePredictionEngine<FashionImage, Prediction>(network);
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
