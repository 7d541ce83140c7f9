using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization.Onnx.Tests;

/// <summary>Small graphs of a few operators over rows of four numbers, one for each seed.</summary>
internal static class RandomGraph
{
    private const int Width = 4;

    public static Graph Create(int seed)
    {
        var random = new Random(seed);
        var builder = new GraphBuilder($"random {seed}", random.Next(13, 23));
        List<string> values = [builder.AddInput("x", new TensorFact(ElementType.Float32, [Dimension.Named("n"), Width]))];
        for (int count = random.Next(1, 9); count > 0; count--) { values.Add(Step(builder, random, values)); }
        builder.AddOutput(values[^1]);
        if (random.Next(3) == 0 && values.Count > 2) { builder.AddOutput(values[random.Next(1, values.Count - 1)]); }
        return builder.Build();
    }

    public static Tensor Input(int seed) => Constant(new Random(-seed), 3, Width);

    private static string Step(GraphBuilder builder, Random random, List<string> values)
    {
        string x = values[random.Next(values.Count)], y = values[random.Next(values.Count)];
        string name = builder.Unique($"node/{random.Next(20)}");
        return random.Next(8) switch
        {
            0 => builder.Add(name, "Relu", [x]),
            1 => builder.Add(name, "Add", [x, y]),
            2 => builder.Add(name, "Mul", [x, builder.AddConstant(builder.Unique("c"), Constant(random, Width))]),
            3 => builder.Add(name, "Clip", [x, "", builder.AddConstant(builder.Unique("max"), Tensor.Scalar(0.5f))]),
            4 => builder.Add(name, "LeakyRelu", [x], NodeAttributes.Empty.With("alpha", random.NextSingle())),
            5 => builder.Add(name, "Softmax", [x], NodeAttributes.Empty.With("axis", -1L)),
            6 => builder.Add(name, "Reshape", [x, builder.AddConstant(builder.Unique("shape"), Tensor.Create(-1L, Width))]),
            _ => builder.Add(name, "Gemm", [x, builder.AddConstant(builder.Unique("w"), Constant(random, Width, Width)), builder.AddConstant(builder.Unique("b"), Constant(random, Width))],
                NodeAttributes.Empty.With("transB", (long)random.Next(2))),
        };
    }

    private static Tensor Constant(Random random, params ReadOnlySpan<int> sizes)
    {
        var tensor = new Tensor(ElementType.Float32, new Shape(sizes));
        foreach (ref float value in tensor.AsSpan<float>()) { value = random.NextSingle() * 2f - 1f; }
        return tensor;
    }
}
