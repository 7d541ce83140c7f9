using System.Collections.Immutable;
using System.Security.Cryptography;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// Writes QuantizeLinear and DequantizeLinear nodes with their constants into a new graph. Equal constants are written once and new names
/// are short, because scales and names are what remains of a small file.
/// </summary>
internal sealed class QdqWriter(GraphBuilder builder, IEnumerable<string> taken)
{
    private readonly HashSet<string> _taken = new(taken, StringComparer.Ordinal);
    private readonly Dictionary<string, string> _pool = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _next = new(StringComparer.Ordinal);

    /// <summary>Adds <c>QuantizeLinear(value)</c> and returns the codes' name.</summary>
    public string Quantize(string value, QuantizationParameters parameters) => Add("QuantizeLinear", "q", value, parameters, null);

    /// <summary>Adds <c>DequantizeLinear(codes)</c> and returns the name of the reals: <paramref name="output"/>, or a new one.</summary>
    public string Dequantize(string codes, QuantizationParameters parameters, string? output = null) => Add("DequantizeLinear", "d", codes, parameters, output);

    /// <summary>Adds a constant, or finds the equal one added before, and returns its name.</summary>
    public string Constant(string wish, Tensor tensor)
    {
        string content = $"{tensor} {Convert.ToHexString(SHA256.HashData(tensor.Bytes))}";
        if (!_pool.TryGetValue(content, out string? name)) { _pool[content] = name = builder.AddConstant(Unique(wish), tensor); }
        return name;
    }

    /// <summary>The same, with a short name of its own: a letter and a number.</summary>
    public string Small(string letter, Tensor tensor) => Constant(Peek(letter), tensor);

    /// <summary>Adds a node with one output, both with a short name, and returns the output's.</summary>
    public string Node(string op, ImmutableArray<string> inputs, NodeAttributes? attributes = null)
    {
        string name = Numbered("t");
        builder.Add(new Node(name, op, inputs, [name], attributes ?? NodeAttributes.Empty));
        return name;
    }

    /// <summary>A name nothing has yet: <paramref name="wish"/>, or with a number behind it.</summary>
    public string Unique(string wish)
    {
        string name = wish;
        for (int i = 1; !_taken.Add(name); i++) { name = $"{wish}_{i}"; }
        return name;
    }

    private string Add(string op, string letter, string input, QuantizationParameters parameters, string? output)
    {
        string name = Numbered(letter);
        Shape shape = parameters.IsPerChannel ? new Shape(parameters.Scales.Length) : Shape.Scalar;
        string scale = Constant(Peek("s"), Tensor.Create(parameters.Scales.AsSpan(), shape));
        string zeroPoint = Constant(Peek("z"), ZeroPoints(parameters, shape));
        NodeAttributes attributes = parameters.Axis is { } axis ? NodeAttributes.Empty.With("axis", axis) : NodeAttributes.Empty;
        builder.Add(new Node(name, op, [input, scale, zeroPoint], [output ?? name], attributes));
        return output ?? name;
    }

    internal static Tensor ZeroPoints(QuantizationParameters parameters, Shape shape) => parameters.Type.Storage() switch
    {
        ElementType.UInt8 => Tensor.Create<byte>([.. parameters.ZeroPoints.Select(zero => (byte)zero)], shape),
        ElementType.Int8 => Tensor.Create<sbyte>([.. parameters.ZeroPoints.Select(zero => (sbyte)zero)], shape),
        _ => Tensor.Create(parameters.ZeroPoints.AsSpan(), shape),
    };

    private string Numbered(string letter)
    {
        string name = Peek(letter);
        _taken.Add(name);
        return name;
    }

    private string Peek(string letter)
    {
        int number = _next.GetValueOrDefault(letter);
        while (_taken.Contains(letter + number)) { number++; }
        _next[letter] = number;
        return letter + number;
    }
}
