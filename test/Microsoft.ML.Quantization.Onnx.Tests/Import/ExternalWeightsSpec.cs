using Google.Protobuf;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Onnx.Proto;
using static Microsoft.ML.Quantization.Onnx.Tests.SmallModel;

namespace Microsoft.ML.Quantization.Onnx.Tests;

[TestClass]
public sealed class ExternalWeightsSpec : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [TestMethod]
    public void Weights_are_read_from_a_range_of_a_file_beside_the_model()
    {
        File.WriteAllBytes(_folder.At("w.bin"), [9, 9, 0, 0, 0x80, 0x3F, 0, 0, 0, 0x40, 9]);
        CollectionAssert.AreEqual(new[] { 1f, 2f }, Weights(("location", "w.bin"), ("offset", "2"), ("length", "8")));
        CollectionAssert.AreEqual(new[] { 1f, 2f }, Weights(("location", "w.bin"), ("offset", "2"), ("checksum", "unused")));
    }

    [TestMethod]
    public void Weights_may_lie_in_a_folder_below_whatever_the_separator()
    {
        Directory.CreateDirectory(_folder.At("data"));
        File.WriteAllBytes(_folder.At("data", "w.bin"), new byte[8]);
        Assert.HasCount(2, Weights(("location", "data/w.bin")));
        Assert.HasCount(2, Weights(("location", "./data\\w.bin")));
    }

    [TestMethod]
    [DataRow("/etc/hostname")]
    [DataRow("../w.bin")]
    [DataRow("data/../../w.bin")]
    [DataRow("data\\..\\..\\w.bin")]
    [DataRow("\\\\server\\w.bin")]
    [DataRow("C:\\w.bin")]
    [DataRow("w\0.bin")]
    public void A_place_outside_the_models_folder_is_refused(string location) => RefusedHere([("location", location)], "Constant 'w'", "outside the model's folder");

    [TestMethod]
    public void A_link_that_leaves_the_models_folder_is_refused()
    {
        if (OperatingSystem.IsWindows()) { Assert.Inconclusive("Making links needs rights on Windows."); }
        using var elsewhere = new TemporaryFolder();
        File.WriteAllBytes(elsewhere.At("secret"), new byte[8]);
        File.CreateSymbolicLink(_folder.At("w.bin"), elsewhere.At("secret"));
        RefusedHere([("location", "w.bin")], "a link that leaves the model's folder");
        File.CreateSymbolicLink(_folder.At("loop"), _folder.At("loop"));
        RefusedHere([("location", "loop")], "'loop'");
    }

    [TestMethod]
    public void A_missing_file_a_folder_and_a_range_outside_the_file_are_refused()
    {
        RefusedHere([("location", "none.bin")], "'none.bin', which was not found beside the model");
        Directory.CreateDirectory(_folder.At("sub"));
        RefusedHere([("location", "sub")], "cannot be read");
        File.WriteAllBytes(_folder.At("w.bin"), new byte[8]);
        RefusedHere([("location", "w.bin"), ("offset", "1")], "needs 8 bytes from 1 of 'w.bin', which has 8");
        RefusedHere([("location", "w.bin"), ("offset", $"{long.MaxValue}")], "which has 8");
        RefusedHere([("location", "w.bin"), ("length", "4")], "needs 8 bytes; its external data has length 4");
        RefusedHere([("location", "w.bin"), ("offset", "-1")], "external offset '-1'");
        RefusedHere([("length", "8")], "names no location");
    }

    [TestMethod]
    public void A_small_file_cannot_be_read_into_many_large_constants()
    {
        File.WriteAllBytes(_folder.At("w.bin"), new byte[8]);
        ModelProto model = Create();
        model.Graph.Initializer.Clear();
        for (int i = 0; i < 6; i++) { model.Graph.Initializer.Add(External(i == 0 ? "w" : $"w{i}", ("location", "w.bin"))); }
        Refused(() => Load(model), "more than 4 times over");
    }

    [TestMethod]
    public void A_model_from_a_stream_has_no_folder_unless_one_is_given()
    {
        ModelProto model = Create();
        model.Graph.Initializer[0] = External("w", ("location", "w.bin"));
        Refused(model, "was read from a stream", "WeightsFolder");
        File.WriteAllBytes(_folder.At("w.bin"), new byte[8]);
        SmallModel.Load(model, new() { WeightsFolder = _folder.Path });
    }

    public void Dispose() => _folder.Dispose();

    private float[] Weights(params (string, string)[] entries) => Load(Model(entries)).Constant("w")!.AsSpan<float>().ToArray();

    private void RefusedHere((string, string)[] entries, params string[] parts) => Refused(() => Load(Model(entries)), parts);

    private Graph Load(ModelProto model)
    {
        File.WriteAllBytes(_folder.At("m.onnx"), model.ToByteArray());
        return OnnxImporter.Load(_folder.At("m.onnx"));
    }

    private static ModelProto Model((string, string)[] entries) => With(model => model.Graph.Initializer[0] = External("w", entries));

    private static TensorProto External(string name, params (string Key, string Value)[] entries) => new()
    {
        Name = name,
        DataType = 1,
        Dims = { 2 },
        DataLocation = TensorProto.Types.Location.External,
        ExternalData = { entries.Select(entry => new StringStringEntryProto { Key = entry.Key, Value = entry.Value }) },
    };
}
