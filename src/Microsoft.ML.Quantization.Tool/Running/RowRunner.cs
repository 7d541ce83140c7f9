using System.Collections.Immutable;
using System.Diagnostics;
using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization.Tool.Running;

/// <summary>What a model said to all rows.</summary>
/// <param name="Outputs">One array for each output of the model, in its order, rows on the first axis.</param>
/// <param name="MedianMillisecondsPerRow">Median over the calls of the time of one call by its rows.</param>
internal sealed record RunResult(ImmutableArray<Tensor> Outputs, double MedianMillisecondsPerRow);

/// <summary>Runs a bound model over all rows of a data file, batch after batch. How rows are grouped does not change what they give.</summary>
internal static class RowRunner
{
    private const int MostWarmUpCalls = 100;

    // The runtime compiles a loop again, better, once it ran often and some 100 ms have passed; times before that are not the model's.
    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(0.3);

    /// <summary>Runs all rows.</summary>
    /// <param name="plan">The model.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="batch">Rows per call.</param>
    /// <param name="warmUp">Whether to repeat the first call, unmeasured, until times mean something.</param>
    /// <param name="progress">Told how many rows are done.</param>
    /// <param name="cancellation">Asked before each call.</param>
    /// <exception cref="QuantizationException">There are no rows, or an output does not have one row for each.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static RunResult Run(ExecutionPlan plan, ModelRows rows, int batch, bool warmUp, Action<int>? progress, CancellationToken cancellation)
    {
        if (rows.Count == 0) { throw new QuantizationException("The data has no rows; expected at least one."); }
        var outputs = new Tensor?[plan.Graph.Outputs.Length];
        var times = new List<double>();
        int done = 0;
        // A row's ranges come from that row alone, so that its result does not depend on its neighbours.
        if (!plan.RowsAreApart && rows.FixedBatch is null && !rows.AreCalls) { batch = 1; }
        foreach (ImmutableArray<Tensor> inputs in rows.Batches(batch))
        {
            cancellation.ThrowIfCancellationRequested();
            int count = rows.AreCalls ? 1 : inputs[0].Shape[0];
            using RunContext context = plan.Rent([.. inputs.Select(input => input.Shape)]);
            for (int i = 0; i < inputs.Length; i++) { context.Fill(i, inputs[i]); }
            if (warmUp && done == 0) { WarmUp(context, cancellation); }
            long start = Stopwatch.GetTimestamp();
            context.Run();
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds / count);
            for (int i = 0; i < outputs.Length; i++)
            {
                if (rows.AreCalls) { AppendCall(context, plan.Graph.Outputs[i], i, ref outputs[i], rows.Count, done); }
                else { Append(context, plan.Graph.Outputs[i], i, ref outputs[i], rows.Count, done, count); }
            }
            done += count;
            progress?.Invoke(done);
        }
        return new([.. outputs.Select(output => output!)], Median(times));
    }

    /// <summary>The middle of the sorted numbers, or the mean of the two in the middle.</summary>
    public static double Median(IEnumerable<double> numbers)
    {
        double[] sorted = [.. numbers.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private static void WarmUp(RunContext context, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        for (int call = 0; call < MostWarmUpCalls && Stopwatch.GetElapsedTime(start) < s_warmUp; call++)
        {
            cancellation.ThrowIfCancellationRequested();
            context.Run();
        }
    }

    // What one call gives is kept as it is; several calls are stacked, as their inputs were.
    private static void AppendCall(RunContext context, ValueInfo output, int index, ref Tensor? all, int calls, int done)
    {
        Shape shape = context.OutputShapes[index];
        all ??= new Tensor(output.Fact.Type, calls == 1 ? shape : new Shape([calls, .. shape.Sizes.AsSpan()]));
        if (calls > 1 && !all.Shape.Sizes.AsSpan()[1..].SequenceEqual(shape.Sizes.AsSpan()))
        {
            throw new QuantizationException($"Output '{output.Name}' has shape {shape} in call {done}; expected that of the first call, {new Shape([.. all.Shape.Sizes.AsSpan()[1..]])}.");
        }
        int callBytes = all.Bytes.Length / calls;
        context.Read(index, output.Fact.Type, all.Bytes.Slice(done * callBytes, callBytes));
    }

    private static void Append(RunContext context, ValueInfo output, int index, ref Tensor? all, int rows, int done, int count)
    {
        Shape shape = context.OutputShapes[index];
        if (shape.Rank == 0 || shape[0] != count || (all is not null && !all.Shape.Sizes.AsSpan()[1..].SequenceEqual(shape.Sizes.AsSpan()[1..])))
        {
            throw new QuantizationException($"Output '{output.Name}' has shape {shape} for {count} rows; expected one row of one size for each row given. This model cannot be run row by row.");
        }
        all ??= new Tensor(output.Fact.Type, new Shape([rows, .. shape.Sizes.AsSpan()[1..]]));
        int rowBytes = all.Bytes.Length / rows;
        context.Read(index, output.Fact.Type, all.Bytes.Slice(done * rowBytes, count * rowBytes));
    }
}
