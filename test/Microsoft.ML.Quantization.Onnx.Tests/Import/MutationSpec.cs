using Google.Protobuf;

namespace Microsoft.ML.Quantization.Onnx.Tests;

[TestClass]
public sealed class MutationSpec
{
    [TestMethod]
    public void A_damaged_small_model_is_a_graph_or_a_refusal() => Mutate(SmallModel.Create().ToByteArray(), 4000, largest: 8);

    [TestMethod]
    [DataRow("adult_mlp", 4000)]
    [DataRow("bike_tcn", 4000)]
    [DataRow("fashion_ae", 4000)]
    public void A_damaged_reference_model_is_a_graph_or_a_refusal(string name, int region)
    {
        byte[] bytes = File.ReadAllBytes(ReferenceModel.Named(name).Path);
        Mutate(bytes, 150, largest: 20, region);
        Mutate(bytes, 150, largest: 3, region);
    }

    private static void Mutate(byte[] good, int times, int largest, int region = int.MaxValue)
    {
        int refused = 0;
        for (int seed = 0; seed < times; seed++)
        {
            var random = new Random(seed);
            byte[] bytes = [.. good];
            for (int i = random.Next(1, largest + 1); i > 0; i--) { bytes[random.Next(Math.Min(region, bytes.Length))] = (byte)random.Next(256); }
            if (random.Next(5) == 0) { bytes = bytes[..random.Next(bytes.Length)]; }
            try
            {
                SmallModel.Load(bytes);
            }
            catch (QuantizationException exception)
            {
                refused++;
                Assert.IsGreaterThan(20, exception.Message.Length, $"seed {seed}");
            }
            catch (Exception exception)
            {
                Assert.Fail($"seed {seed}: {exception}");
            }
        }
        Assert.IsGreaterThan(times / 4, refused);
    }
}
