using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// Where a node stands in the module tree it was exported from, read from its name: parts between <c>/</c> and <c>.</c>.
/// PyTorch repeats the parent in the children of a Sequential (<c>/net/net.0/Gemm</c> is operator Gemm of module <c>net.0</c>); the
/// repetition is dropped, so that the module's own name finds the node.
/// </summary>
internal static class ModulePath
{
    /// <summary>The parts of a node's or module's name, outermost first: <c>/net/net.0/Gemm</c> gives net, 0, Gemm.</summary>
    public static ImmutableArray<string> Split(string name)
    {
        var parts = ImmutableArray.CreateBuilder<string>();
        string parent = "";
        foreach (string segment in name.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            bool repeats = parent.Length > 0 && segment.StartsWith(parent, StringComparison.Ordinal) && segment.Length > parent.Length && segment[parent.Length] == '.';
            parts.AddRange((repeats ? segment[(parent.Length + 1)..] : segment).Split('.', StringSplitOptions.RemoveEmptyEntries));
            parent = segment;
        }
        return parts.ToImmutable();
    }

    /// <summary>The name with dots: <c>/net/net.0/Gemm</c> gives <c>net.0.Gemm</c>.</summary>
    public static string Dotted(string name) => string.Join('.', Split(name));

    /// <summary>Whether <paramref name="module"/> is <paramref name="node"/> itself or encloses it. The empty path encloses everything.</summary>
    public static bool Encloses(ImmutableArray<string> module, ImmutableArray<string> node) =>
        module.Length <= node.Length && module.AsSpan().SequenceEqual(node.AsSpan()[..module.Length]);
}
