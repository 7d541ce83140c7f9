using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization.Onnx;

/// <summary>
/// Brings nodes of operator sets 1 to 8 to the forms of 9: broadcasting was asked for by attributes, some settings had other names, and
/// operators that differ in training said whether they were tested.
/// </summary>
/// <remarks>Source: the changes of each operator as listed in ONNX's operator documentation.</remarks>
/// <param name="opset">The model's operator set.</param>
/// <param name="scope">Takes nodes and constants that an older form needs, and knows the facts of values.</param>
internal sealed class LegacyUpgrade(int opset, ScopeReader scope)
{
    /// <summary>The first operator set that needs nothing of this.</summary>
    public const int FirstModern = 9;

    /// <summary>The same computation in the newer form.</summary>
    /// <exception cref="QuantizationException">The older form means something that newer ones cannot say.</exception>
    public Node Apply(Node node)
    {
        if (opset >= FirstModern || node.Domain.Length > 0) { return node; }
        node = node with { Attributes = node.Attributes.Without("consumed_inputs") };
        return node.Operator switch
        {
            "Add" or "Sub" or "Mul" or "Div" or "Pow" or "And" or "Or" or "Xor" or "Equal" or "Less" or "Greater" when opset < 7 => Broadcast(node),
            "Gemm" when opset < 7 => node with { Attributes = node.Attributes.Without("broadcast") },
            "PRelu" when opset < 7 => Slope(node),
            "BatchNormalization" => Normalization(node),
            "Dropout" when opset < 7 => Tested(node),
            "Reshape" when opset < 5 => ToInput(node, "shape"),
            "Upsample" => Upsample(node),
            "Pad" when opset < 2 && node.Attributes.Ints("paddings") is { } pads => node with { Attributes = node.Attributes.Without("paddings").With("pads", pads) },
            "Concat" when opset < 4 && !node.Attributes.Contains("axis") => node with { Attributes = node.Attributes.With("axis", 1L) },
            "Cast" when opset < 6 => node with { Attributes = node.Attributes.With("to", TypeNumber(node)) },
            "Selu" when opset < 6 => node with { Attributes = WithDefault(WithDefault(node.Attributes, "alpha", 1.6732f), "gamma", 1.0507f) },
            "HardSigmoid" or "Elu" or "LeakyRelu" or "ThresholdedRelu" => node,
            "Tile" when opset < 6 => throw Refuse(node, "it repeats one axis by two inputs"),
            "Scan" => throw Refuse(node, "its body works on batches"),
            "LSTM" or "GRU" or "RNN" when opset < 7 => node with { Attributes = node.Attributes.Without("output_sequence") },
            _ => node,
        };
    }

    // Before 7 the second operand stretched only where broadcast said so, aligned at axis or at the last axes.
    private Node Broadcast(Node node)
    {
        NodeAttributes attributes = node.Attributes.Without("broadcast").Without("axis");
        if (!node.Attributes.Contains("axis") || node.Attributes.Int("broadcast", 0) == 0) { return node with { Attributes = attributes }; }
        int left = Rank(node, 0), right = Rank(node, 1);
        long axis = node.Attributes.Int("axis");
        axis = axis < 0 ? axis + left : axis;
        return WithTrailingAxes(node with { Attributes = attributes }, right, (int)Math.Clamp(left - axis - right, 0, left));
    }

    // One slope for each channel lies along axis 1.
    private Node Slope(Node node)
    {
        int rank = Rank(node, 1);
        return rank == 1 && scope.Fact(node.Inputs[1])!.Dimensions[0].Size != 1 ? WithTrailingAxes(node, 1, Math.Max(0, Rank(node, 0) - 2)) : node;
    }

    private Node WithTrailingAxes(Node node, int rank, int count)
    {
        if (count == 0) { return node; }
        string axes = scope.Add(node.Name + "_axes", Tensor.Create([.. Enumerable.Range(rank, count).Select(axis => (long)axis)]), isNew: true);
        string wide = scope.Declare(scope.Free(node.Name + "_wide"), "A widened operand");
        scope.Append(new Node(wide, "Unsqueeze", [node.Inputs[1], axes], [wide], NodeAttributes.Empty));
        return node with { Inputs = node.Inputs.SetItem(1, wide) };
    }

    private Node Normalization(Node node)
    {
        if (node.Attributes.Int("spatial", 1) == 0) { throw Refuse(node, "spatial is 0, a statistic for each pixel"); }
        return opset < 7 ? Tested(node with { Attributes = node.Attributes.Without("spatial") }) : node with { Attributes = node.Attributes.Without("spatial") };
    }

    private Node Tested(Node node) => node.Attributes.Int("is_test", 0) != 0
        ? node with { Attributes = node.Attributes.Without("is_test") }
        : throw Refuse(node, "is_test is 0, training mode");

    private Node Upsample(Node node)
    {
        if (node.Attributes.Contains("height_scale"))
        {
            float[] scales = [1f, 1f, node.Attributes.Float("height_scale"), node.Attributes.Float("width_scale")];
            node = node with { Attributes = node.Attributes.Without("height_scale").Without("width_scale").With("scales", scales.ToImmutableArray()) };
        }
        return node.Attributes.String("mode", "nearest") == "bilinear" ? ToInput(node with { Attributes = node.Attributes.With("mode", "linear") }, "scales") : ToInput(node, "scales");
    }

    private Node ToInput(Node node, string setting)
    {
        object value = node.Attributes.FirstOrDefault(pair => pair.Key == setting).Value ?? throw new QuantizationException($"{node}: attribute '{setting}' is missing; it has no default.");
        Tensor tensor = value switch
        {
            ImmutableArray<long> numbers => Tensor.Create<long>(numbers.AsSpan(), new Shape(numbers.Length)),
            ImmutableArray<float> numbers => Tensor.Create<float>(numbers.AsSpan(), new Shape(numbers.Length)),
            _ => throw new QuantizationException($"{node}: attribute '{setting}' is a {value.GetType().Name}; expected a list of numbers. The file is damaged."),
        };
        return node with { Inputs = [node.Inputs[0], scope.Add($"{node.Name}_{setting}", tensor, isNew: true)], Attributes = node.Attributes.Without(setting) };
    }

    private int Rank(Node node, int input) => scope.Fact(node.Inputs[input])?.Rank
        ?? throw new QuantizationException($"{node} reads value '{node.Inputs[input]}' before it is written; expected nodes in order in operator set {opset}.");

    private static NodeAttributes WithDefault(NodeAttributes attributes, string name, float value) => attributes.Contains(name) ? attributes : attributes.With(name, value);

    private static long TypeNumber(Node node) => node.Attributes.String("to").ToUpperInvariant() switch
    {
        "FLOAT" => 1,
        "UINT8" => 2,
        "INT8" => 3,
        "UINT16" => 4,
        "INT16" => 5,
        "INT32" => 6,
        "INT64" => 7,
        "BOOL" => 9,
        "FLOAT16" => 10,
        "DOUBLE" => 11,
        "UINT32" => 12,
        "UINT64" => 13,
        string other => throw new QuantizationException($"{node} casts to '{other}'; expected a number type or BOOL."),
    };

    private QuantizationException Refuse(Node node, string reason) =>
        new($"{node} of operator set {opset} is not supported: {reason}. Convert the model with onnx.version_converter, or export it with a newer operator set.");
}
