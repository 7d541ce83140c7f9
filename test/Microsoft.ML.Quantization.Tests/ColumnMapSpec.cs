using Microsoft.ML.Data;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests;

/// <summary>Which column belongs to which input or output of a network.</summary>
[TestClass]
public sealed class ColumnMapSpec
{
    private readonly MLContext _ml = new(seed: 1);

    private void Refuses<TException>(QuantizableModel model, QuantizeObserveOptions options, string part) where TException : Exception =>
        StringAssert.Contains(Assert.Throws<TException>(() => _ml.Transforms.QuantizeObserve(model, options)).Message, part);

    [TestMethod]
    public void Two_inputs_one_of_them_a_single_number()
    {
        IDataView source = Sample.View(_ml);
        QuantizableModel model = Networks.TwoInputs();
        QuantizeObserveOptions options = new() { Inputs = [new("right", "Amount"), new("left", "Pair")], OutputColumnName = "Score" };
        IDataView scored = _ml.Transforms.QuantizeObserve(model, options).Fit(source).Transform(source);

        using var plan = ExecutionPlan.Bind(model.Graph);
        Sample sample = Sample.Draw(90)[3];
        float[] expected = plan.Run(Tensor.Create<float>(sample.Pair, new Shape(1, 2)), Tensor.Create<float>([sample.Amount], new Shape(1, 1)))[0].AsSpan<float>().ToArray();
        CollectionAssert.AreEqual(expected, scored.GetColumn<float[]>("Score").ElementAt(3));

        IDataView converted = _ml.Transforms.QuantizeConvertStatic("Int8", "Score").Fit(scored).Transform(scored);
        float worst = converted.GetColumn<float[]>("Int8").ElementAt(3).Zip(expected, (a, b) => MathF.Abs(a - b)).Max();
        Assert.IsTrue(worst < 0.2f, $"largest difference {worst}");
    }

    [TestMethod]
    public void Columns_named_as_the_network_names_them_need_no_map()
    {
        IDataView source = _ml.Transforms.CopyColumns("x", "Features").Fit(Sample.View(_ml)).Transform(Sample.View(_ml));
        IDataView scored = _ml.Transforms.QuantizeObserve(Networks.Mlp()).Fit(source).Transform(source);
        Assert.AreEqual(3, scored.GetColumn<float[]>("y").First().Length);
        Assert.AreEqual(3, _ml.Transforms.QuantizeStatic("Score", null, Networks.Mlp()).Fit(source).Transform(source).GetColumn<float[]>("Score").First().Length);
    }

    [TestMethod]
    public void Two_outputs_in_columns_of_other_names()
    {
        IDataView source = _ml.Data.LoadFromEnumerable(Wide.Draw(40));
        QuantizeObserveOptions options = new() { InputColumnName = "Features", Outputs = [new("FloatScores", "scores"), new("FloatMap", "map")] };
        IDataView observed = _ml.Transforms.QuantizeObserve(Networks.Cnn(), options).Fit(source).Transform(source);
        QuantizedModelTransformer converted = _ml.Transforms.QuantizeConvertStatic("Map", "FloatMap", new() { FurtherOutputs = [new("Scores", "scores")] }).Fit(observed);

        IDataView scored = converted.Transform(observed);
        Assert.AreEqual(8, ((VectorDataViewType)scored.Schema["Map"].Type).Size);
        Assert.AreEqual(3, ((VectorDataViewType)scored.Schema["Scores"].Type).Size);
        float[][] maps = [.. scored.GetColumn<float[]>("Map")], scores = [.. scored.GetColumn<float[]>("Scores")];
        for (int i = 0; i < maps.Length; i++)
        {
            float[] row = [.. source.GetColumn<float[]>("Features").ElementAt(i)];
            CollectionAssert.AreEqual(Networks.Run(converted.Model.Graph, row, output: 0), maps[i]);
            CollectionAssert.AreEqual(Networks.Run(converted.Model.Graph, row, output: 1), scores[i]);
        }
    }

    [TestMethod]
    public void A_map_that_does_not_fit_the_network_is_refused()
    {
        QuantizableModel one = Networks.Mlp(), two = Networks.TwoInputs(), cnn = Networks.Cnn();
        Refuses<ArgumentException>(one, new() { Inputs = [new("z", "Features")] }, "The network has no input 'z'; it has 'x'");
        Refuses<ArgumentException>(one, new() { Outputs = [new("Score", "z")] }, "The network has no output 'z'; it has 'y'");
        Refuses<ArgumentException>(two, new() { Inputs = [new("left", "Pair")] }, "No column is mapped to the network's input 'right'");
        Refuses<ArgumentException>(two, new() { InputColumnName = "Pair" }, "The network has several inputs ('left', 'right')");
        Refuses<ArgumentException>(cnn, new() { OutputColumnName = "Score" }, "The network has several outputs ('map', 'scores')");
        Refuses<ArgumentException>(cnn, new() { Outputs = [new("Same", "map"), new("Same", "scores")] }, "mapped to column 'Same'");
        Refuses<ArgumentException>(one, new() { InputColumnName = "a", Inputs = [new("x", "b")] }, "Both InputColumnName and Inputs are set");
        Refuses<ArgumentException>(one, new() { OutputColumnName = "a", Outputs = [new("b", "y")] }, "Both OutputColumnName and Outputs are set");
        Refuses<ArgumentException>(one, new() { InputColumnName = "Same", OutputColumnName = "Same" }, "QuantizeObserve reads and writes 'Same'. Give the output another name");
    }

    [TestMethod]
    public void Settings_out_of_range_are_refused()
    {
        Refuses<ArgumentOutOfRangeException>(Networks.Mlp(), new() { BatchSize = 0 }, "BatchSize is 0; expected 1 or more");
        Refuses<ArgumentOutOfRangeException>(Networks.Mlp(), new() { Threads = -1 }, "Threads is -1; expected 1 or more");
        Refuses<ArgumentOutOfRangeException>(Networks.Mlp(), new() { CalibrationRows = 0 }, "CalibrationRows is 0; expected 1 or more");
        Refuses<QuantizationException>(Networks.Mlp(), new() { Engine = "Abacus" }, "There is no engine 'Abacus'");
        StringAssert.Contains(Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Transforms.QuantizeConvertStatic("Score", options: new() { BatchSize = 0 })).Message, "BatchSize is 0");
    }

    [TestMethod]
    public void Networks_that_no_column_can_feed_are_refused()
    {
        void Refused(QuantizableModel model, params string[] parts) => Refusal.Of(() => _ml.Transforms.QuantizeObserve("Score", "Features", model), parts);
        Refused(Networks.Identity(ElementType.Float32, Dimension.Named("rows"), Dimension.Named("length")), "input x: float32[rows, length] has an axis whose size is not known", "Export the model with fixed inner sizes");
        Refused(Networks.Identity(ElementType.Float32, 8, 4), "has no first axis for the rows", "Export the model with a dynamic batch axis");
        Refused(Networks.Identity(ElementType.Float16, Dimension.Named("rows"), 4), "input x: float16[rows, 4] holds elements that no column of a data view holds", "Convert them inside the network");
    }
}
