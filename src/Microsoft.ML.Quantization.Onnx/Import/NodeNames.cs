using Microsoft.ML.Quantization.Onnx.Proto;

namespace Microsoft.ML.Quantization.Onnx;

/// <summary>
/// Gives every node a name of its own. A node without one is called after its operator and its place among the nodes of that operator
/// (<c>Conv_2</c>); a name used twice gets a number. The same file always gives the same names.
/// </summary>
internal sealed class NodeNames
{
    private readonly HashSet<string> _taken;
    private readonly HashSet<string> _given = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);

    /// <summary>Names for a list of nodes, to be asked for in order.</summary>
    public NodeNames(IEnumerable<NodeProto> nodes) => _taken = nodes.Select(node => node.Name).ToHashSet(StringComparer.Ordinal);

    /// <summary>The name of the next node.</summary>
    public string Next(NodeProto node)
    {
        int place = Count(node.OpType);
        string name = NameCheck.Text(node.Name, "A node");
        if (name.Length > 0 && _given.Add(name)) { return name; }
        // The counter of a wish only grows, so that a file of equal names takes no quadratic time.
        string wish = name.Length > 0 ? name : $"{node.OpType}_{place}";
        string result = wish;
        while (!_taken.Add(result)) { result = $"{wish}_{Count("\0" + wish) + 1}"; }
        _given.Add(result);
        return result;
    }

    private int Count(string key)
    {
        int count = _counts.GetValueOrDefault(key);
        _counts[key] = count + 1;
        return count;
    }
}
