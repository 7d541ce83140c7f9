using System.Collections.Immutable;
using System.Globalization;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>Reads <see cref="GraphText"/>.</summary>
internal sealed class GraphTextReader(OperatorList operators, int depth)
{
    private const int DeepestGraph = 16;

    private readonly HashSet<string> _values = new(StringComparer.Ordinal);
    private readonly HashSet<string> _nodes = new(StringComparer.Ordinal);
    private GraphBuilder? _builder;

    /// <summary>The graph.</summary>
    public Graph Read(string text)
    {
        int number = 0;
        foreach (string content in text.Split('\n'))
        {
            var line = new GraphTextLine(content, ++number);
            if (line.IsAtEnd) { continue; }
            try
            {
                Statement(line);
            }
            catch (QuantizationException problem) when (!problem.Message.StartsWith("Graph text, line ", StringComparison.Ordinal))
            {
                throw new QuantizationException($"Graph text, line {number}: {problem.Message}", problem);
            }
            if (!line.IsAtEnd) { throw line.Wrong("something follows the statement; expected one statement to a line, comments behind '#'"); }
        }
        if (_builder is null) { throw new QuantizationException($"Graph text, line {number}: the text ends without a statement; expected 'graph name opset number' first."); }
        try
        {
            return _builder.Build(operators);
        }
        catch (QuantizationException problem) when (!problem.Message.StartsWith("Graph text, line ", StringComparison.Ordinal))
        {
            throw new QuantizationException($"Graph text, line {number}: {problem.Message}", problem);
        }
    }

    private void Statement(GraphTextLine line)
    {
        string kind = line.Word("a statement");
        if (_builder is null != (kind == "graph")) { throw line.Wrong(_builder is null ? $"found '{kind}'; expected 'graph name opset number' first" : "a second 'graph'; expected one graph to a text"); }
        switch (kind)
        {
            case "graph": Header(line); break;
            case "input": Input(line); break;
            case "constant": Constant(line); break;
            case "node": Node(line); break;
            case "output": _builder!.AddOutput(line.Name("a value")); break;
            default: throw line.Wrong($"'{kind}' is not a statement; expected graph, input, constant, node or output");
        }
    }

    private void Header(GraphTextLine line)
    {
        string name = line.Name("the graph's name");
        if (!line.TryTakeWord("opset")) { throw line.Wrong("expected 'opset' and a number"); }
        long opset = line.Integer("the number of the operator set");
        _builder = new GraphBuilder(name, opset is > 0 and <= int.MaxValue ? (int)opset : throw line.Wrong($"the operator set is {opset}; expected 1 or more"));
    }

    private void Input(GraphTextLine line)
    {
        string name = Fresh(line, _values, line.Name("a value"));
        line.Take(':');
        _builder!.AddInput(name, Fact(line));
    }

    private void Constant(GraphTextLine line)
    {
        string name = Fresh(line, _values, line.Name("a value"));
        line.Take(':');
        _builder!.AddConstant(name, Value(line));
    }

    private void Node(GraphTextLine line)
    {
        string name = Fresh(line, _nodes, line.Name("the node's name"));
        line.Take(':');
        ImmutableArray<string> outputs = Names(line, '=');
        foreach (string output in outputs.Where(output => output.Length > 0)) { Fresh(line, _values, output); }
        string op = line.Name("an operator");
        line.Take('(');
        ImmutableArray<string> inputs = Names(line, ')');
        string domain = line.TryTakeWord("of") ? line.Name("a domain") : "";
        NodeAttributes attributes = NodeAttributes.Empty;
        if (line.TryTake('{') && !line.TryTake('}'))
        {
            do
            {
                string attribute = line.Name("an attribute's name");
                if (attributes.Contains(attribute)) { throw line.Wrong($"attribute '{attribute}' is given twice"); }
                line.Take('=');
                attributes = attributes.With(attribute, Attribute(line));
            }
            while (line.TryTake(','));
            line.Take('}');
        }
        _builder!.Add(new Node(name, op, inputs, outputs, attributes, domain));
    }

    private static string Fresh(GraphTextLine line, HashSet<string> names, string name) =>
        name.Length == 0 ? throw line.Wrong("a name is empty") : names.Add(name) ? name : throw line.Wrong($"'{name}' is defined a second time; expected one definition");

