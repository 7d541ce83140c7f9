using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization.Onnx.Tests;

/// <summary>What holds for every recurrent layer, float and with 8-bit weights, bit for bit.</summary>
[TestClass]
public sealed class RecurrentProperties
{
    private static readonly Config s_config = Config.QuickThrowOnFailure.WithMaxTest(60).WithReplay(20_26UL, 9UL);

    [TestMethod]
    public void Both_directions_are_two_layers_of_one() => Check.One(s_config, Prop.ForAll(Cases(), test =>
    {
        RecurrentModel both = test.Model with { Direction = "bidirectional" };
        Graph graph = both.Build();
        ImmutableArray<Tensor> inputs = both.Inputs(test.Times, test.Batch), expected = Run(graph, inputs, test.Quantized);
        for (int direction = 0; direction < 2; direction++)
        {
            RecurrentModel one = test.Model with { Direction = direction == 0 ? "forward" : "reverse" };
            var builder = new GraphBuilder(one.Build());
            foreach ((string name, Tensor tensor) in graph.Constants) { builder.AddConstant(name, At(tensor, 0, direction)); }
            // Initial states come last, one slice for each direction.
            int states = both.Initial ? both.States : 0;
            ImmutableArray<Tensor> own = [.. inputs.Select((input, i) => i >= inputs.Length - states ? At(input, 0, direction) : input)];
            ImmutableArray<Tensor> actual = Run(builder.Build(), own, test.Quantized);
            for (int i = 0; i < actual.Length; i++) { TensorAssert.AreEqual(At(expected[i], i == 0 ? 1 : 0, direction), actual[i]); }
        }
    }));

    [TestMethod]
    public void A_sequence_that_ends_early_is_a_shorter_sequence_and_gives_zeros_behind_its_end() => Check.One(s_config, Prop.ForAll(Cases(), test =>
    {
        RecurrentModel model = test.Model with { Lengths = true, Initial = false }, plain = model with { Lengths = false };
        ImmutableArray<Tensor> inputs = model.Inputs(test.Times, test.Batch), all = Run(model.Build(), inputs, quantized: false);
        for (int row = 0; row < test.Batch; row++)
        {
            int length = inputs[1].AsSpan<int>()[row];
            Tensor sequence = At(inputs[0], 1, row);
            var cut = Tensor.Create<float>(sequence.AsSpan<float>()[..(length * model.Features)], new Shape(length, 1, model.Features));
            ImmutableArray<Tensor> alone = Run(plain.Build(), [cut], quantized: false);
            ReadOnlySpan<float> y = At(all[0], 2, row).AsSpan<float>(), expected = alone[0].AsSpan<float>();
            CollectionAssert.AreEqual(expected.ToArray(), y[..expected.Length].ToArray());
            CollectionAssert.AreEqual(new float[y.Length - expected.Length], y[expected.Length..].ToArray());
            for (int i = 1; i < alone.Length; i++) { TensorAssert.AreEqual(alone[i], At(all[i], 1, row)); }
        }
    }));

    [TestMethod]
    public void A_float_row_does_not_depend_on_its_neighbours() => Check.One(s_config, Prop.ForAll(Cases(), test =>
    {
        RecurrentModel model = test.Model with { Lengths = false, Initial = false };
        ImmutableArray<Tensor> inputs = model.Inputs(test.Times, test.Batch), all = Run(model.Build(), inputs, quantized: false);
        for (int row = 0; row < test.Batch; row++) { TensorAssert.AreEqual(Run(model.Build(), [At(inputs[0], 1, row)], quantized: false)[0], At(all[0], 2, row)); }
    }));

    [TestMethod]
    public void The_batch_first_gives_the_same_in_another_order() => Check.One(s_config, Prop.ForAll(Cases(), IsTheSameWithTheBatchFirst));

    // With the batch first all gates are made at once, otherwise in blocks of steps.
    [TestMethod]
    [DataRow("LSTM", "forward", false)]
    [DataRow("LSTM", "bidirectional", true)]
    [DataRow("GRU", "reverse", false)]
    [DataRow("GRU", "bidirectional", true)]
    [DataRow("RNN", "bidirectional", false)]
    public void A_long_sequence_is_the_same_in_blocks(string op, string direction, bool quantized) =>
        IsTheSameWithTheBatchFirst(new(new RecurrentModel(op, 5, op == "RNN" ? 300 : 150, direction), 150, 2, quantized));

