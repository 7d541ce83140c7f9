using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization.Onnx;

/// <summary>The names values have in a file.</summary>
internal sealed class ValueNames
{
    private const string Digits = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

    private readonly Dictionary<string, string>? _short;

    /// <summary>Names for a graph's values, in the order in which its nodes meet them.</summary>
    public ValueNames(Graph graph, ImmutableArray<Node> nodes, NamePolicy policy)
    {
        if (policy == NamePolicy.Keep) { return; }
        _short = new(StringComparer.Ordinal);
        foreach (ValueInfo value in graph.Inputs.Concat(graph.Outputs)) { _short[value.Name] = value.Name; }
        HashSet<string> kept = new(_short.Keys, StringComparer.Ordinal);
        int count = 0;
        foreach (string value in nodes.SelectMany(node => node.Inputs.Concat(node.Outputs)))
        {
            if (value.Length == 0 || _short.ContainsKey(value)) { continue; }
            string name;
            do { name = Number(count++); } while (kept.Contains(name));
            _short[value] = name;
        }
    }

    /// <summary>The name a value has in the file.</summary>
    public string this[string value] => _short?.GetValueOrDefault(value, value) ?? value;

    // a, b, … Z, aa, ba, …: letters only.
    private static string Number(int value)
    {
        string name = "";
        do
        {
            name += Digits[value % Digits.Length];
            value = value / Digits.Length - 1;
        }
        while (value >= 0);
        return name;
    }
}
