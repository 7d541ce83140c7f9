using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Quantization;
using SaveAndLoad;

// Two ways to keep an int8 network. As an ONNX file of its own it comes back into the fast engine. Inside a saved pipeline it is ML.NET's own
// ONNX step, so that a program that loads it needs nothing of this package, only ONNX Runtime.
//
//   SaveAndLoad              keeps a pipeline in both ways and compares what comes back
//   SaveAndLoad save FILE    what a first program does: fits a pipeline and saves it
//   SaveAndLoad load FILE    what a second program does: loads the pipeline and prints the scores of the test rows as JSON
var mlContext = new MLContext(seed: 1);
string data = Path.Combine(AppContext.BaseDirectory, "data");
Digit[] digits = Digit.Load(Path.Combine(data, "optdigits-test.csv"));
IDataView test = mlContext.Data.LoadFromEnumerable(digits);

switch (args)
{
    case ["save", string file]:
        mlContext.Model.Save(Fit(), test.Schema, file);
        break;
    case ["load", string file]:
        Console.WriteLine(JsonSerializer.Serialize(Scores(mlContext.Model.Load(file, out _))));
        break;
    default:
        Compare();
        break;
}

// From pixels to int8 scores.
TransformerChain<QuantizedModelTransformer> Fit()
{
    QuantizableModel model = QuantizableModel.LoadOnnx(Path.Combine(data, "digits_mlp.onnx"));
    return mlContext.Transforms.Concatenate("Features", nameof(Digit.Pixels))
        .Append(mlContext.Transforms.QuantizeStatic("Score", "Features", model))
        .Fit(mlContext.Data.LoadFromEnumerable(Digit.Load(Path.Combine(data, "optdigits-train.csv"))));
}

void Compare()
{
    TransformerChain<QuantizedModelTransformer> pipeline = Fit();
    float[][] expected = Scores(pipeline);
    Print("as fitted", expected);
    string folder = Directory.CreateTempSubdirectory("mlq-example-").FullName;
    try
    {
        // The network alone, as a file that any ONNX runtime reads, and back into the fast engine.
        string networkFile = Path.Combine(folder, "digits.int8.onnx");
        pipeline.LastTransformer.Model.SaveOnnx(networkFile);
        Print("network from its ONNX file", Scores(mlContext.Transforms.Concatenate("Features", nameof(Digit.Pixels))
            .Append(mlContext.Transforms.QuantizedOnnx("Score", "Features", networkFile)).Fit(test)));

        // The whole pipeline in ML.NET's format. This needs ONNX Runtime; where it is not at hand, the message says how to get it.
        string pipelineFile = Path.Combine(folder, "digits.zip");
        mlContext.Model.Save(pipeline, test.Schema, pipelineFile);
        Print("pipeline from ML.NET's file", Scores(mlContext.Model.Load(pipelineFile, out _)));
    }
    catch (NotSupportedException refusal)
    {
        Console.WriteLine($"The pipeline was not saved. {refusal.Message}");
    }
    finally
    {
        Directory.Delete(folder, recursive: true);
    }

    void Print(string title, float[][] scores)
    {
        double right = scores.Zip(digits, (score, digit) => Array.IndexOf(score, score.Max()) == digit.Label ? 1.0 : 0.0).Average();
        double difference = scores.Zip(expected, (score, other) => score.Zip(other, (one, two) => Math.Abs(one - two)).Max()).Max();
        Console.WriteLine($"{title,-30}{right,8:P2} right   largest difference {difference:G3}");
    }
}

float[][] Scores(ITransformer transformer) => [.. transformer.Transform(test).GetColumn<float[]>("Score")];
