namespace Microsoft.ML.Data;

internal static class Permutation
{
    public static int[] Draw(Random random, int count)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        random.Shuffle(order);
        return order;
    }
}
