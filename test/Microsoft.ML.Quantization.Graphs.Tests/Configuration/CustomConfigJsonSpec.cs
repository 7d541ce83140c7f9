using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization.Tests.Configuration;

[TestClass]
public sealed class CustomConfigJsonSpec
{
    private static readonly PrepareCustomConfig s_prepare = new()
    {
        FloatToObserved = CustomModules.Empty.Set(QuantType.Static, "torch.nn.LSTM", "nn.quantizable.LSTM").Set(QuantType.WeightOnly, "Mine", "MineObserved"),
        NonTraceableModuleNames = ["blocks.3"],
        NonTraceableModuleClasses = ["Attention"],
        InputQuantizedIndexes = [0, 2],
        OutputQuantizedIndexes = [1],
        PreservedAttributes = ["vocabulary"],
    };

    [TestMethod]
    public void Custom_configurations_come_back_as_they_were_written()
    {
        PrepareCustomConfig prepare = s_prepare with
        {
            StandaloneModuleNames = s_prepare.StandaloneModuleNames.Add("head", new(QConfigMapping.Default, s_prepare, BackendConfigs.TensorRT)),
            StandaloneModuleClasses = s_prepare.StandaloneModuleClasses.Add("Head", new()),
        };
        foreach (PrepareCustomConfig config in new[] { prepare, s_prepare, new PrepareCustomConfig() })
        {
            string json = CustomConfigJson.Write(config);
            Assert.AreEqual(config, CustomConfigJson.ReadPrepare(json));
            Assert.AreEqual(json, CustomConfigJson.Write(CustomConfigJson.ReadPrepare(json)), "equal bytes");
        }
        var convert = new ConvertCustomConfig { ObservedToQuantized = CustomModules.Empty.Set(QuantType.Static, "nn.quantizable.LSTM", "nn.quantized.LSTM"), PreservedAttributes = ["a", "b"] };
        Assert.AreEqual(convert, CustomConfigJson.ReadConvert(CustomConfigJson.Write(convert)));
        var fuse = new FuseCustomConfig { PreservedAttributes = ["a"] };
        Assert.AreEqual(fuse, CustomConfigJson.ReadFuse(CustomConfigJson.Write(fuse)));
        Assert.AreNotEqual(prepare, s_prepare);
    }

    [TestMethod]
    public void The_first_version_is_read_for_ever() => Assert.AreEqual(s_prepare, CustomConfigJson.ReadPrepare("""
        {
          "version": 1,
          "float_to_observed_custom_module_class": { "static": { "nn.LSTM": "nn.quantizable.LSTM" }, "weight_only": { "Mine": "MineObserved" } },
          "non_traceable_module_name": ["blocks.3"], "non_traceable_module_class": ["Attention"],
          "input_quantized_idxs": [0, 2], "output_quantized_idxs": [1], "preserved_attributes": ["vocabulary"]
        }
        """));

    [TestMethod]
    public void A_class_is_found_by_any_of_its_names()
    {
        Assert.AreEqual("nn.quantizable.LSTM", s_prepare.FloatToObserved.Find(QuantType.Static, "torch.nn.LSTM"));
        Assert.IsNull(s_prepare.FloatToObserved.Find(QuantType.Dynamic, "nn.LSTM"));
        CollectionAssert.AreEqual(new[] { "nn.LSTM", "Mine" }, s_prepare.FloatToObserved.Entries.Select(entry => entry.From).ToArray());
    }

    [TestMethod]
    [DataRow("""{"version":1,"output_quantised_idxs":[]}""", "Found the unknown key 'output_quantised_idxs' in the prepare custom configuration")]
    [DataRow("""{"version":1,"output_quantized_idxs":[-1]}""", "Found -1 in 'output_quantized_idxs'; expected an index from 0 on.")]
    [DataRow("""{"version":1,"output_quantized_idxs":0}""", "Found Number for 'output_quantized_idxs'; expected an array.")]
    [DataRow("""{"version":1,"float_to_observed_custom_module_class":{"sometimes":{}}}""", "Found the unknown key 'sometimes' in 'float_to_observed_custom_module_class'; expected static, dynamic, qat, weight_only.")]
    [DataRow("""{"version":1,"standalone_module_name":{"a":{"qconfig":1}}}""", "Found the unknown key 'qconfig' in 'a' of 'standalone_module_name'")]
    [DataRow("""{"preserved_attributes":[]}""", "The version is missing in the prepare custom configuration; add \"version\": 1.")]
    [DataRow("nul", "The prepare custom configuration is not JSON at line 1")]
    public void What_is_wrong_is_refused_with_its_place(string json, string message) => QConfigMappingSpec.Refuses(message, () => CustomConfigJson.ReadPrepare(json));
}
