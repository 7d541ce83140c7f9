using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// The different elements (or slices along <c>axis</c>), sorted or in order of appearance; with the first place of each, the place in the
/// result of each element, and how often each occurs. ONNX Unique, opset 11 to 28, for numbers.
/// </summary>
internal sealed class Unique : IValueOperator
{
    public OperatorSchema Schema { get; } = new("Unique", 11, 1, 1, MaxOutputs: 4);

    public OperatorTraits Traits { get; } = new() { IsSetting = static _ => true };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact x = site.Number(0), list = SiteChecks.OpenFact(ElementType.Int64, 1);
        TensorFact y = site.Attributes.Contains("axis")
            ? x with { Dimensions = x.Dimensions.SetItem(site.Axis(site.Attributes.Int("axis"), x.Rank), Dimension.Unknown) }
            : SiteChecks.OpenFact(x.Type, 1);
        return [y, list, list, list];
    }

    public ImmutableArray<Tensor> Evaluate(Node node, ImmutableArray<Tensor?> inputs) => inputs[0]!.Type switch
    {
        ElementType.Float32 => Run<float>(node, inputs[0]!),
        ElementType.Float64 => Run<double>(node, inputs[0]!),
        ElementType.Float16 => Run<Half>(node, inputs[0]!),
        ElementType.Int64 => Run<long>(node, inputs[0]!),
        ElementType.Int32 => Run<int>(node, inputs[0]!),
        ElementType.Int16 => Run<short>(node, inputs[0]!),
        ElementType.Int8 => Run<sbyte>(node, inputs[0]!),
        ElementType.UInt64 => Run<ulong>(node, inputs[0]!),
        ElementType.UInt32 => Run<uint>(node, inputs[0]!),
        ElementType.UInt16 => Run<ushort>(node, inputs[0]!),
        _ => Run<byte>(node, inputs[0]!),
    };

    private static ImmutableArray<Tensor> Run<T>(Node node, Tensor x) where T : unmanaged, IComparable<T>
    {
        Shape shape = node.Attributes.Contains("axis") ? x.Shape : new Shape(x.Length);
        int axis = Axes.FromFront(node.Attributes.Int("axis", 0), shape.Rank), count = shape[axis], outer = shape.Count(0, axis), inner = shape.Count(axis + 1, shape.Rank);
        T[] elements = x.AsSpan<T>().ToArray();
        int[] order = [.. Enumerable.Range(0, count)];
        Array.Sort(order, (a, b) => Compare(a, b) is var way && way != 0 ? way : a - b);
        var groups = new List<(int First, int Count)>();
        int[] group = new int[count];
        for (int i = 0; i < count; i++)
        {
            if (i == 0 || Compare(order[i - 1], order[i]) != 0) { groups.Add((order[i], 0)); }
            groups[^1] = (groups[^1].First, groups[^1].Count + 1);
            group[order[i]] = groups.Count - 1;
        }
        int[] ranks = [.. Enumerable.Range(0, groups.Count)];
        if (node.Attributes.Int("sorted", 1) == 0) { Array.Sort(ranks, (a, b) => groups[a].First - groups[b].First); }
        int[] place = new int[groups.Count];
        for (int i = 0; i < ranks.Length; i++) { place[ranks[i]] = i; }

        var y = new Tensor(x.Type, new Shape([.. shape.Sizes.SetItem(axis, groups.Count)]));
        Span<T> to = y.AsSpan<T>();
        for (int o = 0; o < outer; o++)
        {
            for (int i = 0; i < ranks.Length; i++) { elements.AsSpan((o * count + groups[ranks[i]].First) * inner, inner).CopyTo(to[((o * ranks.Length + i) * inner)..]); }
        }
        return
        [
            y,
            Tensor.Create([.. ranks.Select(rank => (long)groups[rank].First)]),
            Tensor.Create([.. group.Select(rank => (long)place[rank])]),
            Tensor.Create([.. ranks.Select(rank => (long)groups[rank].Count)]),
        ];

        int Compare(int a, int b)
        {
            for (int o = 0; o < outer; o++)
            {
                for (int i = 0; i < inner; i++)
                {
                    int way = elements[(o * count + a) * inner + i].CompareTo(elements[(o * count + b) * inner + i]);
                    if (way != 0) { return way; }
                }
            }
            return 0;
        }
    }
}
