using System.Text;
using System.Text.Json;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests.Observers;

[TestClass]
public sealed class ObserverSpecJsonSpec
{
    [TestMethod]
    [DataRow("""{"observer":"MinMax","dtype":"quint8","qscheme":"per_tensor_affine"}""")]
    [DataRow("""{"observer":"MinMax","dtype":"quint8","qscheme":"per_tensor_affine","quant_min":0,"quant_max":127}""")]
    [DataRow("""{"observer":"Histogram","dtype":"quint8","qscheme":"per_tensor_affine","reduce_range":true,"bins":64}""")]
    [DataRow("""{"observer":"MovingAveragePerChannelMinMax","dtype":"qint8","qscheme":"per_channel_symmetric","eps":0.00024414062,"ch_axis":-1,"averaging_constant":0.5}""")]
    [DataRow("""{"observer":"FixedQParams","dtype":"quint8","qscheme":"per_tensor_affine","quant_min":0,"quant_max":255,"scale":0.0078125,"zero_point":128}""")]
    [DataRow("""{"observer":"Placeholder","dtype":"float16","qscheme":"per_tensor_affine","is_dynamic":true}""")]
    [DataRow("""{"observer":"Recording","dtype":"quint8","qscheme":"per_tensor_affine","cap":100}""")]
    [DataRow("""{"observer":"Percentile","dtype":"quint8","qscheme":"per_tensor_affine","percentile":0.999}""")]
    [DataRow("""{"observer":"SomeoneElses","dtype":"qint8","qscheme":"per_tensor_symmetric"}""")]
    public void Settings_keep_their_bytes(string json)
    {
        ObserverSpec spec = Parse(json);
        Assert.AreEqual(json, Text(spec));
        Assert.AreEqual(spec, Parse(Text(spec)));
    }

    [TestMethod]
    public void Everything_but_the_name_has_a_default_and_class_names_are_understood()
    {
        Assert.AreEqual(new ObserverSpec { Observer = "MinMax" }, Parse("""{"observer":"MinMaxObserver"}"""));
        Assert.AreEqual(new ObserverSpec { Observer = "Histogram", Type = ElementType.QInt8, Scheme = QScheme.PerTensorSymmetric },
            Parse("""{"qscheme":"per_tensor_symmetric","dtype":"qint8","observer":"HistogramObserver","quant_min":null,"quant_max":null,"reduce_range":false}"""));
    }

    [TestMethod]
    public void Mistakes_are_refused()
    {
        Read("[]", "Array", "an object with observer, dtype");
        Read("{}", "lack its name", "MinMax");
        Read("""{"observer":"MinMax","quantmin":0}""", "unknown key 'quantmin'", "quant_min");
        Read("""{"observer":3}""", "'observer' is 3", "text");
        Read("""{"observer":"MinMax","bins":2.5}""", "'bins' is 2.5", "an integer");
        Read("""{"observer":"MinMax","eps":"small"}""", "'eps' is \"small\"", "a number");
        Read("""{"observer":"Percentile","percentile":"most"}""", "'percentile' is \"most\"", "a number");
        Read("""{"observer":"MinMax","reduce_range":1}""", "'reduce_range' is 1", "true or false");
        Read("""{"observer":"MinMax","dtype":"quint7"}""", "'quint7'", "quint8");
        Read("""{"observer":"MinMax","qscheme":"affine"}""", "'affine'", "per_tensor_affine");

        static void Read(string json, params string[] parts) => Refusal.Of(() => Parse(json), parts);
    }

    private static ObserverSpec Parse(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return ObserverSpecJson.Read(document.RootElement);
    }

    private static string Text(ObserverSpec spec)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream)) { ObserverSpecJson.Write(writer, spec); }
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
