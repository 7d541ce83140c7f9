using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization.Onnx.Tests;

/// <summary>A graph with one recurrent layer of seeded weights, and inputs for it.</summary>
public sealed record RecurrentModel(string Operator, int Features = 12, int Hidden = 20, string Direction = "forward")
{
    public NodeAttributes Attributes { get; init; } = NodeAttributes.Empty;

    public bool Bias { get; init; } = true;

    public bool Lengths { get; init; }

    public bool Initial { get; init; }

    public bool Peepholes { get; init; }

    public int Seed { get; init; } = 1;

    public int States => Operator == "LSTM" ? 2 : 1;

    private int Gates => Operator switch { "LSTM" => 4, "GRU" => 3, _ => 1 };

    private int Directions => Direction == "bidirectional" ? 2 : 1;

    private bool BatchFirst => Attributes.Int("layout", 0) != 0;

    public override string ToString() =>
        $"{Operator} {Direction} {string.Join(' ', Attributes.Select(pair => pair.Value is ImmutableArray<string> names ? string.Join('+', names) : $"{pair.Key}={pair.Value}"))}{(Lengths ? " lengths" : "")}{(Initial ? " initial" : "")}{(Peepholes ? " peepholes" : "")}{(Bias ? "" : " no bias")}";

    public Graph Build()
    {
        var builder = new GraphBuilder("recurrent", 14);
        var random = new Random(Seed);
        int rows = Gates * Hidden;
        float bound = 1f / MathF.Sqrt(Hidden);
        string x = builder.AddInput("x", new TensorFact(ElementType.Float32, [Dimension.Named("s"), Dimension.Named("t"), Features]));
        var inputs = new List<string> { x, Constant("w", Directions, rows, Features), Constant("r", Directions, rows, Hidden), Bias ? Constant("b", Directions, 2 * rows) : "", "" };
        if (Lengths) { inputs[4] = builder.AddInput("lengths", new TensorFact(ElementType.Int32, [BatchFirst ? Dimension.Named("s") : Dimension.Named("t")])); }
        int states = Operator == "LSTM" ? 2 : 1;
        for (int i = 0; i < states; i++)
        {
            inputs.Add(Initial ? builder.AddInput($"initial{i}", new TensorFact(ElementType.Float32, BatchFirst ? [Dimension.Named("s"), Directions, Hidden] : [Directions, Dimension.Named("t"), Hidden])) : "");
        }
        if (Peepholes) { inputs.Add(Constant("p", Directions, 3 * Hidden)); }
        ImmutableArray<string> outputs = [.. Enumerable.Range(0, 1 + states).Select(i => $"y{i}")];
        builder.Add(new Node("layer", Operator, [.. inputs], outputs, Attributes.With("direction", Direction).With("hidden_size", Hidden)));
        foreach (string output in outputs) { builder.AddOutput(output); }
        return builder.Build();

        string Constant(string name, params int[] sizes)
        {
            var tensor = new Tensor(ElementType.Float32, new Shape(sizes));
            foreach (ref float value in tensor.AsSpan<float>()) { value = (float)(random.NextDouble() * 2 - 1) * bound; }
            return builder.AddConstant(name, tensor);
        }
    }

    public ImmutableArray<Tensor> Inputs(int times, int batch)
    {
        var random = new Random(Seed + 1000);
        var inputs = ImmutableArray.CreateBuilder<Tensor>();
        inputs.Add(Normal(BatchFirst ? new Shape(batch, times, Features) : new Shape(times, batch, Features)));
        if (Lengths) { inputs.Add(Tensor.Create<int>([.. Enumerable.Range(0, batch).Select(i => i == 0 ? Math.Max(1, times - 1) : random.Next(1, times + 1))], new Shape(batch))); }
        for (int i = 0; Initial && i < (Operator == "LSTM" ? 2 : 1); i++) { inputs.Add(Normal(BatchFirst ? new Shape(batch, Directions, Hidden) : new Shape(Directions, batch, Hidden))); }
        return inputs.ToImmutable();

        Tensor Normal(Shape shape)
        {
            var tensor = new Tensor(ElementType.Float32, shape);
            foreach (ref float value in tensor.AsSpan<float>()) { value = (float)(random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5) * 1.5f; }
            return tensor;
        }
    }
}
