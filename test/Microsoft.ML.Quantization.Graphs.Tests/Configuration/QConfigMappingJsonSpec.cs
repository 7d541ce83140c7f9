using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization.Tests.Configuration;

[TestClass]
public sealed class QConfigMappingJsonSpec
{
    private static QConfigMapping Everything => QConfigMapping.ForBackend("x86").SetModuleName("net.0", null).SetModuleNameRegex("b+\\.[0-3]", new(null, null)).SetModuleNameRegex("a", null)
        .SetModuleNameObjectTypeOrder("net", "Gemm", 1, QConfigMapping.Default.Global);

    [TestMethod]
    public void A_mapping_comes_back_as_it_was_written()
    {
        foreach (QConfigMapping mapping in new[] { Everything, QConfigMapping.Empty, QConfigMapping.Default, QConfigMapping.ForBackend("qnnpack") })
        {
            string json = QConfigMappingJson.Write(mapping);
            Assert.AreEqual(mapping, QConfigMappingJson.Read(json));
            Assert.AreEqual(json, QConfigMappingJson.Write(QConfigMappingJson.Read(json)), "equal bytes");
        }
    }

    [TestMethod]
    public void The_first_version_is_read_for_ever()
    {
        const string Version1 = """
            {
              "version": 1,
              "global": { "activation": { "observer": "MinMax", "dtype": "quint8", "qscheme": "per_tensor_affine" },
                          "weight": { "observer": "PerChannelMinMax", "dtype": "qint8", "qscheme": "per_channel_symmetric" } },
              "object_type": { "Softmax": null },
              "module_name": { "head.0": null },
              "module_name_regex": { "b": null, "a": null },
              "module_name_object_type_order": [ { "module_name": "net", "object_type": "Gemm", "index": 0, "qconfig": null } ]
            }
            """;
        QConfigMapping expected = QConfigMapping.Default.SetObjectType("Softmax", null).SetModuleName("head.0", null).SetModuleNameRegex("b", null).SetModuleNameRegex("a", null)
            .SetModuleNameObjectTypeOrder("net", "Gemm", 0, null);
        Assert.AreEqual(expected, QConfigMappingJson.Read(Version1));
    }

    [TestMethod]
    [DataRow("""{"version":1,"globl":null}""", "Found the unknown key 'globl' in the quantization configuration; expected version, global,")]
    [DataRow("""{"version":1,"global":null,"global":null}""", "Found the key 'global' twice in the quantization configuration")]
    [DataRow("""{"version":1,"object_type":{"Conv":null,"Conv":null}}""", "Found the key 'Conv' twice in 'object_type'")]
    [DataRow("""{"global":null}""", "lacks its version; add \"version\": 1")]
    [DataRow("""{"version":2}""", "has version 2; this package reads version 1")]
    [DataRow("""[]""", "has Array in the configuration; expected an object with version")]
    [DataRow("""{"version":1,"object_type":[]}""", "has Array in object_type; expected an object of names and configurations")]
    [DataRow("""{"version":1,"global":7}""", "has Number in global; expected null, or an object with activation and weight")]
    [DataRow("""{"version":1,"global":{"activation":null}}""", "lacks 'weight' in global; write null to leave it in float")]
    [DataRow("""{"version":1,"global":{"activation":null,"weight":null,"w":1}}""", "Found the unknown key 'w' in global; expected activation, weight.")]
    [DataRow("""{"version":1,"object_type":{"Conv":{"activation":{"observer":"MinMax","dtyp":"quint8"},"weight":null}}}""", "In object_type 'Conv', 'activation': An observer's settings have the unknown key 'dtyp'")]
    [DataRow("""{"version":1,"module_name_object_type_order":{}}""", "has Object in module_name_object_type_order; expected an array")]
    [DataRow("""{"version":1,"module_name_object_type_order":[1]}""", "has Number in module_name_object_type_order; expected objects with module_name, object_type, index, qconfig")]
    [DataRow("""{"version":1,"module_name_object_type_order":[{"module_name":"a"}]}""", "expected two texts, an integer and a configuration for module_name, object_type, index, qconfig")]
    [DataRow("""{"version":1,"module_name_regex":{"(":null}}""", "Pattern '(' of the quantization configuration is not a regular expression")]
    [DataRow("{\"version\":1,\n\"global\":nul}", "is not JSON at line 2, byte 13")]
    public void What_is_wrong_is_refused_with_its_place(string json, string message) => QConfigMappingSpec.Refuses(message, () => QConfigMappingJson.Read(json));
}
