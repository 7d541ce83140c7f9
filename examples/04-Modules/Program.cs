using System.Globalization;
using Microsoft.ML.Quantization;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Modules;
using Microsoft.ML.Quantization.Onnx;
using ModulesStepByStep;
using PostTrainingStatic;

string data = Path.Combine(AppContext.BaseDirectory, "data"), int8File = Path.Combine(AppContext.BaseDirectory, "fashion_net.int8.onnx");
FashionImage[] training = FashionMnist.Load(Path.Combine(data, "fashion-mnist"), "train10k"), test = FashionMnist.Load(Path.Combine(data, "fashion-mnist"), "t10k");

// 1. A tree of float modules with the parameters of a trained network.
Module model = new FashionNet();
FashionNet.StateOf(OnnxImporter.Load(Path.Combine(data, "fashion_cnn.onnx"))).LoadInto(model);

// 2. Each convolution and the ReLU behind it become one; observers find the ranges of 1,000 images; int8 modules take the place of float ones.
Module fused = EagerQuantization.FuseModules(model, ["stem", "stem_relu"], ["c2", "c2_relu"], ["a", "a_relu"], ["c3", "c3_relu"]);
fused.QConfig = QConfigs.PerChannel with { Activation = new() { Observer = "Histogram" } };
Module prepared = EagerQuantization.Prepare(fused);
foreach (FashionImage[] batch in training[..1_000].Chunk(250)) { prepared.Forward(Images(batch)); }
Module int8 = EagerQuantization.Convert(prepared);

// 3. The same network as a file for any runtime. A graph is packed once and fused as a whole, modules one by one are not.
Graph graph = int8.ToGraph([new("image", new TensorFact(ElementType.Float32, [Dimension.Named("batch"), 1, 28, 28]))], "fashion_net");
OnnxExporter.Save(graph, int8File);
using ExecutionPlan whole = ExecutionPlan.Bind(model.ToGraph([new("image", new TensorFact(ElementType.Float32, [Dimension.Named("batch"), 1, 28, 28]))]));
using ExecutionPlan plan = ExecutionPlan.Bind(OnnxImporter.Load(int8File));

Print("float modules as a graph", Accuracy(images => whole.Run(images)[0]));
Print("int8 modules", Accuracy(images => int8.Forward(images).ToTensor()));
Print("int8 graph from its ONNX file", Accuracy(images => plan.Run(images)[0]));
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{"bytes of the int8 file",-32}{new FileInfo(int8File).Length,8}"));

double Accuracy(Func<Tensor, Tensor> score) => test.Chunk(500).Sum(batch =>
{
    float[][] scores = [.. score(Images(batch)).AsSpan<float>().ToArray().Chunk(10)];
    return (double)scores.Zip(batch, (row, image) => row.IndexOf(row.Max()) == image.Label).Count(right => right);
}) / test.Length;

static Tensor Images(FashionImage[] batch) => Tensor.Create<float>([.. batch.SelectMany(image => image.Features)], new Shape(batch.Length, 1, 28, 28));

static void Print(string name, double accuracy) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-32}{accuracy,8:F4}"));
