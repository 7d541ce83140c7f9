using Microsoft.ML.Quantization.Onnx.Proto;

namespace Microsoft.ML.Quantization.Onnx;

/// <summary>Writes nodes one after the other; each gives the name of its first output.</summary>
/// <param name="prefix">What the names of values begin with, so that a body and a subgraph in it have none in common.</param>
internal sealed class FunctionBody(string prefix)
{
    private readonly List<NodeProto> _nodes = [];

    /// <summary>The nodes so far.</summary>
    public IReadOnlyList<NodeProto> Nodes => _nodes;

    /// <summary>Adds a node with one output.</summary>
    public string Add(string op, params string[] inputs) => Add(op, inputs, []);

    /// <summary>Adds a node with one output and settings.</summary>
    public string Add(string op, string[] inputs, params AttributeProto[] attributes)
    {
        string output = $"{prefix}{_nodes.Count}";
        AddNode(op, inputs, [output], attributes);
        return output;
    }

    /// <summary>Adds a node with outputs of given names.</summary>
    public void AddNode(string op, string[] inputs, string[] outputs, params AttributeProto[] attributes) =>
        _nodes.Add(new NodeProto { OpType = op, Input = { inputs }, Output = { outputs }, Attribute = { attributes } });

    /// <summary>A list of integers.</summary>
    public string Integers(params long[] values) => Add("Constant", [], new AttributeProto { Name = "value_ints", Type = AttributeProto.Types.Kind.Ints, Ints = { values } });

    /// <summary>A float.</summary>
    public string Number(float value) => Add("Constant", [], new AttributeProto { Name = "value_float", Type = AttributeProto.Types.Kind.Float, F = value });

    /// <summary>A setting of the function: a float, or an integer as truth.</summary>
    public string Setting(string name, bool isFloat) => isFloat
        ? Add("Constant", [], new AttributeProto { Name = "value_float", Type = AttributeProto.Types.Kind.Float, RefAttrName = name })
        : Cast(Add("Constant", [], new AttributeProto { Name = "value_int", Type = AttributeProto.Types.Kind.Int, RefAttrName = name }), ElementType.Boolean);

    /// <summary>A value of another type.</summary>
    public string Cast(string value, ElementType type) => Add("Cast", [value], Integer("to", ElementTypeMap.ToOnnx(type, "A function")));

    /// <summary>The elements of one axis between two places, each a list of one integer.</summary>
    public string Slice(string value, string start, string end, string axis) => Add("Slice", value, start, end, axis);

    /// <summary>An integer setting of a node.</summary>
    public static AttributeProto Integer(string name, long value) => new() { Name = name, Type = AttributeProto.Types.Kind.Int, I = value };
}
