using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Kernels.Functional;

namespace Microsoft.ML.Quantization.Modules.Tests;

/// <summary>
/// Float modules against PyTorch 1.13.1: inputs and parameters follow <see cref="Numbers"/>, and six values spread over the results were written down there. Recurrent layers have a quarter of these parameters.
/// </summary>
[TestClass]
public sealed class FloatModuleSpec
{
    public static IEnumerable<object[]> Cases =>
    [
        ["Linear", 24, new double[] { 0.6171875, 2.0585938, -1.359375, 0.109375, 0.4140625, 3.5234375 }],
        ["Conv1d", 60, new double[] { -2.65625, 0.3203125, 0.4375, 2.6875, 2.453125, -1.703125 }],
        ["Conv2d same", 90, new double[] { -0.640625, -0.125, -0.25, 0.15625, -3.234375, 3.71875 }],
        ["Conv2d reflect", 90, new double[] { 2.3515625, 2.5585938, 1.2070312, 1.3007812, 1.4101562, 3.0898438 }],
        ["Conv3d", 24, new double[] { 1.296875, 0.359375, 0.796875, 1.390625, 1.296875, 0.828125 }],
        ["ConvTranspose1d", 120, new double[] { -3.9921875, 0.3242188, 0.9804688, -1.2773438, 1.1445312, 0.2226562 }],
        ["ConvTranspose2d", 168, new double[] { 0.890625, -3.1796875, 1.40625, 0.3359375, -0.6171875, 1.3164062 }],
        ["ConvTranspose3d", 72, new double[] { 1.0, -2.875, 1.28125, 1.6875, -0.15625, 1.3671875 }],
        ["BatchNorm1d", 12, new double[] { -0.1835061, -0.5535061, -1.2041235, 0.1830602, -2.2247407, -0.0143456 }],
        ["BatchNorm2d", 48, new double[] { -0.1837755, -0.6053762, 0.0705691, -0.7959439, -0.000806, -0.3528127 }],
        ["BatchNorm3d", 16, new double[] { -0.8164939, 1.5819569, 0.7144321, -1.7457366, 0.818314, -0.1091086 }],
        ["LayerNorm", 24, new double[] { 0.5140104, 0.146772, -0.1386712, 0.7614022, -0.0699717, 0.171034 }],
        ["GroupNorm", 24, new double[] { 0.4093736, 0.4709741, 0.0631459, -0.8873311, 0.3732163, 0.0891016 }],
        ["InstanceNorm2d", 72, new double[] { 0.5140105, -0.4211453, 0.0129502, -0.2850895, 0.4256172, -0.245346 }],
        ["ReLU6", 16, new double[] { 0.0, 0.9375, 0.0, 0.0, 1.75, 0.6875 }],
        ["Hardtanh", 16, new double[] { -0.5, 0.75, -0.125, -0.5, 0.75, 0.6875 }],
        ["Sigmoid", 16, new double[] { 0.1192029, 0.7185944, 0.4687906, 0.2337064, 0.8519527, 0.6654106 }],
        ["Tanh", 16, new double[] { -0.9640276, 0.7340715, -0.124353, -0.8298019, 0.9413756, 0.5963736 }],
        ["Hardsigmoid", 16, new double[] { 0.1666667, 0.65625, 0.4791667, 0.3020833, 0.7916667, 0.6145833 }],
        ["Hardswish", 16, new double[] { -0.3333333, 0.6152344, -0.0598958, -0.358724, 1.3854166, 0.422526 }],
        ["ELU", 16, new double[] { -0.6052653, 0.9375, -0.0822522, -0.486512, 1.75, 0.6875 }],
        ["LeakyReLU", 16, new double[] { -0.4, 0.9375, -0.025, -0.2375, 1.75, 0.6875 }],
        ["Softmax", 24, new double[] { 0.0599778, 0.2093431, 0.0473388, 0.2121578, 0.2093431, 0.0473388 }],
        ["GELU", 16, new double[] { -0.0455001, 0.77414, -0.0562827, -0.1395494, 1.6798966, 0.5184549 }],
        ["PReLU", 24, new double[] { 2.0, -0.609375, -0.7421875, 0.0625, -0.3046875, -0.5078125 }],
        ["MaxPool1d", 10, new double[] { 0.3125, 0.9375, 1.5625, 1.125, 1.75, 1.3125 }],
        ["MaxPool2d ceil", 18, new double[] { 1.5625, 1.125, 0.25, 0.4375, 1.875, -0.6875 }],
        ["MaxPool3d", 8, new double[] { 1.75, 1.5625, 1.75, 1.9375, 1.9375, 1.3125 }],
        ["AvgPool1d", 10, new double[] { -0.5625, -0.0416667, -0.125, -0.0208333, 0.0625, 0.1041667 }],
        ["AvgPool2d pads", 18, new double[] { -0.0625, 0.28125, -0.375, -0.4479167, 0.4513889, 0.375 }],
        ["AvgPool3d", 8, new double[] { 0.03125, -0.15625, -0.03125, 0.34375, 0.15625, -0.40625 }],
        ["AdaptiveAvgPool2d", 12, new double[] { -0.53125, 0.09375, -0.34375, 1.21875, -0.15625, -0.28125 }],
        ["RNN", 80, new double[] { 0.0, 0.1321214, 0.24537, 0.0363935, 0.6933651, 0.1321214 }],
        ["GRU", 40, new double[] { -0.0536055, 0.2104418, 0.1615345, 0.2493587, 0.4102402, 0.2493587 }],
        ["LSTM", 112, new double[] { -0.0529879, -0.1597845, -0.0599982, -0.167052, -0.2764853, 0.3584298 }],
    ];

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void A_float_module_computes_what_PyTorch_computes(string name, int length, double[] expected)
    {
        (Module module, int[] shape) = Build(name);
        float[] found = Run(module, Numbers.Input(shape));
        Assert.HasCount(length, found);
        for (int i = 0; i < expected.Length; i++) { Assert.AreEqual(expected[i], found[i * (length - 1) / 5], 2e-6 * Math.Max(1, Math.Abs(expected[i])), $"value {i * (length - 1) / 5}"); }
    }

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void The_graph_of_a_module_gives_the_same_bits_with_and_without_a_known_batch(string name, int length, double[] expected)
    {
        (Module module, int[] shape) = Build(name);
        Tensor x = Numbers.Input(shape);
        float[] eager = Run(module, x);
        Assert.HasCount(length, eager);
        Assert.HasCount(6, expected);
        int batchAxis = name is "RNN" or "LSTM" ? 1 : 0;
        foreach (bool known in (bool[])[true, false])
        {
            ImmutableArray<Dimension> axes = [.. shape.Select((size, axis) => known || axis != batchAxis ? Dimension.Known(size) : Dimension.Named("batch"))];
            using ExecutionPlan plan = ExecutionPlan.Bind(module.ToGraph([new("x", new TensorFact(ElementType.Float32, axes))]));
            CollectionAssert.AreEqual(eager, plan.Run(x).SelectMany(result => result.AsSpan<float>().ToArray()).ToArray(), known ? "known" : "open");
        }
    }

