using System.Collections.Frozen;
using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization.Onnx;

/// <summary>
/// Brings nodes of an older operator set to <see cref="OnnxVersions.GraphOpset"/>, so that operators need to know one form only. Most
/// changes between versions moved a setting from an attribute to an input.
/// </summary>
/// <remarks>Source: the changes of each operator as listed in ONNX's operator documentation.</remarks>
/// <param name="opset">The model's operator set.</param>
/// <param name="builder">Takes the constants that become inputs.</param>
/// <param name="values">The names of all values of the model.</param>
internal sealed class OpsetUpgrade(int opset, GraphBuilder builder, HashSet<string> values)
{
    private static readonly FrozenDictionary<string, (int Since, ImmutableArray<string> Settings)> s_becameInputs = new Dictionary<string, (int, ImmutableArray<string>)>
    {
        ["Clip"] = (11, ["min", "max"]),
        ["Pad"] = (11, ["pads", "value"]),
        ["Slice"] = (10, ["starts", "ends", "axes"]),
        ["TopK"] = (10, ["k"]),
        ["Squeeze"] = (13, ["axes"]),
        ["Unsqueeze"] = (13, ["axes"]),
        ["ReduceSum"] = (13, ["axes"]),
        ["Split"] = (13, ["split"]),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The same computation in the newer form.</summary>
    /// <exception cref="QuantizationException">The node mixes the older and the newer form.</exception>
    public Node Apply(Node node)
    {
        if (opset >= OnnxVersions.GraphOpset || node.Domain.Length > 0) { return node; }
        if (s_becameInputs.TryGetValue(node.Operator, out var change) && opset < change.Since) { return ToInputs(node, change.Settings); }
        return node.Operator switch
        {
            "Dropout" when opset < 12 => node with { Attributes = node.Attributes.Without("ratio") },
            "Upsample" or "Resize" when opset < 11 => Resize(node),
            _ => node,
        };
    }

    /// <summary>
    /// Until 12, Softmax and its kin saw a matrix: the axes before <c>axis</c> as rows, all others together as columns. Where more than
    /// one axis made the columns, the newer form needs the matrix spelled out.
    /// </summary>
    public Graph SpellOutSoftmax(Graph graph, OperatorList? operators)
    {
        if (opset >= OnnxVersions.GraphOpset) { return graph; }
        var result = new GraphBuilder(graph.Name, graph.Opset);
        foreach (ValueInfo input in graph.Inputs) { result.AddInput(input.Name, input.Fact); }
        foreach ((string name, Tensor tensor) in graph.Constants) { result.AddConstant(name, tensor); }
        bool changed = false;
        foreach (Node node in graph.Nodes)
        {
            if (node.Domain.Length > 0 || node.Operator is not ("Softmax" or "LogSoftmax" or "Hardmax"))
            {
                result.Add(node);
                continue;
            }
            changed = true;
            TensorFact fact = graph.Fact(node.Inputs[0]);
            int rank = fact.Rank;
            long axis = node.Attributes.Int("axis", 1);
            axis = axis < 0 ? axis + rank : axis;
            if (axis == rank - 1)
            {
                result.Add(node with { Attributes = node.Attributes.With("axis", -1L) });
                continue;
            }
            string matrix = Name(node.Output + "_matrix"), soft = Name(node.Output + "_rows"), shape = Name(node.Output + "_shape");
            result.Add(new Node(node.Name + "_flatten", "Flatten", [node.Inputs[0]], [matrix], NodeAttributes.Empty.With("axis", axis)));
            result.Add(node with { Inputs = [matrix], Outputs = [soft], Attributes = node.Attributes.With("axis", -1L) });
            if (fact.Dimensions.Count(dimension => dimension.Size is null) <= 1)
            {
                result.AddConstant(shape, Tensor.Create([.. fact.Dimensions.Select(dimension => (long)(dimension.Size ?? -1))]));
            }
            else
            {
                result.Add(new Node(node.Name + "_shape", "Shape", [node.Inputs[0]], [shape], NodeAttributes.Empty));
            }
            result.Add(new Node(node.Name + "_reshape", "Reshape", [soft, shape], [node.Output], NodeAttributes.Empty));
        }
        foreach (ValueInfo output in graph.Outputs) { result.AddOutput(output.Name); }
        return changed ? result.Build(operators) : graph;
    }

    private Node ToInputs(Node node, ImmutableArray<string> settings)
    {
        if (node.Inputs.Length > 1) { throw new QuantizationException($"{node} has {node.Inputs.Length} inputs; expected 1 in operator set {opset}. The file is damaged."); }
        ImmutableArray<string>.Builder inputs = node.Inputs.ToBuilder();
        NodeAttributes attributes = node.Attributes;
        foreach (string setting in settings)
        {
            object? value = attributes.Contains(setting) ? attributes.Single(pair => pair.Key == setting).Value : null;
            inputs.Add(value is null ? "" : builder.AddConstant(Name($"{node.Name}_{setting}"), ToTensor(value, node, setting)));
            attributes = attributes.Without(setting);
        }
        while (inputs.Count > 0 && inputs[^1].Length == 0) { inputs.RemoveAt(inputs.Count - 1); }
        return node with { Inputs = inputs.ToImmutable(), Attributes = attributes };
    }

    private static Tensor ToTensor(object value, Node node, string setting) => value switch
    {
        float number => Tensor.Scalar(number),
        long number => Tensor.Create(number),
        ImmutableArray<long> numbers => Tensor.Create<long>(numbers.AsSpan(), new Shape(numbers.Length)),
        _ => throw new QuantizationException($"{node}: attribute '{setting}' is a {value.GetType().Name}; expected a number or a list of whole numbers. The file is damaged."),
    };

    // Upsample and the first Resize read (x, scales) and placed samples without centring them.
    private static Node Resize(Node node) => node.Inputs.Length != 2
        ? throw new QuantizationException($"{node} has {node.Inputs.Length} inputs; expected the image and the scales.")
        : node with
        {
            Operator = "Resize",
            Inputs = [node.Inputs[0], "", node.Inputs[1]],
            Attributes = node.Attributes.With("coordinate_transformation_mode", "asymmetric").With("nearest_mode", "floor"),
        };

    private string Name(string wish)
    {
        string name = wish;
        for (int i = 1; !values.Add(name); i++) { name = $"{wish}_{i}"; }
        return name;
    }
}
