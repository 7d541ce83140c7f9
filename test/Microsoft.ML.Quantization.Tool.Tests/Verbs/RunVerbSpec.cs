using System.Text.Json;
using Microsoft.ML.Quantization.Kernels;
using Microsoft.ML.Quantization.Tool.Data;

namespace Microsoft.ML.Quantization.Tool.Tests.Verbs;

[TestClass]
public sealed class RunVerbSpec
{
    private readonly TempFolder _folder = new();

    [TestCleanup]
    public void Clean() => _folder.Dispose();

    [TestMethod]
    public void The_result_holds_one_row_of_each_output_for_each_row_given()
    {
        JsonElement result = CommandRun.Json("run", SmallModels.Dense(_folder), "--input", SmallModels.Rows(_folder, 37), "-o", _folder.At("out.npz"));
        Assert.AreEqual(37, result.GetProperty("rows").GetInt32());
        Assert.AreEqual("scores", result.GetProperty("arrays")[0].GetString());
        Assert.IsTrue(result.GetProperty("medianMillisecondsPerRow").GetDouble() > 0);
        using DataFile written = DataFile.Open(_folder.At("out.npz"));
        CollectionAssert.AreEqual(new[] { "scores" }, written.Names.ToArray());
        Assert.AreEqual(new Shape(37, SmallModels.Classes), written.Read("scores").Shape);
    }

    [TestMethod]
    public void Answers_are_not_written_over_what_they_come_from_nor_under_the_name_of_a_table()
    {
        string model = SmallModels.Dense(_folder);
        string rows = SmallModels.Rows(_folder, 3);
        byte[] before = File.ReadAllBytes(rows);
        CommandRun.Refused(["run", model, "--input", rows, "-o", rows], "would replace", "another name");
        CommandRun.Refused(["run", model, "--input", rows, "-o", _folder.At("out.csv")], "out.csv", "ends in .npz");
        CollectionAssert.AreEqual(before, File.ReadAllBytes(rows));
        CollectionAssert.AreEqual(new[] { "dense.onnx", "rows.npz" }, _folder.Files);
    }

    [TestMethod]
    public void Engine_threads_and_batch_change_no_byte_of_float_and_int8_results()
    {
        string dense = SmallModels.Dense(_folder);
        string rows = SmallModels.Rows(_folder, 37);
        CommandRun.Json("static", dense, "--calibration", rows, "-o", _folder.At("int8.onnx"));
        foreach (string model in (string[])[dense, _folder.At("int8.onnx")])
        {
            byte[]? first = null;
            foreach (string engine in EngineList.Supported.Select(engine => engine.Name))
            {
                foreach ((string batch, string threads) in ((string, string)[])[("1", "2"), ("32", "1"), ("32", "2"), ("5", "3"), ("100", "1")])
                {
                    CommandRun.Json("run", model, "--input", rows, "-o", _folder.At("out.npz"), "--engine", engine, "--batch", batch, "--threads", threads);
                    byte[] bytes = File.ReadAllBytes(_folder.At("out.npz"));
                    CollectionAssert.AreEqual(first ??= bytes, bytes, $"{model} {engine} batch {batch} threads {threads}");
                }
            }
        }
    }

    [TestMethod]
    public void A_table_serves_a_model_with_one_input()
    {
        string csv = _folder.Write("rows.csv", "a,b,c,d,e,f,label\n" + string.Concat(Enumerable.Range(0, 5).Select(i => $"{i},1,2,3,4,-0.5,1\n")));
        Assert.AreEqual(5, CommandRun.Json("run", SmallModels.Dense(_folder), "--input", csv, "-o", _folder.At("out.npz")).GetProperty("rows").GetInt32());
    }

    [TestMethod]
    public void The_columns_of_a_table_can_be_an_image()
    {
        string csv = _folder.Write("rows.csv", string.Join(',', Enumerable.Range(0, 64).Select(i => $"p{i}")) + "\n" + string.Join(',', Enumerable.Range(0, 64)) + "\n");
        CommandRun.Json("run", SmallModels.Image(_folder), "--input", csv, "-o", _folder.At("out.npz"));
        using DataFile written = DataFile.Open(_folder.At("out.npz"));
        Assert.AreEqual(new Shape(1, 1, 8, 8), written.Read("blurred").Shape);
    }