    private static ImmutableArray<string> Names(GraphTextLine line, char end)
    {
        var names = ImmutableArray.CreateBuilder<string>();
        if (line.TryTake(end)) { return []; }
        do { names.Add(line.Name("a value")); }
        while (line.TryTake(','));
        line.Take(end);
        return names.ToImmutable();
    }

    private static TensorFact Fact(GraphTextLine line)
    {
        string type = line.Word("an element type");
        if (!ElementTypes.TryParse(type, out ElementType element)) { throw line.Wrong($"'{type}' is not an element type"); }
        line.Take('[');
        var dimensions = ImmutableArray.CreateBuilder<Dimension>();
        if (line.TryTake(']')) { return new(element, []); }
        do { dimensions.Add(Size(line)); }
        while (line.TryTake(','));
        line.Take(']');
        return new(element, dimensions.ToImmutable());
    }

    private static Dimension Size(GraphTextLine line)
    {
        if (line.TryTake('?')) { return Dimension.Unknown; }
        if (line.IsQuoted) { return Dimension.Named(line.Quoted()); }
        string size = line.Word("a size");
        return !size.All(char.IsAsciiDigit) ? Dimension.Named(size)
            : int.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value
            : throw line.Wrong($"size {size} does not fit 32 bits");
    }

    private static Tensor Value(GraphTextLine line)
    {
        TensorFact fact = Fact(line);
        Shape shape = fact.IsStatic ? fact.ToShape() : throw line.Wrong($"a constant has shape {fact}; expected numbers on every axis");
        line.Take('=');
        if (line.TryTakeWord("base64"))
        {
            try
            {
                return new Tensor(fact.Type, shape, Convert.FromBase64String(line.Quoted()));
            }
            catch (FormatException)
            {
                throw line.Wrong("the text behind 'base64' is damaged");
            }
        }
        line.Take('[');
        List<string> numbers = [];
        if (!line.TryTake(']'))
        {
            do { numbers.Add(line.NumberText()); }
            while (line.TryTake(','));
            line.Take(']');
        }
        return new Tensor(fact.Type, shape, TensorText.Read(fact.Type, numbers) ?? throw line.Wrong($"an element is not a number of type {fact.Type.Name()}"));
    }

    private object Attribute(GraphTextLine line)
    {
        if (line.IsQuoted) { return line.Quoted(); }
        if (line.TryTake('[')) { return List(line); }
        if (line.TryTakeWord("tensor")) { return Value(line); }
        if (line.TryTakeWord("graph"))
        {
            string text = line.Quoted();
            return depth < DeepestGraph ? new GraphTextReader(operators, depth + 1).Read(text) : throw line.Wrong($"graphs are nested more than {DeepestGraph} deep");
        }
        if (line.TryTakeWord("ints")) { return Empty<long>(line); }
        if (line.TryTakeWord("floats")) { return Empty<float>(line); }
        return line.TryTakeWord("strings") ? Empty<string>(line) : Number(line);
    }

    private static object Empty<T>(GraphTextLine line)
    {
        line.Take('[');
        line.Take(']');
        return ImmutableArray<T>.Empty;
    }

    private static object List(GraphTextLine line)
    {
        List<object> items = [];
        do { items.Add(line.IsQuoted ? line.Quoted() : Number(line)); }
        while (line.TryTake(','));
        line.Take(']');
        return items.All(item => item is long) ? items.Cast<long>().ToImmutableArray()
            : items.All(item => item is float) ? items.Cast<float>().ToImmutableArray()
            : items.All(item => item is string) ? items.Cast<string>().ToImmutableArray()
            : throw line.Wrong("a list mixes integers, reals and texts; expected one kind");
    }

    private static object Number(GraphTextLine line)
    {
        string word = line.NumberText();
        if (long.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long integer)) { return integer; }
        if (word.StartsWith("bits.", StringComparison.Ordinal) && word.Length == 14 && word[^1] == 'f' && uint.TryParse(word.AsSpan(5, 8), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint bits))
        {
            return BitConverter.UInt32BitsToSingle(bits);
        }
        return word[^1] == 'f' && float.TryParse(word.AsSpan(0, word.Length - 1), NumberStyles.Float, CultureInfo.InvariantCulture, out float real)
            ? real
            : throw line.Wrong($"'{word}' is not the value of an attribute; expected an integer, a real ending with f, a text in quotes, a list, a tensor or a graph");
    }
}
