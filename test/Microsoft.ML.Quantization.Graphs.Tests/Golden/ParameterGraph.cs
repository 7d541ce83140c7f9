using System.Text.Json;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests.Golden;

/// <summary>A float graph written from the parameters of a golden case; nodes and their outputs are called as the modules.</summary>
internal sealed class ParameterGraph(GoldenCase golden)
{
    public GraphBuilder Builder { get; } = new("golden", 13);

    public Tensor? Parameter(string name) =>
        golden.Inputs.GetProperty("params").TryGetProperty(name, out JsonElement json) ? GoldenCase.Tensor(json).ToTensor() : null;

    /// <summary>A Conv, ConvTranspose or Gemm with weights and, where the case has one, a bias.</summary>
    public string Layer(string name, string op, string input, NodeAttributes attributes, string? parameters = null)
    {
        parameters ??= name;
        string weight = Builder.AddConstant(name + ".weight", Parameter(parameters + ".weight")!);
        string? bias = Parameter(parameters + ".bias") is { } found ? Builder.AddConstant(name + ".bias", found) : null;
        return Builder.Add(new Node(name, op, bias is null ? [input, weight] : [input, weight, bias], [name], attributes)).Output;
    }

    /// <summary>A product with weights (out, in).</summary>
    public string Linear(string name, string input, string? parameters = null) => Layer(name, "Gemm", input, NodeAttributes.Empty.With("transB", 1L), parameters);

    /// <summary>A BatchNormalization; without parameters it neither scales nor shifts.</summary>
    public string Norm(string name, string input, float eps = 1e-5f)
    {
        Tensor mean = Parameter(name + ".running_mean")!;
        Tensor gamma = Parameter(name + ".weight") ?? Tensor.Create<float>([.. Enumerable.Repeat(1f, mean.Length)], mean.Shape);
        Tensor beta = Parameter(name + ".bias") ?? new Tensor(ElementType.Float32, mean.Shape);
        return Builder.Add(new Node(name, "BatchNormalization",
            [input, Builder.AddConstant(name + ".weight", gamma), Builder.AddConstant(name + ".bias", beta), Builder.AddConstant(name + ".mean", mean), Builder.AddConstant(name + ".var", Parameter(name + ".running_var")!)],
            [name], NodeAttributes.Empty.With("epsilon", eps))).Output;
    }

    public string Add(string name, string op, NodeAttributes attributes, params string[] inputs) => Builder.Add(new Node(name, op, [.. inputs], [name], attributes)).Output;

    public string Add(string name, string op, params string[] inputs) => Add(name, op, NodeAttributes.Empty, inputs);

    public string Input(string name, Shape shape) => Builder.AddInput(name, new TensorFact(ElementType.Float32, [.. shape.Sizes.Select((size, axis) => axis == 0 ? Dimension.Named("batch") : Dimension.Known(size))]));
}
