using System.Runtime.InteropServices;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Onnx.Tests;

/// <summary>A model of test/Models and its samples.</summary>
internal sealed record ReferenceModel(string Name, int Rows, int[] Row, int[] Output)
{
    public static ReferenceModel[] All { get; } =
    [
        new("fashion_cnn", 64, [1, 28, 28], [10]),
        new("fashion_cnn.bn", 64, [1, 28, 28], [10]),
        new("digits_mlp", 64, [64], [10]),
        new("adult_mlp", 64, [108], [2]),
        new("bike_tcn", 64, [8, 24], [1]),
        new("fashion_ae", 16, [1, 28, 28], [1, 28, 28]),
    ];

    public static IEnumerable<object[]> Names => All.Select(model => new object[] { model.Name });

    public string Path => RepositoryFolder.At("test", "Models", Name + ".onnx");

    public static ReferenceModel Named(string name) => All.Single(model => model.Name == name);

    public Graph Load() => OnnxImporter.Load(Path);

    public Tensor Input() => Read("input", Row);

    public Tensor Expected() => Read("expected", Output);

    private Tensor Read(string kind, int[] row)
    {
        byte[] bytes = File.ReadAllBytes(RepositoryFolder.At("test", "Models", $"{Name.Replace(".bn", "", StringComparison.Ordinal)}.{kind}.f32"));
        return Tensor.Create<float>(MemoryMarshal.Cast<byte, float>(bytes), new Shape([Rows, .. row]));
    }
}
