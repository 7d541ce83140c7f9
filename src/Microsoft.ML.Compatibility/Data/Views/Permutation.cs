namespace Microsoft.ML.Data;

internal static class Permutation
{
    /// <summary>The numbers below <paramref name="count"/>, each drawn from the first <paramref name="pool"/> that remain.</summary>
    public static int[] Draw(Random random, int count, int pool = int.MaxValue)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        for (int i = 0; i < count; i++)
        {
            int drawn = i + random.Next(Math.Min(count - i, pool));
            (order[i], order[drawn]) = (order[drawn], order[i]);
        }
        return order;
    }
}
