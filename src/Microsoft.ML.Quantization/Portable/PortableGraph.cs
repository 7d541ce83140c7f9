using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization;

/// <summary>
/// A network between columns: inputs and outputs are called like the columns, inputs have the columns' types, and an output is the vector of one
/// row. That is what ApplyOnnxModel finds columns by, and it runs one row at a time.
/// </summary>
internal static class PortableGraph
{
    // ApplyOnnxModel takes this from the names of its columns, so an output may have the name of an input.
    private const string Suffix = ".output";

    /// <summary>The network with its columns.</summary>
    public static Graph Build(ScoreColumns columns)
    {
        Graph network = columns.Network.Graph;
        ImmutableHashSet<string> taken = [.. columns.Inputs.Select(input => input.Name), .. columns.Outputs.Select(output => OutputName(columns, output))];
        Dictionary<string, string> renamed = Rename(network, taken);
        string Name(string value) => renamed.GetValueOrDefault(value, value);

        var graph = new GraphBuilder(network.Name, network.Opset);
        foreach (InputColumn input in columns.Inputs.DistinctBy(input => input.Name))
        {
            graph.AddInput(input.Name, new(ItemTypes.ElementOf(input.Item!)!.Value, network.Inputs.First(value => value.Name == input.Value.Name).Fact.Dimensions));
        }
        foreach ((string name, Tensor tensor) in network.Constants) { graph.AddConstant(Name(name), tensor); }
        foreach (InputColumn input in columns.Inputs)
        {
            bool isReshaped = !columns.Inputs.First(first => first.Name == input.Name).Value.Sizes.SequenceEqual(input.Value.Sizes);
            AddInput(graph, input, isReshaped ? Add(graph, "Reshape", [input.Name, Sizes(graph, input.Value)]) : input.Name, Name(input.Value.Name));
        }
        foreach (Node node in network.Nodes) { graph.Add(node with { Inputs = [.. node.Inputs.Select(Name)], Outputs = [.. node.Outputs.Select(Name)] }); }
        foreach (ScoreOutput output in columns.Outputs)
        {
            string shape = graph.AddConstant(graph.Unique(output.Column + "_shape"), Tensor.Create((long)output.Value.Length)), result = OutputName(columns, output);
            graph.Add(new Node(graph.Unique(output.Column + "_row"), "Reshape", [Name(network.Outputs[output.Output].Name), shape], [result], NodeAttributes.Empty));
            graph.AddOutput(result);
        }
        return graph.Build();
    }

    /// <summary>What the output behind a column is called.</summary>
    /// <exception cref="NotSupportedException">ApplyOnnxModel would call the column otherwise.</exception>
    public static string OutputName(ScoreColumns columns, ScoreOutput output) =>
        output.Column.EndsWith(Suffix, StringComparison.Ordinal) ? throw Errors.NameCannotBeSaved(output.Column)
        : columns.Inputs.Any(input => input.Name == output.Column) ? output.Column + Suffix
        : output.Column;

    // Every value of the network that has the name of a column gets another one.
    private static Dictionary<string, string> Rename(Graph network, ImmutableHashSet<string> taken)
    {
        IEnumerable<string> values = network.Inputs.Select(input => input.Name).Concat(network.Constants.Keys).Concat(network.Nodes.SelectMany(node => node.Outputs));
        HashSet<string> names = [.. values, .. taken];
        var renamed = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string value in values.Where(taken.Contains))
        {
            string other = value + "_value";
            while (!names.Add(other)) { other += "_"; }
            renamed[value] = other;
        }
        // The graphs inside If, Loop and Scan may read values of the outer one by name.
        return renamed.Count > 0 && network.Nodes.FirstOrDefault(node => node.Attributes.Any(attribute => attribute.Value is Graph)) is { } outer
            ? throw Errors.NameInsideGraph(outer, renamed.Keys.First())
            : renamed;
    }

    private static void AddInput(GraphBuilder graph, InputColumn input, string source, string value)
    {
        ElementType type = input.Value.Type;
        switch (input.Conversion)
        {
            case InputConversion.None:
                Add(graph, "Identity", [source], value);
                break;
            case InputConversion.Widen:
                Cast(graph, source, type, value);
                break;
            default:
                // A missing key is far outside any table, so that looking it up is refused there as it is here.
                string wide = Cast(graph, source, ElementType.Int64);
                string token = Add(graph, "Sub", [wide, Constant(graph, 1)]);
                string missing = Add(graph, "Less", [token, Constant(graph, 0)]);
                string safe = Add(graph, "Where", [missing, Constant(graph, type == ElementType.Int64 ? long.MaxValue : int.MaxValue), token]);
                Cast(graph, safe, type, value);
                break;
        }
    }

    // A column may feed two inputs of one length and other axes.
    private static string Sizes(GraphBuilder graph, RowValue value) =>
        graph.AddConstant(graph.Unique(value.Name + "_sizes"), Tensor.Create([-1L, .. value.Sizes.Select(size => (long)size)]));

    private static string Constant(GraphBuilder graph, long value) => graph.AddConstant(graph.Unique("token_constant"), Tensor.Scalar(value));

    private static string Cast(GraphBuilder graph, string from, ElementType to, string? result = null) =>
        Add(graph, "Cast", [from], result, NodeAttributes.Empty.With("to", OnnxNumber(to)));

    // Numbers of TensorProto.DataType in onnx.proto.
    private static long OnnxNumber(ElementType type) => type == ElementType.Int64 ? 7 : 6;

    private static string Add(GraphBuilder graph, string op, ImmutableArray<string> inputs, string? result = null, NodeAttributes? attributes = null)
    {
        string name = graph.Unique("column_" + op);
        return graph.Add(new Node(name, op, inputs, [result ?? graph.Unique(name + "_output")], attributes ?? NodeAttributes.Empty)).Output;
    }
}