    [TestMethod]
    public void A_model_with_a_fixed_batch_gets_just_that()
    {
        string model = SmallModels.Dense(_folder, batch: 4);
        CommandRun.Json("run", model, "--input", SmallModels.Rows(_folder, 8), "-o", _folder.At("out.npz"));
        CommandRun.Refused(["run", model, "--input", SmallModels.Rows(_folder, 9), "-o", _folder.At("no.npz")], "There are 9 rows; this model takes exactly 4 per call");
        CommandRun.Refused(["run", model, "--input", SmallModels.Rows(_folder, 8), "-o", _folder.At("no.npz"), "--batch", "2"], "The batch is 2; this model takes exactly 4");
        Assert.IsFalse(File.Exists(_folder.At("no.npz")));
    }

    [TestMethod]
    public void Rows_that_do_not_fit_are_refused_and_no_file_is_left()
    {
        string model = SmallModels.Dense(_folder);
        NpzWriter.Write(_folder.At("shape.npz"), [new("x", new Tensor(ElementType.Float32, new Shape(2, 5)))]);
        NpzWriter.Write(_folder.At("name.npz"), [new("y", new Tensor(ElementType.Float32, new Shape(2, 6)))]);
        NpzWriter.Write(_folder.At("type.npz"), [new("x", new Tensor(ElementType.UInt8, new Shape(2, 6)))]);
        NpzWriter.Write(_folder.At("empty.npz"), [new("x", new Tensor(ElementType.Float32, new Shape(0, 6)))]);
        string[] before = _folder.Files;
        Refused("shape.npz", "has shape [2, 5]; the model takes x: float32[batch, 6]");
        Refused("name.npz", "has no array 'x', which the model takes as float32[batch, 6]; it has 'y'");
        Refused("type.npz", "holds uint8; the model takes x: float32[batch, 6]", ".astype('<f4')");
        Refused("empty.npz", "has no rows");
        Refused("none.npz", "There is no data file");
        CollectionAssert.AreEqual(before, _folder.Files);

        void Refused(string data, params ReadOnlySpan<string> parts) => CommandRun.Refused(["run", model, "--input", _folder.At(data), "-o", _folder.At("out.npz")], parts);
    }

    [TestMethod]
    public void Reals_of_another_width_are_converted()
    {
        string model = SmallModels.Dense(_folder);
        float[] values = [.. Enumerable.Range(0, 12).Select(i => i / 4f)];
        NpzWriter.Write(_folder.At("f4.npz"), [new("x", Tensor.Create<float>(values, new Shape(2, 6)))]);
        NpzWriter.Write(_folder.At("f8.npz"), [new("x", Tensor.Create<double>([.. values.Select(value => (double)value)], new Shape(2, 6)))]);
        NpzWriter.Write(_folder.At("f2.npz"), [new("x", Tensor.Create<Half>([.. values.Select(value => (Half)value)], new Shape(2, 6)))]);
        foreach (string data in (string[])["f4", "f8", "f2"]) { CommandRun.Json("run", model, "--input", _folder.At(data + ".npz"), "-o", _folder.At($"out-{data}.npz")); }
        CollectionAssert.AreEqual(File.ReadAllBytes(_folder.At("out-f4.npz")), File.ReadAllBytes(_folder.At("out-f8.npz")));
        CollectionAssert.AreEqual(File.ReadAllBytes(_folder.At("out-f4.npz")), File.ReadAllBytes(_folder.At("out-f2.npz")));
    }

    [TestMethod]
    public void Unknown_engines_models_and_places_are_refused()
    {
        string model = SmallModels.Dense(_folder);
        string rows = SmallModels.Rows(_folder, 2);
        CommandRun.Refused(["run", model, "--input", rows, "-o", _folder.At("out.npz"), "--engine", "Abacus"], "no engine 'Abacus'", "Reference");
        CommandRun.Refused(["run", _folder.At("none.onnx"), "--input", rows, "-o", _folder.At("out.npz")], "There is no model file");
        CommandRun.Refused(["run", model, "--input", rows, "-o", _folder.At("none/out.npz")], "there is no folder");
        CommandRun.Refused(["run", model, "--input", rows, "-o", _folder.Root], "is a folder");
    }
}
