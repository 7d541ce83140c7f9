using System.Collections.Immutable;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>An activation, in place.</summary>
internal delegate void GateFunction(Engine engine, Span<float> values);

/// <summary>What LSTM, GRU and RNN share: directions, activations, clipping, layout. Inputs are x, W, R, B, sequence lengths, initial state(s).</summary>
internal sealed class RecurrentSettings
{
    private readonly ImmutableArray<GateFunction> _activations;

    private RecurrentSettings(Node node, int activations, string[] defaults)
    {
        string direction = node.Attributes.String("direction", "forward");
        IsReverse = direction == "reverse";
        Directions = direction switch { "forward" or "reverse" => 1, "bidirectional" => 2, _ => throw new QuantizationException($"{node}: direction is '{direction}'; expected forward, reverse or bidirectional.") };
        BatchFirst = node.Attributes.Int("layout", 0) != 0;
        Clip = node.Attributes.Contains("clip") ? node.Attributes.Float("clip") : float.PositiveInfinity;
        object? named = node.Attributes.FirstOrDefault(pair => pair.Key == "activations").Value;
        ImmutableArray<string> names = named is ImmutableArray<string> list ? list : [.. Enumerable.Range(0, Directions).SelectMany(_ => defaults)];
        if (names.Length != activations * Directions) { throw new QuantizationException($"{node}: it has {names.Length} activations; expected {activations * Directions}, {activations} for each direction."); }
        var alphas = new Queue<float>(node.Attributes.Floats("activation_alpha") ?? []);
        var betas = new Queue<float>(node.Attributes.Floats("activation_beta") ?? []);
        Names = names;
        IsPlain = float.IsPositiveInfinity(Clip) && names.Select(static (name, i) => (name, i)).All(pair => pair.name.Equals(defaults[pair.i % activations], StringComparison.OrdinalIgnoreCase));
        _activations = [.. names.Select(name => Activation(node, name, alphas, betas))];
        ActivationsPerDirection = activations;
    }

    /// <summary>1 or 2.</summary>
    public int Directions { get; }

    /// <summary>Whether x is [batch, time, features] rather than [time, batch, features].</summary>
    public bool BatchFirst { get; }

    /// <summary>The bound that sums before an activation are clamped to.</summary>
    public float Clip { get; }

    /// <summary>Whether all activations are the operator's own and nothing is clamped.</summary>
    public bool IsPlain { get; }

    /// <summary>Names of the activations of all directions.</summary>
    public ImmutableArray<string> Names { get; }

    private bool IsReverse { get; }

    private int ActivationsPerDirection { get; }

    /// <summary>Reads a node.</summary>
    public static RecurrentSettings Read(Node node, params string[] defaults) => new(node, defaults.Length, defaults);

    /// <summary>Whether a direction goes from the end to the beginning.</summary>
    public bool Reverses(int direction) => IsReverse || direction == 1;

    /// <summary>An activation of a direction.</summary>
    public GateFunction Activation(int direction, int index) => _activations[direction * ActivationsPerDirection + index];

    /// <summary>Facts of Y and of the last states (as many as asked for).</summary>
    public static ImmutableArray<TensorFact> Infer(InferenceSite site, int gates, int states, RecurrentSettings settings)
    {
        TensorFact x = site.Float(0).WithRank(site, 0, 3, 3), w = site.Float(1).WithRank(site, 1, 3, 3), r = site.Float(2).WithRank(site, 2, 3, 3);
        int batchAxis = settings.BatchFirst ? 0 : 1;
        Dimension hidden = site.Attributes.Contains("hidden_size") ? (int)site.Attributes.Int("hidden_size") : r.Dimensions[2], batch = x.Dimensions[batchAxis], time = x.Dimensions[1 - batchAxis];
        bool fits = w.Dimensions[0].MayEqual(settings.Directions) && r.Dimensions[0].MayEqual(settings.Directions) && w.Dimensions[2].MayEqual(x.Dimensions[2]) && r.Dimensions[2].MayEqual(hidden);
        if (hidden.Size is { } size) { fits &= w.Dimensions[1].MayEqual(size * gates) && r.Dimensions[1].MayEqual(size * gates); }
        if (!fits) { throw site.Refuse($"its input is {x}, its weights are {w} and {r}; expected [{settings.Directions}, {gates} · hidden, features] and [{settings.Directions}, {gates} · hidden, hidden]"); }
        if (site.OptionalInput(3) is not null) { site.Float(3).WithRank(site, 3, 2, 2); }
        if (site.OptionalInput(4) is not null) { site.Input(4, ElementType.Int32).WithRank(site, 4, 1, 1); }
        for (int i = 5; i < 5 + states; i++)
        {
            if (site.OptionalInput(i) is not null) { site.Float(i).WithRank(site, i, 3, 3); }
        }
        TensorFact state = x with { Dimensions = settings.BatchFirst ? [batch, settings.Directions, hidden] : [settings.Directions, batch, hidden] };
        TensorFact y = x with { Dimensions = settings.BatchFirst ? [batch, time, settings.Directions, hidden] : [time, settings.Directions, batch, hidden] };
        return [y, .. Enumerable.Repeat(state, states)];
    }

    private static GateFunction Activation(Node node, string name, Queue<float> alphas, Queue<float> betas)
    {
        switch (name.ToLowerInvariant())
        {
            case "sigmoid": return static (engine, x) => engine.Sigmoid(x, x);
            case "tanh": return static (engine, x) => engine.Tanh(x, x);
            case "relu": return static (engine, x) => engine.Relu(x, x);
            case "softsign": return Each(static x => x / (1f + MathF.Abs(x)));
            case "softplus": return Each(FloatMath.Softplus);
            case "affine": { float a = Next(alphas, 1f), b = Next(betas, 0f); return Each(x => a * x + b); }
            case "leakyrelu": { float a = Next(alphas, 0.01f); return Each(x => x < 0f ? a * x : x); }
            case "thresholdedrelu": { float a = Next(alphas, 1f); return Each(x => x > a ? x : 0f); }
            case "scaledtanh": { float a = Next(alphas, 1f), b = Next(betas, 1f); return Each(x => a * FloatMath.Tanh(b * x)); }
            case "hardsigmoid": { float a = Next(alphas, 0.2f), b = Next(betas, 0.5f); return Each(x => MathF.Max(0f, MathF.Min(1f, a * x + b))); }
            case "elu": { float a = Next(alphas, 1f); return Each(x => x < 0f ? a * (FloatMath.Exp(x) - 1f) : x); }
            default: throw new QuantizationException($"{node}: activation '{name}' is not known; expected one of ONNX's, such as Sigmoid or Tanh.");
        }

        static float Next(Queue<float> values, float otherwise) => values.TryDequeue(out float value) ? value : otherwise;

        static GateFunction Each(Func<float, float> function) => (_, values) =>
        {
            foreach (ref float value in values) { value = function(value); }
        };
    }
}
