using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// An Einstein summation: a letter for each axis of each operand, and those of the result behind <c>-&gt;</c> (without an arrow the letters
/// that occur once, sorted). An ellipsis stands for axes that broadcast.
/// </summary>
internal sealed class EinsumEquation
{
    private EinsumEquation(ImmutableArray<string> operands, string result) => (Operands, Result) = (operands, result);

    /// <summary>One letter for each axis of each operand; axes of an ellipsis are digits and further signs counted from the last.</summary>
    public ImmutableArray<string> Operands { get; }

    /// <summary>The letters of the result.</summary>
    public string Result { get; }

    /// <summary>Reads an equation for operands of these ranks.</summary>
    /// <exception cref="QuantizationException">It does not fit them.</exception>
    public static EinsumEquation Read(Node node, ImmutableArray<int> ranks)
    {
        string equation = node.Attributes.String("equation").Replace(" ", "", StringComparison.Ordinal);
        string[] sides = equation.Split("->");
        string[] terms = sides[0].Split(',');
        if (sides.Length > 2 || terms.Length != ranks.Length) { throw Wrong($"it has {terms.Length} terms for {ranks.Length} inputs"); }
        int widest = 0;
        for (int i = 0; i < terms.Length; i++)
        {
            int letters = terms[i].Replace("...", "", StringComparison.Ordinal).Length, open = ranks[i] - letters;
            bool dots = terms[i].Contains("...", StringComparison.Ordinal);
            if (open < 0 || (open > 0 && !dots)) { throw Wrong($"term '{terms[i]}' does not fit an input of {ranks[i]} axes"); }
            widest = Math.Max(widest, dots ? open : 0);
            terms[i] = terms[i].Replace("...", Dots(open), StringComparison.Ordinal);
        }
        string all = string.Concat(terms);
        if (all.Any(letter => !char.IsAsciiLetter(letter) && letter < FirstDot)) { throw Wrong("expected letters, commas, an ellipsis and an arrow"); }
        string result = sides.Length == 2
            ? sides[1].Replace("...", Dots(widest), StringComparison.Ordinal)
            : Dots(widest) + string.Concat(all.Where(char.IsAsciiLetter).GroupBy(letter => letter).Where(group => group.Count() == 1).Select(group => group.Key).Order());
        if (result.Distinct().Count() != result.Length || result.Any(letter => !all.Contains(letter))) { throw Wrong($"its result '{result}' names an axis twice, or one that no input has"); }
        return new([.. terms], result);

        QuantizationException Wrong(string reason) => new($"{node}: equation '{equation}': {reason}.");
    }

    private const char FirstDot = '\uE000';

    // The last axis of every ellipsis is the same sign, whatever its length.
    private static string Dots(int count) => string.Concat(Enumerable.Range(0, count).Select(i => (char)(FirstDot + count - 1 - i)));
}