    [TestMethod]
    public void A_file_brings_back_the_same_layer() => Check.One(s_config, Prop.ForAll(Cases(), test =>
    {
        Graph quantized = new DynamicRecurrent(QConfigs.PerChannelDynamic).Run(test.Model.Build()).Graph;
        using var stream = new MemoryStream(ExporterSpec.Bytes(quantized));
        Graph read = OnnxImporter.Load(stream);
        CollectionAssert.AreEqual(quantized.Nodes.Select(node => $"{node}").ToArray(), read.Nodes.Select(node => $"{node}").ToArray());
        ImmutableArray<Tensor> inputs = test.Model.Inputs(test.Times, test.Batch);
        foreach ((Tensor expected, Tensor actual) in Run(quantized, inputs, false).Zip(Run(read, inputs, false))) { TensorAssert.AreEqual(expected, actual); }
    }));

    private sealed record Case(RecurrentModel Model, int Times, int Batch, bool Quantized);

    private static Arbitrary<Case> Cases() => Arb.From(
        from op in Gen.Elements("LSTM", "GRU", "RNN")
        from features in Gen.Choose(1, 20)
        from hidden in Gen.Choose(1, 40)
        from flags in Gen.Choose(0, 63)
        from seed in Gen.Choose(0, 1000)
        from times in Gen.Choose(1, 6)
        from batch in Gen.Choose(1, 4)
        select new Case(
            new RecurrentModel(op, features, hidden)
            {
                Seed = seed,
                Bias = (flags & 1) == 0,
                Lengths = (flags & 2) != 0,
                Initial = (flags & 4) != 0,
                Peepholes = op == "LSTM" && (flags & 8) != 0,
                Attributes = op == "GRU" ? NodeAttributes.Empty.With("linear_before_reset", (flags & 16) != 0) : NodeAttributes.Empty,
            },
            times, batch, (flags & 32) != 0));

    private static ImmutableArray<Tensor> Run(Graph graph, ImmutableArray<Tensor> inputs, bool quantized)
    {
        using ExecutionPlan plan = ExecutionPlan.Bind(quantized ? new DynamicRecurrent(QConfigs.Dynamic).Run(graph).Graph : graph);
        return plan.Run(inputs);
    }

    private static void IsTheSameWithTheBatchFirst(Case test)
    {
        RecurrentModel timeFirst = test.Model, batchFirst = timeFirst with { Attributes = timeFirst.Attributes.With("layout", 1) };
        ImmutableArray<Tensor> inputs = timeFirst.Inputs(test.Times, test.Batch), expected = Run(timeFirst.Build(), inputs, test.Quantized);
        ImmutableArray<Tensor> actual = Run(batchFirst.Build(), [.. inputs.Select(input => input.Shape.Rank == 3 ? Swap(input) : input)], test.Quantized);
        for (int i = 1; i < actual.Length; i++) { TensorAssert.AreEqual(expected[i], Swap(actual[i])); }
        for (int row = 0; row < test.Batch; row++) { CollectionAssert.AreEqual(At(expected[0], 2, row).Bytes.ToArray(), At(actual[0], 0, row).Bytes.ToArray()); }
    }

    /// <summary>One index of an axis, which stays with size 1.</summary>
    private static Tensor At(Tensor tensor, int axis, int index)
    {
        int[] sizes = [.. tensor.Shape.Sizes];
        int inner = sizes.Skip(axis + 1).Aggregate(tensor.Type.SizeInBytes(), (a, b) => a * b), outer = sizes.Take(axis).Aggregate(1, (a, b) => a * b), count = sizes[axis];
        sizes[axis] = 1;
        var result = new Tensor(tensor.Type, new Shape(sizes));
        for (int i = 0; i < outer; i++) { tensor.Bytes.Slice((i * count + index) * inner, inner).CopyTo(result.Bytes[(i * inner)..]); }
        return result;
    }

    /// <summary>The first two of three axes the other way round.</summary>
    private static Tensor Swap(Tensor tensor)
    {
        (int rows, int columns, int length) = (tensor.Shape[0], tensor.Shape[1], tensor.Shape[2]);
        var result = new Tensor(tensor.Type, new Shape(columns, rows, length));
        for (int i = 0; i < rows * columns; i++) { tensor.AsSpan<float>().Slice(i * length, length).CopyTo(result.AsSpan<float>()[((i % columns * rows + i / columns) * length)..]); }
        return result;
    }
}