    [TestMethod]
    public void Bags_of_rows_are_reduced_as_PyTorch_reduces_them()
    {
        Tensor indices = Tensor.Create(1L, 4, 4, 0, 2, 3), offsets = Tensor.Create(0L, 2, 2, 5);
        Check([1.1875, 0.8125, 0.4375, 0, 0, 0, -0.375, 1.0625, 0.5, -0.6875, -0.875, 0.9375], Bag(BagMode.Sum).Forward([indices, offsets])[0]);
        Check([0.59375, 0.40625, 0.21875, 0, 0, 0, -0.125, 0.3541667, 0.1666667, -0.6875, -0.875, 0.9375], Bag(BagMode.Mean).Forward([indices, offsets])[0]);
        Check([0.75, 0.5625, 0.375, -0.125, 0.8125, 0.9375], Bag(BagMode.Max).Forward(indices.Reshape(new Shape(2, 3))));
        Check([0.96875, 0.6875, 0.40625, 0, 0, 0, 2.46875, 0.234375, 0, -2.0625, -2.625, 2.8125],
            Bag(BagMode.Sum, last: true).Forward([indices, Tensor.Create(0L, 2, 2, 5, 6), Tensor.Create(0.5f, 1, 2, -1, 0.25f, 3)])[0]);

        static Module Bag(BagMode mode, bool last = false) => Numbers.Fill(new EmbeddingBag(5, 3, mode, last));

        static void Check(double[] expected, Value value)
        {
            float[] found = value.ToTensor().AsSpan<float>().ToArray();
            Assert.HasCount(expected.Length, found);
            for (int i = 0; i < found.Length; i++) { Assert.AreEqual(expected[i], found[i], 2e-7, $"[{i}]"); }
        }
    }

