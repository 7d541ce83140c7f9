using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>How many rows of a call run together on one thread.</summary>
internal static class GroupSize
{
    /// <summary>Groups for each thread: the more, the less a thread waits for the last one, and the more often weights are read.</summary>
    private const int GroupsPerThread = 2;

    /// <summary>Multiplications below which handing work to another thread costs more than it saves.</summary>
    private const long WorthSharing = 1 << 21;

    /// <summary>Rows that a weight should meet in one group. Below, threads do better to share the weights of each product.</summary>
    private const long FewestRowsOfProduct = 16;

    /// <summary>Rows of one group, or null where the call runs as a whole.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="facts">Types and shapes of the call.</param>
    /// <param name="rows">Its rows.</param>
    public static int? Of(ExecutionPlan plan, ImmutableDictionary<string, TensorFact> facts, int rows)
    {
        if (!plan.SplitsRows || plan.Workers is not { } workers || rows < workers.Threads) { return null; }
        PlanWork work = PlanWork.Of(plan, facts);
        if (work.Multiplications < WorthSharing) { return null; }
        int groups = Math.Min(rows, GroupsPerThread * workers.Threads), groupRows = (rows + groups - 1) / groups;
        return work.Multiplications / rows * groupRows < FewestRowsOfProduct * work.Weights ? null : groupRows;
    }
}
