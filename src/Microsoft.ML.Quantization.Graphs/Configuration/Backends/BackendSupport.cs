using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>Whether a backend runs a node of a graph in integers.</summary>
internal static class BackendSupport
{
    /// <summary>
    /// Why it does not, for the node's configuration; null when it does. The longest pattern that fits decides; of several of one length,
    /// any may take the configuration, because a graph does not tell modules from functions.
    /// </summary>
    public static string? WhyNot(BackendConfig backend, Node node, Graph graph, QConfig config, bool hasWeights)
    {
        ImmutableArray<ImmutableArray<string>> chain = OperatorNames.Chain(node, graph);
        for (int length = chain.Length; length > 0; length--)
        {
            // The usual name of an operator comes first, so that it is the one a reason speaks of.
            BackendPatternConfig[] fitting = [.. backend.Configs.Where(candidate => Fits(candidate.Pattern, chain.AsSpan()[..length])).OrderBy(candidate => chain[0].IndexOf(candidate.Pattern.Root.Name))];
            if (fitting.Length == 0) { continue; }
            string? first = null;
            foreach (BackendPatternConfig candidate in fitting)
            {
                if (WhyNot(candidate, config, hasWeights) is not { } reason) { return null; }
                first ??= $"backend '{backend.Name}' does not run {candidate.Pattern} that way: {reason}";
            }
            return first;
        }
        string names = chain[0].IsEmpty ? "" : $" ({string.Join(", ", chain[0])})";
        return $"backend '{backend.Name}' has no pattern for {node.Operator}{names}";
    }

    private static string? WhyNot(BackendPatternConfig pattern, QConfig config, bool hasWeights)
    {
        // Its type is that of the input, which the input's own writer was asked about.
        if (config.Activation?.Observer == QConfigMapping.ReuseInput && pattern.DTypes.Length > 0) { return null; }
        return DTypeMatch.WhyNot(pattern, config, hasWeights);
    }

    private static bool Fits(BackendPattern pattern, ReadOnlySpan<ImmutableArray<string>> chain)
    {
        if (!pattern.IsChain || pattern.Length != chain.Length) { return false; }
        ImmutableArray<string> operators = pattern.Chain;
        for (int i = 0; i < chain.Length; i++)
        {
            if (!chain[i].Contains(operators[i])) { return false; }
        }
        return true;
    }
}
