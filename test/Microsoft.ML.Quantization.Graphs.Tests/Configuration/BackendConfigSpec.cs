using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization.Tests.Configuration;

[TestClass]
public sealed class BackendConfigSpec
{
    private static readonly BackendConfig s_mine = new BackendConfig("mine").SetBackendPatternConfigs(
        new BackendPatternConfig(BackendPattern.Of("nn.Linear")) { DTypes = [DTypeConfigs.WeightedOpInt8], RootModule = "nn.Linear" },
        new BackendPatternConfig(BackendPattern.Of("nn.ReLU")) { Observation = ObservationType.OutputSharesObserverWithInput });

    public static IEnumerable<object[]> Named => BackendConfigs.All.Select(backend => new object[] { backend.Name });

    [TestMethod]
    public void The_latest_registration_of_a_pattern_wins_and_keeps_its_place()
    {
        BackendConfig changed = s_mine.SetBackendPatternConfig(new(BackendPattern.Of("torch.nn.Linear")) { DTypes = [DTypeConfigs.DefaultDynamicInt8] });
        Assert.HasCount(2, changed.Configs);
        Assert.AreEqual(DTypeConfigs.DefaultDynamicInt8, changed.Configs[0].DTypes.Single());
        Assert.IsNull(changed.Configs[0].RootModule, "nothing of the earlier registration is left");
        Assert.AreEqual(DTypeConfigs.WeightedOpInt8, s_mine.Configs[0].DTypes.Single(), "setting does not change");
        Assert.AreNotEqual(s_mine, changed);
    }

    [TestMethod]
    [DynamicData(nameof(Named))]
    public void A_backend_comes_back_as_it_was_written(string name)
    {
        BackendConfig backend = BackendConfigs.Of(name);
        string json = BackendConfigJson.Write(backend);
        BackendConfig back = BackendConfigJson.Read(json);
        Assert.AreEqual(backend, back);
        Assert.AreEqual(backend.GetHashCode(), back.GetHashCode());
        Assert.AreEqual(json, BackendConfigJson.Write(back), "equal bytes");
    }

    [TestMethod]
    [DynamicData(nameof(Named))]
    public void No_pattern_is_registered_twice_and_all_have_types(string name)
    {
        BackendConfig backend = BackendConfigs.Of(name);
        Assert.HasCount(backend.Configs.Length, backend.Configs.Select(config => config.Pattern.ToString()).Distinct().ToArray());
        Assert.IsTrue(backend.Configs.All(config => config.DTypes.Length > 0));
        Assert.IsTrue(backend.Configs.All(config => backend.Find(config.Pattern) == config));
    }

