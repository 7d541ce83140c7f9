using System.Globalization;
using Microsoft.ML.Data;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests;

/// <summary>Models saved by ML.NET and loaded again, with nothing of this package.</summary>
[TestClass]
public sealed class SaveSpec
{
    private static readonly QuantizableModel s_model = Networks.Mlp();
    private readonly MLContext _ml = new(seed: 1);

    private TransformerChain<QuantizedModelTransformer> Chain(IDataView source) =>
        _ml.Transforms.QuantizeObserve("Score", "Features", s_model).Append(_ml.Transforms.QuantizeConvertStatic("Score")).Fit(source);

    // What ONNX Runtime answers from the file that SaveOnnx writes.
    private static float[][] Expected(QuantizedNetwork network, Sample[] samples)
    {
        using var file = new MemoryStream();
        network.SaveOnnx(file);
        using var session = new OnnxRuntimeSession(file.ToArray());
        return [.. samples.Select(sample => session.Run(Tensor.Create<float>(sample.Features, new Shape(1, 4)))[0].AsSpan<float>().ToArray())];
    }

    [TestMethod]
    public void A_second_process_without_the_product_scores_as_ONNX_Runtime_does_on_the_exported_file()
    {
        OnnxRuntimeSession.Require();
        IDataView source = Sample.View(_ml);
        TransformerChain<QuantizedModelTransformer> chain = Chain(source);
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, SavedModel.Save(chain, source.Schema));
            string[] lines = SecondProcess.Run(new Dictionary<string, string?>(), "load", path);
            Assert.AreEqual("without the product", lines[^1]);
            float[][] expected = Expected(chain.LastTransformer.Model, Sample.Draw(20));
            for (int i = 0; i < expected.Length; i++)
            {
                CollectionAssert.AreEqual(expected[i], lines[i].Split(' ').Select(value => float.Parse(value, CultureInfo.InvariantCulture)).ToArray());
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    [TestMethod]
    public void A_loaded_chain_holds_the_int8_network_once_and_nothing_of_the_float_one()
    {
        IDataView source = Sample.View(_ml);
        ITransformer loaded = SavedModel.Reload(Chain(source), source.Schema, out _);
        Assert.AreEqual(2, Chain(source).Transform(source).Schema.Count(column => column.Name == "Score"));
        Assert.AreEqual(1, loaded.Transform(source).Schema.Count(column => column.Name == "Score"), "Observe loads as a step that does nothing");
    }

    [TestMethod]
    public void A_loaded_chain_agrees_with_the_saved_one_and_with_its_prediction_engine()
    {
        Sample[] samples = Sample.Draw(40);
        IDataView source = _ml.Data.LoadFromEnumerable(samples);
        var chain = _ml.Transforms.NormalizeMinMax("Features").Append(_ml.Transforms.QuantizeObserve("Score", "Features", s_model)).Append(_ml.Transforms.QuantizeConvertStatic("Score")).Fit(source);
        ITransformer loaded = SavedModel.Reload(chain, source.Schema, out DataViewSchema schema);
        SavedModel.AssertSame(chain.Transform(source), loaded.Transform(source), "Score");
        using PredictionEngine<Sample, Scored> engine = new MLContext().Model.CreatePredictionEngine<Sample, Scored>(loaded, schema);
        float[][] scores = [.. loaded.Transform(source).GetColumn<float[]>("Score")];
        for (int i = 0; i < samples.Length; i++) { CollectionAssert.AreEqual(scores[i], engine.Predict(samples[i]).Score); }
    }

    [TestMethod]
    public void The_last_transformer_alone_can_be_saved()
    {
        IDataView source = Sample.View(_ml);
        QuantizedModelTransformer transformer = Chain(source).LastTransformer;
        SavedModel.AssertSame(transformer.Transform(source), SavedModel.Reload(transformer, source.Schema, out _).Transform(source), "Score");
    }

    [TestMethod]
    [DataRow("x", "y")]
    [DataRow("y", "x")]
    [DataRow("first_w", "first_b")]
    [DataRow("Features", "Features")]
    [DataRow("relu_output", "relu_output")]
    public void Columns_may_have_the_names_of_values_inside_the_network_and_each_others(string input, string output)
    {
        IDataView source = _ml.Transforms.CopyColumns(input, "Features").Fit(Sample.View(_ml)).Transform(Sample.View(_ml));
        QuantizedModelTransformer transformer = _ml.Transforms.QuantizeStatic(output, input, s_model).Fit(source);
        IDataView expected = transformer.Transform(source), found = SavedModel.Reload(transformer, source.Schema, out _).Transform(source);
        Assert.AreEqual(expected.Schema[output].Type, found.Schema[output].Type);
        SavedModel.AssertSame(expected, found, output);
    }

    [TestMethod]
    public void One_column_may_feed_two_inputs_of_different_axes()
    {
        IDataView source = Sample.View(_ml);
        QuantizedModelTransformer transformer = _ml.Transforms.QuantizeStatic(Networks.SameTwice(), new() { Inputs = [new("flat", "Features"), new("square", "Features")], OutputColumnName = "Score" }).Fit(source);
        SavedModel.AssertSame(transformer.Transform(source), SavedModel.Reload(transformer, source.Schema, out _).Transform(source), "Score");
    }

    [TestMethod]
    public void A_name_that_ApplyOnnxModel_would_change_is_refused()
    {
        IDataView source = Sample.View(_ml);
        QuantizedModelTransformer transformer = _ml.Transforms.QuantizeStatic("Score.output", "Features", s_model).Fit(source);
        StringAssert.Contains(Assert.Throws<NotSupportedException>(() => _ml.Model.Save(transformer, source.Schema, new MemoryStream())).Message,
            "Column 'Score.output' cannot be stored in an ML.NET model file: the step ApplyOnnxModel cuts '.output' from the names of its columns. Give the column another name");
    }

    [TestMethod]
    public void Without_ONNX_Runtime_saving_says_what_to_do_and_leaves_the_old_file()
    {
        DirectoryInfo empty = Directory.CreateTempSubdirectory();
        string path = Path.Combine(empty.FullName, "model.zip");
        try
        {
            File.WriteAllText(path, "the model of yesterday");
            string[] lines = SecondProcess.Run(new Dictionary<string, string?> { ["MLQ_ONNXRUNTIME"] = null }, "save", path, empty.FullName);
            if (lines is ["saved"]) { Assert.Inconclusive("This binding brings an ONNX Runtime along, so it is never absent."); }
            string message = string.Join(' ', lines);
            StringAssert.Contains(message, "Add the package Microsoft.ML.OnnxRuntime");
            StringAssert.Contains(message, "transformer.Model.SaveOnnx(path)");
            StringAssert.Contains(message, "mlContext.Transforms.QuantizedOnnx(output, input, path)");
            if (typeof(MLContext).Assembly.GetName().Name != "Microsoft.ML.Compatibility") { Assert.Inconclusive("ML.NET itself opens the file before it asks the model to write."); }
            Assert.AreEqual("the model of yesterday", File.ReadAllText(path));
            Assert.AreEqual(1, empty.GetFiles().Length, "no file of another name is left");
        }
        finally
        {
            empty.Delete(recursive: true);
        }
    }

    [TestMethod]
    public void A_file_of_SaveOnnx_comes_back_with_the_same_scores()
    {
        IDataView source = Sample.View(_ml);
        QuantizedModelTransformer before = Chain(source).LastTransformer;
        string path = Path.GetTempFileName();
        try
        {
            before.Model.SaveOnnx(path);
            QuantizedModelTransformer after = _ml.Transforms.QuantizedOnnx("Score", "Features", path).Fit(source);
            CollectionAssert.AreEqual(ViewText.Of(before.Transform(source), ["Score"]), ViewText.Of(after.Transform(source), ["Score"]));
            CollectionAssert.AreEqual(before.Model.Execution.Where(note => note.Applied).Select(note => note.Node).ToArray(), after.Model.Execution.Where(note => note.Applied).Select(note => note.Node).ToArray());
        }
        finally
        {
            File.Delete(path);
        }
    }

    [TestMethod]
    public void A_float_file_is_refused_by_QuantizedOnnx()
    {
        string path = RepositoryFolder.At("test", "Models", "digits_mlp.onnx");
        Refusal.Of(() => _ml.Transforms.QuantizedOnnx("Score", "Features", path), "is a float network; expected one that was quantized", "QuantizableModel.LoadOnnx");
        Refusal.Of(() => _ml.Transforms.QuantizedOnnx("Score", "Features", "no such model.onnx"), "no such model.onnx");
    }
}
