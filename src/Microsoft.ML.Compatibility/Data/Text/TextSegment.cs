namespace Microsoft.ML.Data;

/// <summary>Fields <paramref name="Min"/> up to but without <paramref name="Limit"/>, or to the end of whatever line it is.</summary>
internal sealed record TextSegment(int Min, int Limit, bool ForceVector)
{
    public const int EndOfLine = int.MaxValue;

    public bool IsVariable => Limit == EndOfLine;

    public int Size => Limit - Min;

    public static void RequireDisjoint(IEnumerable<TextSegment> segments, string column)
    {
        int limit = 0;
        foreach (TextSegment segment in segments.OrderBy(segment => segment.Min))
        {
            if (limit > segment.Min) { throw new ArgumentOutOfRangeException("Source", $"Intervals specified for column '{column}' overlap"); }
            limit = segment.Limit;
        }
    }
}
