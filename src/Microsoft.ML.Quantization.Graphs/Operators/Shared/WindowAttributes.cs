using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>Reads the attributes that windows are described by.</summary>
internal static class WindowAttributes
{
    /// <summary>A list of sizes; null when it is absent.</summary>
    /// <exception cref="QuantizationException">It has another length, or a number is out of bounds.</exception>
    public static ImmutableArray<int>? Sizes(Node node, string name, int length, int least, int most)
    {
        if (node.Attributes.Ints(name) is not { } values) { return null; }
        if (values.Length != length) { throw new QuantizationException($"{node}: {name} is [{string.Join(", ", values)}]; expected {length} numbers."); }
        foreach (long value in values)
        {
            if (value < least || value > most) { throw new QuantizationException($"{node}: {name} is [{string.Join(", ", values)}]; expected numbers in {least}..{most}."); }
        }
        return [.. values.Select(value => (int)value)];
    }

    /// <summary>NOTSET, VALID, SAME_UPPER or SAME_LOWER.</summary>
    /// <exception cref="QuantizationException">It is something else.</exception>
    public static string AutoPad(Node node) => node.Attributes.String("auto_pad", "NOTSET") switch
    {
        "" => "NOTSET",
        "NOTSET" or "VALID" or "SAME_UPPER" or "SAME_LOWER" => node.Attributes.String("auto_pad", "NOTSET"),
        string other => throw new QuantizationException($"{node}: auto_pad is '{other}'; expected NOTSET, VALID, SAME_UPPER or SAME_LOWER."),
    };
}