    [TestMethod]
    public void The_first_version_is_read_for_ever()
    {
        const string Version1 = """
            {
              "version": 1, "name": "mine",
              "configs": [
                { "pattern": ["nn.Conv2d", "nn.ReLU"], "observation_type": "OUTPUT_USE_DIFFERENT_OBSERVER_AS_INPUT",
                  "dtype_configs": [ { "input_dtype": "quint8", "output_dtype": { "dtype": "quint8", "scale_exact_match": 0.00390625, "zero_point_exact_match": 0 },
                                       "weight_dtype": { "dtype": "qint8", "quant_min_lower_bound": -127, "quant_max_upper_bound": 127, "scale_min_lower_bound": 0.5, "scale_max_upper_bound": 2 }, "bias_dtype": "float32", "is_dynamic": null } ],
                  "root_module": "nn.Conv2d", "qat_module": "nn.qat.Conv2d", "reference_quantized_module_for_root": "nn.quantized.reference.Conv2d",
                  "fused_module": "nn.intrinsic.ConvReLU2d", "fuser_method": "sequential_wrapper2", "input_type_to_index": { "weight": 1 },
                  "num_tensor_args_to_observation_type": { "1": "OUTPUT_SHARE_OBSERVER_WITH_INPUT" }, "input_output_observed": false },
                { "pattern_complex_format": ["nn.ReLU", ["operator.add", "nn.Conv2d", "*"]], "observation_type": "INPUT_OUTPUT_NOT_OBSERVED", "dtype_configs": [] } ]
            }
            """;
        BackendConfig backend = BackendConfigJson.Read(Version1);
        BackendPatternConfig first = backend.Configs[0];
        Assert.AreEqual(BackendPattern.Of("nn.Conv2d", "nn.ReLU"), first.Pattern);
        Assert.AreEqual(new DTypeWithConstraints(ElementType.QInt8) { QuantMinLowerBound = -127, QuantMaxUpperBound = 127, ScaleMinLowerBound = 0.5f, ScaleMaxUpperBound = 2 }, first.DTypes[0].Weight);
        Assert.AreEqual(new DTypeWithConstraints(ElementType.QUInt8) { ScaleExactMatch = 1f / 256, ZeroPointExactMatch = 0 }, first.DTypes[0].Output);
        Assert.AreEqual(("nn.qat.Conv2d", "nn.intrinsic.ConvReLU2d", 1, false), (first.QatModule, first.FusedModule, first.InputTypeToIndex["weight"], first.InputOutputObserved));
        Assert.AreEqual(ObservationType.OutputSharesObserverWithInput, first.NumTensorArgsToObservationType[1]);
        Assert.AreEqual(ObservationType.NotObserved, backend.Configs[1].Observation);
        Assert.AreEqual("nn.Conv2d", backend.Configs[1].Pattern.Root.Name);
        Assert.AreEqual(backend, BackendConfigJson.Read(BackendConfigJson.Write(backend)));
    }

    [TestMethod]
    [DataRow("""{"version":1,"name":"a","confgs":[]}""", "Found the unknown key 'confgs' in the backend configuration; expected version, name, configs.")]
    [DataRow("""{"name":"a"}""", "The version is missing in the backend configuration; add \"version\": 1.")]
    [DataRow("""{"version":2}""", "Found version 2 of the backend configuration; this package reads version 1")]
    [DataRow("[]", "Found Array for the backend configuration; expected an object with version, name, configs.")]
    [DataRow("{", "The backend configuration is not JSON at line 1, byte 2: Expected depth to be zero at the end of the JSON payload. There is an open JSON object or array that should be closed.")]
    [DataRow("""{"version":1,"configs":[{}]}""", "configs[0] of the backend configuration lacks 'pattern'; expected a name or an array of names")]
    [DataRow("""{"version":1,"configs":[{"pattern":[]}]}""", "A pattern has no operator; expected at least one name")]
    [DataRow("""{"version":1,"configs":[{"pattern":" "}]}""", "A pattern names an operator by an empty text")]
    [DataRow("""{"version":1,"configs":[{"pattern_complex_format":["a",[]]}]}""", "Found an empty array for 'pattern_complex_format' of configs[0]")]
    [DataRow("""{"version":1,"configs":[{"pattern":"a","observation_type":"OUTPUT"}]}""", "'OUTPUT' is not an observation type; expected OUTPUT_USE_DIFFERENT_OBSERVER_AS_INPUT")]
    [DataRow("""{"version":1,"configs":[{"pattern":"a","dtype_configs":[{"input_dtype":"quint9"}]}]}""", "Found 'quint9' in 'input_dtype' of dtype_configs[0] of configs[0]; expected an element type")]
    [DataRow("""{"version":1,"configs":[{"pattern":"a","dtype_configs":[{"input_dtype":{"scale_exact_match":1}}]}]}""", "'input_dtype' of dtype_configs[0] of configs[0] lacks 'dtype'")]
    [DataRow("""{"version":1,"configs":[{"pattern":"a","num_tensor_args_to_observation_type":{"two":"x"}}]}""", "Found the key 'two' in 'num_tensor_args_to_observation_type' of configs[0]; expected a number of arguments")]
    public void What_is_wrong_is_refused_with_its_place(string json, string message) => QConfigMappingSpec.Refuses(message, () => BackendConfigJson.Read(json));