    [TestMethod]
    public void Cells_are_one_step_of_their_layers()
    {
        Tensor x = Numbers.Input(2, 3), h = Numbers.Input(2, 4), c = Numbers.Input(2, 4);
        foreach ((Module cell, Module layer) in ((Module, Module)[])[(new LSTMCell(3, 4), new LSTM(3, 4)), (new GRUCell(3, 4), new GRU(3, 4)), (new RNNCell(3, 4, relu: true), new RNN(3, 4, relu: true))])
        {
            Numbers.Fill(cell);
            Numbers.Fill(layer);
            ImmutableArray<Value> states = cell is LSTMCell ? [x, h, c] : [x, h];
            ImmutableArray<Value> one = cell.Forward(states), all = layer.Forward([.. states.Select(state => state.Unsqueeze(0))]);
            for (int i = 0; i < one.Length; i++) { CollectionAssert.AreEqual(all[i + 1].ToTensor().AsSpan<float>().ToArray(), one[i].ToTensor().AsSpan<float>().ToArray(), cell.TypeName); }
        }
    }

    [TestMethod]
    public void Eight_threads_share_one_module()
    {
        Module model = Numbers.Fill(new Sequential(new Conv2d(2, 4, [3], new() { Padding = [1] }), new ReLU(), new Flatten(), new Linear(4 * 6 * 6, 5)));
        float[][] expected = [.. Enumerable.Range(1, 4).Select(batch => Run(model.Clone(), Numbers.Input(batch, 2, 6, 6)))];
        Parallel.For(0, 64, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i => CollectionAssert.AreEqual(expected[i % 4], Run(model, Numbers.Input(i % 4 + 1, 2, 6, 6))));
    }

    [TestMethod]
    public void A_parameter_that_is_set_takes_effect()
    {
        var layer = new Linear(Tensor.Create<float>([1, 2], new Shape(1, 2)), null);
        Tensor x = Tensor.Create<float>([1, 1], new Shape(1, 2));
        Assert.AreEqual(3f, Run(layer, x)[0]);
        new StateDict([new("weight", new(Tensor.Create<float>([5, 7], new Shape(1, 2)), null, IsParameter: true))]).LoadInto(layer);
        Assert.AreEqual(12f, Run(layer, x)[0]);
    }

    private static float[] Run(Module module, Tensor x) => [.. module.Forward([x]).SelectMany(result => result.ToTensor().AsSpan<float>().ToArray())];

