using System.Text.Json;
using DynamicQuantization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Quantization;

var mlContext = new MLContext(seed: 1);
string data = Path.Combine(AppContext.BaseDirectory, "data");

// 1. Raw text, and a network that was trained elsewhere to tell praise from complaint: the mean of word vectors, then two dense layers.
IDataView sentences = mlContext.Data.LoadFromTextFile<Sentence>(Path.Combine(data, "test.tsv"), hasHeader: true);
QuantizableModel model = QuantizableModel.LoadOnnx(Path.Combine(data, "sentiment_bag.onnx"));
var vocabulary = new Vocabulary(Path.Combine(data, "vocabulary.txt"));

// 2. From text to tokens to int8 scores. Dynamic quantization needs no calibration: weights and word vectors become 8-bit now, and the range of
//    each layer's input is found for every row when it is scored.
var tokenize = mlContext.Transforms.CustomMapping<Sentence, Tokens>((sentence, tokens) => tokens.Ids = vocabulary.Read(sentence.Text), contractName: null);
TransformerChain<QuantizedModelTransformer> int8 = tokenize.Append(mlContext.Transforms.QuantizeDynamic("Score", "Ids", model)).Fit(sentences);

// The same in float, to compare with: a step that only observes leaves the network as it is.
TransformerChain<ObserveTransformer> whole = tokenize.Append(mlContext.Transforms.QuantizeObserve("Score", "Ids", model)).Fit(sentences);

// 3. What it read, and what it says.
QuantizedNetwork network = int8.LastTransformer.Model;
string[] texts = [.. sentences.GetColumn<string>("Text")];
int[] labels = [.. sentences.GetColumn<int>("Label")];
Result[] results = [Measure(whole, new FileInfo(Path.Combine(data, "sentiment_bag.onnx")).Length), Measure(int8, network.Bytes)];

if (args.Contains("--json")) { Console.WriteLine(JsonSerializer.Serialize(new { @float = results[0], int8 = results[1] }, JsonSerializerOptions.Web)); return; }
Console.WriteLine($"{"750 sentences",-30}{"float",12}{"int8",12}");
Console.WriteLine($"{"accuracy",-30}{results[0].Accuracy,12:P2}{results[1].Accuracy,12:P2}");
Console.WriteLine($"{"file size in bytes",-30}{results[0].Bytes,12:N0}{results[1].Bytes,12:N0}");
Console.WriteLine();
float[][] scores = Scores(int8);
for (int i = 0; i < 5; i++) { Console.WriteLine($"{(scores[i][1] > scores[i][0] ? "praise    " : "complaint ")} {texts[i]}"); }

Result Measure(ITransformer pipeline, long bytes) =>
    new(Scores(pipeline).Zip(labels, (score, label) => (score[1] > score[0] ? 1 : 0) == label ? 1.0 : 0.0).Average(), bytes);
float[][] Scores(ITransformer pipeline) => [.. pipeline.Transform(sentences).GetColumn<float[]>("Score")];

/// <summary>What was measured of one network.</summary>
internal sealed record Result(double Accuracy, long Bytes);