    [TestMethod]
    public void OneDnn_fuses_a_sum_on_either_side_of_a_convolution()
    {
        foreach (string add in (string[])["torch.add", "operator.add"])
        {
            BackendPattern left = BackendPattern.Join(add, BackendPattern.Of("nn.Conv2d"), BackendPattern.Any), right = BackendPattern.Join(add, BackendPattern.Any, BackendPattern.Of("nn.Conv2d", "nn.BatchNorm2d"));
            Assert.AreEqual("nn.intrinsic.ConvAdd2d", BackendConfigs.OneDnn.Find(left)!.FusedModule);
            Assert.AreEqual("fuse_conv_bn_add_relu_right", BackendConfigs.OneDnn.Find(BackendPattern.Join("nn.ReLU", right))!.FuserMethod);
        }
        Assert.AreEqual("nn.intrinsic.LinearTanh", BackendConfigs.OneDnn.Find(BackendPattern.Of("nn.Linear", "torch.tanh"))!.FusedModule);
        Assert.AreEqual(DTypeConfigs.WeightOnlyQInt8, BackendConfigs.OneDnn.Find(BackendPattern.Of("nn.EmbeddingBag"))!.DTypes.Single());
        Assert.IsNull(BackendConfigs.X86.Find(BackendPattern.Of("nn.Linear", "torch.tanh")));
    }

    [TestMethod]
    public void ExecuTorch_knows_few_patterns_and_prefers_symmetric_codes()
    {
        Assert.HasCount(2 + 7 + 2 + 11 + 1 + 1, BackendConfigs.ExecuTorch.Configs);
        Assert.AreEqual(DTypeConfigs.WeightedOpQInt8Symmetric, BackendConfigs.ExecuTorch.Find(BackendPattern.Of("nn.Conv2d"))!.DTypes[0]);
        Assert.IsNull(BackendConfigs.ExecuTorch.Find(BackendPattern.Of("nn.Conv1d")));
    }

    [TestMethod]
    public void An_unknown_name_is_refused_with_those_there_are() =>
        QConfigMappingSpec.Refuses("There is no backend configuration 'arm'; expected one of executorch, fbgemm, native, onednn, qnnpack, tensorrt, x86, or one of your own.", () => BackendConfigs.Of("arm"));

    [TestMethod]
    public void A_pattern_is_a_tree_that_ends_in_its_last_operator()
    {
        BackendPattern chain = BackendPattern.Of("nn.Conv2d", "nn.BatchNorm2d", "nn.ReLU");
        Assert.AreEqual("nn.Conv2d, nn.BatchNorm2d, nn.ReLU", chain.ToString());
        Assert.AreEqual((3, true, "nn.ReLU", "nn.Conv2d"), (chain.Length, chain.IsChain, chain.Name, chain.Root.Name));
        BackendPattern sum = BackendPattern.Join("operator.add", BackendPattern.Any, BackendPattern.Of("nn.Conv2d"));
        Assert.AreEqual((2, false, "nn.Conv2d", "(*; nn.Conv2d), operator.add"), (sum.Length, sum.IsChain, sum.Root.Name, sum.ToString()));
        Assert.AreNotEqual(sum, BackendPattern.Join("operator.add", BackendPattern.Of("nn.Conv2d"), BackendPattern.Any), "sides count");
        QConfigMappingSpec.Refuses("branches; expected a chain of operators", () => _ = sum.Chain);
    }

    [TestMethod]
    [DataRow("torch.nn.modules.conv.Conv2d", "nn.Conv2d")]
    [DataRow("torch.ao.nn.qat.modules.Conv2d", "nn.qat.modules.Conv2d")]
    [DataRow("torch._C._nn.linear", "nn.functional.linear")]
    [DataRow("torch._VariableFunctionsClass.conv2d", "nn.functional.conv2d")]
    [DataRow("torch.conv2d", "nn.functional.conv2d")]
    [DataRow("torch.add", "torch.add")]
    [DataRow("_operator.add", "operator.add")]
    [DataRow("'reshape'", "reshape")]
    [DataRow("Conv", "Conv")]
    public void A_name_has_one_spelling(string name, string expected) => Assert.AreEqual(expected, TorchNames.Normalize(name));
}