    private static (Module Module, int[] Shape) Build(string name)
    {
        (Module module, int[] shape) = name switch
        {
            "Linear" => ((Module)new Linear(5, 3), (int[])[2, 4, 5]),
            "Conv1d" => (new Conv1d(4, 6, [3], new() { Strides = [2], Padding = [1], Groups = 2 }), [2, 4, 9]),
            "Conv2d same" => (new Conv2d(2, 3, [3, 2], new() { Same = true, Dilations = [2, 1] }), [1, 2, 6, 5]),
            "Conv2d reflect" => (new Conv2d(2, 3, [3], new() { Padding = [1] }, mode: PaddingMode.Reflect), [1, 2, 6, 5]),
            "Conv3d" => (new Conv3d(2, 2, [2], bias: false), [1, 2, 3, 4, 3]),
            "ConvTranspose1d" => (new ConvTranspose1d(4, 6, [3], new() { Strides = [2], Padding = [1], OutputPadding = [1], Groups = 2 }), [2, 4, 5]),
            "ConvTranspose2d" => (new ConvTranspose2d(2, 3, [3], new() { Dilations = [2] }), [1, 2, 4, 3]),
            "ConvTranspose3d" => (new ConvTranspose3d(2, 2, [2]), [1, 2, 2, 3, 2]),
            "BatchNorm1d" => (new BatchNorm1d(4), [3, 4]),
            "BatchNorm2d" => (new BatchNorm2d(4, 1e-3), [2, 4, 3, 2]),
            "BatchNorm3d" => (new BatchNorm3d(2, affine: false), [1, 2, 2, 2, 2]),
            "LayerNorm" => (new LayerNorm([3, 4]), [2, 3, 4]),
            "GroupNorm" => (new GroupNorm(2, 4), [2, 4, 3]),
            "InstanceNorm2d" => (new InstanceNorm2d(3, affine: true), [2, 3, 4, 3]),
            "Softmax" => (new Softmax(1), [2, 3, 4]),
            "PReLU" => (new PReLU(3), [2, 3, 4]),
            "MaxPool1d" => (new MaxPool1d([3], [2], [1]), [1, 2, 9]),
            "MaxPool2d ceil" => (new MaxPool2d([2], [2], ceilMode: true), [1, 2, 5, 5]),
            "MaxPool3d" => (new MaxPool3d([2], [1]), [1, 1, 3, 3, 3]),
            "AvgPool1d" => (new AvgPool1d([3], [2], [1]), [1, 2, 9]),
            "AvgPool2d pads" => (new AvgPool2d([3], [2], [1], countIncludePad: false), [1, 2, 5, 5]),
            "AvgPool3d" => (new AvgPool3d([2], [1]), [1, 1, 3, 3, 3]),
            "AdaptiveAvgPool2d" => (new AdaptiveAvgPool2d([2, null]), [1, 2, 4, 3]),
            "RNN" => (new RNN(3, 4, 2, relu: true, bidirectional: true), [3, 2, 3]),
            "GRU" => (new GRU(3, 4, 2, batchFirst: true), [2, 3, 3]),
            "LSTM" => (new LSTM(3, 4, 2, bidirectional: true), [3, 2, 3]),
            _ => (Activation(name), [4, 4]),
        };
        return (Numbers.Fill(module, module is RNNBase ? 0.25f : 1f), shape);
    }

    private static Module Activation(string name) => name switch
    {
        "ReLU6" => new ReLU6(),
        "Hardtanh" => new Hardtanh(-0.5f, 0.75f),
        "Sigmoid" => new Sigmoid(),
        "Tanh" => new Tanh(),
        "Hardsigmoid" => new Hardsigmoid(),
        "Hardswish" => new Hardswish(),
        "ELU" => new ELU(0.7f),
        "LeakyReLU" => new LeakyReLU(0.2f),
        _ => new GELU(),
    };
}

/// <summary>Numbers without randomness: <c>x[i] = (37 i mod 64 − 32) / 16</c>, parameters <c>(29 i mod 32 − 16) / 16</c>, variances half and their magnitude.</summary>
internal static class Numbers
{
    public static Tensor Input(params int[] shape) => Make(shape, 37, 64);

    public static Module Fill(Module module, float factor = 1f)
    {
        new StateDict(StateDict.Of(module).Entries.Select(entry => entry.Value.Tensor is { Type: ElementType.Float32 } tensor ? new(entry.Key, new(Parameter(entry.Key, tensor, factor), null, IsParameter: true)) : entry)).LoadInto(module);
        return module;
    }

    private static Tensor Parameter(string name, Tensor tensor, float factor)
    {
        Tensor filled = Make([.. tensor.Shape.Sizes], 29, 32);
        foreach (ref float value in filled.AsSpan<float>()) { value = name.EndsWith("running_var", StringComparison.Ordinal) ? Math.Abs(value) + 0.5f : factor * value; }
        return filled;
    }

    private static Tensor Make(int[] shape, int step, int modulus)
    {
        var tensor = new Tensor(ElementType.Float32, new Shape(shape));
        for (int i = 0; i < tensor.Length; i++) { tensor.AsSpan<float>()[i] = (i * step % modulus - modulus / 2) / 16f; }
        return tensor;
    }
}
