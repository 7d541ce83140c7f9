using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs.Operators;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// The edges of a plan, where layouts change: floats are quantized into channels-last codes in one step, codes rather than floats go back to row-major, and copies that
/// nobody reads are left out.
/// </summary>
internal static class PlanEdges
{
    /// <summary>The calls and the buffers of the graph's outputs, settled.</summary>
    public static (ImmutableArray<PlanCall> Calls, ImmutableArray<string> Outputs) Settle(IReadOnlyList<PlanCall> calls, ImmutableArray<string> outputs)
    {
        List<PlanCall> settled = Needed(calls, outputs);
        for (int i = 0; i < settled.Count; i++)
        {
            if (settled[i] is not { Step: LayoutStep layout } change || outputs.Contains(change.Inputs[0])) { continue; }
            string value = change.Inputs[0];
            int producer = settled.FindIndex(call => call.Outputs.Contains(value));
            if (producer < 0 || settled.Count(call => call.Inputs.Contains(value)) != 1) { continue; }
            PlanCall source = settled[producer];
            if (layout.ToChannelsLast && source.Step is QuantizeStep { Map: { IsPerChannel: false } map })
            {
                settled[producer] = new(source.Node, new QuantizeChannelsLastStep(map), source.Inputs, change.Outputs, change.Layout);
                settled.RemoveAt(i--);
            }
            else if (!layout.ToChannelsLast && source.Step is DequantizeStep && source.Layout == BufferLayout.ChannelsLast && !settled.Any(call => call.Outputs.Contains(RowMajor(source.Inputs[0]))))
            {
                string reordered = change.Outputs[0];
                settled[producer] = change with { Node = source.Node, Inputs = source.Inputs, Outputs = [RowMajor(source.Inputs[0])] };
                settled[i] = source with { Inputs = [RowMajor(source.Inputs[0])], Layout = BufferLayout.RowMajor };
                for (int reader = i + 1; reader < settled.Count; reader++) { settled[reader] = settled[reader] with { Inputs = Renamed(settled[reader].Inputs, reordered, value) }; }
                outputs = Renamed(outputs, reordered, value);
            }
        }
        return ([.. settled], outputs);
    }

    private static string RowMajor(string value) => LayoutStep.BufferName(value, BufferLayout.RowMajor);

    private static ImmutableArray<string> Renamed(ImmutableArray<string> names, string from, string to) => [.. names.Select(name => name == from ? to : name)];

    private static List<PlanCall> Needed(IReadOnlyList<PlanCall> calls, ImmutableArray<string> outputs)
    {
        var read = new HashSet<string>(outputs, StringComparer.Ordinal);
        var needed = new List<PlanCall>();
        foreach (PlanCall call in calls.Reverse())
        {
            if (call.Step is LayoutStep or CopyStep && !call.Outputs.Any(read.Contains)) { continue; }
            needed.Add(call);
            read.UnionWith(call.Inputs);
        }
        needed.Reverse();
        return needed;
    }
}
