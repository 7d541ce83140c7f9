using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Observers;
using Microsoft.ML.Quantization.Tests.Passes;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests.Quantizers;

[TestClass]
public sealed class QuantizationJsonSpec
{
    private static readonly QuantizationSpec s_byte = new(ElementType.QUInt8, new ObserverSpec { Observer = "MinMax" });

    private static Graph Graph() => new Sketch(3, 4).Random("w", 4, 4).Random("b", 4).Node("a", "Gemm", "x w b").Node("s", "Sigmoid", "a").Node("y", "Concat", "a s", ("axis", 1)).Outputs("y");

    [TestMethod]
    public void Configurations_come_back_as_they_were()
    {
        foreach (QuantizationConfig config in (QuantizationConfig[])
            [
                XnnpackQuantizer.GetSymmetricQuantizationConfig(), XnnpackQuantizer.GetSymmetricQuantizationConfig(isPerChannel: true, isQat: true), XnnpackQuantizer.GetSymmetricQuantizationConfig(isDynamic: true),
                X86InductorQuantizer.GetDefaultX86InductorQuantizationConfig(reduceRange: true), EmbeddingQuantizer.Config,
            ])
        {
            string json = QuantizationConfigJson.Write(config);
            Assert.AreEqual(config, QuantizationConfigJson.Read(json));
            Assert.AreEqual(json, QuantizationConfigJson.Write(QuantizationConfigJson.Read(json)));
        }
    }

    // Files of the first version must be readable for ever.
    [TestMethod]
    public void The_first_version_is_read()
    {
        const string First = """
            {"version":1,"input_activation":{"dtype":"qint8","quant_min":-128,"quant_max":127,"qscheme":"per_tensor_affine","observer":{"observer":"Histogram","eps":0.00024414062}},
             "output_activation":{"dtype":"quint8","scale":0.00390625,"zero_point":0},"weight":{"dtype":"qint8","ch_axis":1,"fake_quantize":"FakeQuantize","observer":{"observer":"PerChannelMinMax"}},"bias":null,"is_qat":true}
            """;
        QuantizationConfig config = QuantizationConfigJson.Read(First);
        Assert.AreEqual("qint8 -128..127 per_tensor_affine Histogram", config.InputActivation!.ToString());
        Assert.AreEqual(1f / 4096, ((QuantizationSpec)config.InputActivation).ToObserver().Eps);
        Assert.AreEqual("quint8 scale 0.00390625 zero point 0", config.OutputActivation!.ToString());
        Assert.AreEqual((1, "FakeQuantize", true), (config.Weight!.ChAxis, config.Weight.FakeQuantize, config.IsQat));
    }

    [TestMethod]
    public void Annotations_come_back_as_they_were()
    {
        Graph graph = Graph();
        AnnotatedGraph annotated = PreparePt2e.Run(graph, new XnnpackQuantizer().SetGlobal(XnnpackQuantizer.GetSymmetricQuantizationConfig())).Annotated
            .With("s", new QuantizationAnnotation { OutputQSpec = new FixedQParamsQuantizationSpec(ElementType.QInt8, 1f / 256, -128), AllowImplicitSharing = false }.WithInput("a", s_byte));
        string json = AnnotationsJson.Write(annotated);
        AnnotatedGraph again = AnnotationsJson.Read(json, annotated.Graph);
        Assert.AreEqual(annotated.ToString(), again.ToString());
        foreach ((string node, QuantizationAnnotation annotation) in annotated.Annotations) { Assert.AreEqual(annotation, again.Annotations[node], node); }
        Assert.AreEqual(json, AnnotationsJson.Write(again));
    }

    [TestMethod]
    public void What_is_wrong_is_refused_with_its_place()
    {
        Graph graph = Graph();
        Refusal.Of(() => AnnotationsJson.Write(new AnnotatedGraph(graph).With("a", new QuantizationAnnotation().WithInput("b", DerivedQuantizationSpec.Bias(new("x", "a"), new("w", "a"))))), "derives its parameters by a function");
        Refuses("""{"version":1,"nodes":{"a":{"inputs":{"x":{"observer":{"observer":"MinMax"}}}}}}""", "Found no 'dtype' in 'x' of node 'a' of the annotations");
        Refuses("""{"version":1,"nodes":{"a":{"inputs":{"x":{"dtype":"qint8"}}}}}""", "Found neither 'observer' nor 'scale' in 'x' of node 'a'");
        Refuses("""{"version":1,"nodes":{"a":{"inputs":{"x":{"dtype":"qint8","scale":1}}}}}""", "Found 'scale' without 'zero_point'");
        Refuses("""{"version":1,"nodes":{"a":{"output":{"shared_with":{"reader":"a"}}}}}""", "Found no 'value' in 'shared_with' of 'output' of node 'a'");
        Refuses("""{"version":1,"nodes":{"z":{}}}""", "has no node 'z'");
        Refuses("""{"version":1,"nodes":{"a":{"inputs":{"s":null}}}}""", "speaks of 's', which the node does not read");
        Refuses("""{"version":2,"nodes":{}}""", "Found version 2 of the annotations");
        Refuses("""{"version":1,"nodes":{"a":{"outputs":null}}}""", "Found the unknown key 'outputs' in node 'a'");
        Refusal.Of(() => QuantizationConfigJson.Read("""{"version":1,"weight":{"shared_with":{"value":"x"}}}"""), "Found 'as x' for the weight of the quantizer's configuration");
        Refusal.Of(() => QuantizationConfigJson.Read("""{"version":1,"bias":3}"""), "Found Number for 'bias' of the quantizer's configuration");

        void Refuses(string json, params ReadOnlySpan<string> parts) => Refusal.Of(() => AnnotationsJson.Read(json, graph), parts);
    }
}
