using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>Puts the nodes that an output needs into an order in which every value is written before it is read.</summary>
internal static class NodeOrder
{
    /// <summary>The needed nodes, in the given order as far as dependencies allow.</summary>
    /// <exception cref="QuantizationException">A value is written twice or never, or the nodes form a cycle.</exception>
    public static ImmutableArray<Node> Sort(string graph, IEnumerable<string> inputs, IEnumerable<string> constants, IReadOnlyList<Node> nodes, IReadOnlyList<string> outputs)
    {
        HashSet<string> given = new(inputs.Concat(constants), StringComparer.Ordinal);
        Dictionary<string, int> producers = new(StringComparer.Ordinal);
        for (int i = 0; i < nodes.Count; i++)
        {
            foreach (string output in nodes[i].Outputs.Where(output => output.Length > 0))
            {
                if (given.Contains(output) || !producers.TryAdd(output, i))
                {
                    throw new QuantizationException($"Graph '{graph}' writes value '{output}' more than once; expected one writer for each value.");
                }
            }
        }

        // Depth first without recursion, so that a hostile chain of a million nodes cannot overflow the stack.
        byte[] state = new byte[nodes.Count];
        var order = new List<int>(nodes.Count);
        var pending = new Stack<(int Node, int NextInput)>();
        foreach (string output in outputs)
        {
            Visit(output, "the graph's outputs");
            while (pending.TryPop(out (int Node, int NextInput) top))
            {
                Node node = nodes[top.Node];
                if (top.NextInput == node.Inputs.Length)
                {
                    state[top.Node] = 2;
                    order.Add(top.Node);
                    continue;
                }
                pending.Push((top.Node, top.NextInput + 1));
                if (node.Inputs[top.NextInput].Length > 0) { Visit(node.Inputs[top.NextInput], node.ToString()); }
            }
        }

        order.Sort();
        return IsSorted(order) ? [.. order.Select(index => nodes[index])] : Stable();

        void Visit(string value, string reader)
        {
            if (given.Contains(value)) { return; }
            if (!producers.TryGetValue(value, out int index))
            {
                throw new QuantizationException($"Value '{value}', read by {reader}, is written by no node of graph '{graph}' and is neither input nor constant.");
            }
            if (state[index] == 1) { throw new QuantizationException($"Graph '{graph}' has a cycle through {nodes[index]}; expected none."); }
            if (state[index] == 0)
            {
                state[index] = 1;
                pending.Push((index, 0));
            }
        }

        bool IsSorted(List<int> indexes) => indexes.All(index =>
            nodes[index].Inputs.All(input => input.Length == 0 || given.Contains(input) || producers[input] < index));

        // As in the given order, each node as soon as all it reads has been written.
        ImmutableArray<Node> Stable()
        {
            var ready = new PriorityQueue<int, int>();
            Dictionary<int, int> missing = [];
            Dictionary<int, List<int>> readers = [];
            foreach (int index in order)
            {
                int[] needs = [.. nodes[index].Inputs.Where(input => input.Length > 0 && !given.Contains(input)).Select(input => producers[input]).Distinct()];
                missing[index] = needs.Length;
                foreach (int need in needs)
                {
                    if (!readers.TryGetValue(need, out List<int>? list)) { readers[need] = list = []; }
                    list.Add(index);
                }
                if (needs.Length == 0) { ready.Enqueue(index, index); }
            }
            var sorted = ImmutableArray.CreateBuilder<Node>(order.Count);
            while (ready.TryDequeue(out int index, out _))
            {
                sorted.Add(nodes[index]);
                foreach (int reader in readers.GetValueOrDefault(index, []))
                {
                    if (--missing[reader] == 0) { ready.Enqueue(reader, reader); }
                }
            }
            return sorted.ToImmutable();
        }
    }
}
