using Microsoft.ML.Quantization.Kernels.Functional;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Kernels.Tests.Functional;

/// <summary><c>embedding.json</c>: packed bytes exactly, results to 1e-6 relative.</summary>
[TestClass]
[TestCategory("Golden")]
public sealed class EmbeddingGolden
{
    private const double Relative = 1e-6, Absolute = 0;

    [TestMethod]
    public void Packed_rows_and_their_sums_equal_PyTorch() => GoldenFile.Open("embedding.json").Check(_ => null, Check);

    private static void Check(GoldenCase golden)
    {
        switch (golden.Text("op"))
        {
            case "prepack_from_float": CheckPrepack(golden); break;
            case "embedding_bag_4bit_prepack":
                AssertBytes(golden.Answer("fourbit"), PackedEmbedding.Pack(
                    golden.Input("weight").ToTensor(), 4, golden.Flag("optimized_qparams"), golden.Integer("nbins") ?? 200, golden.Number("ratio") ?? 0.16));
                break;
            case "float_qparams embedding": CheckModule(golden); break;
            case { } op when op.StartsWith("embedding_bag", StringComparison.Ordinal): CheckBag(golden, PackedEmbedding.FromBytes(golden.Input("packed").ToTensor(), golden.Integer("bits")!.Value), "output"); break;
            case null when golden.Inputs.TryGetProperty("offsets", out _): CheckBag(golden, PackedEmbedding.Pack(Quantize(golden, 8)), "output"); break;
            case null: CheckLookup(golden); break;
            case var op: throw new NotSupportedException($"This test knows no embedding '{op}'.");
        }
    }

    private static void CheckPrepack(GoldenCase golden)
    {
        Tensor weight = golden.Input("weight").ToTensor();
        PackedEmbedding bytes = PackedEmbedding.Pack(weight, 8), four = PackedEmbedding.Pack(weight, 4);
        PackedEmbedding two = PackedEmbedding.Pack(BesideItself(weight), 2);
        AssertBytes(golden.Answer("byte"), bytes);
        AssertBytes(golden.Answer("fourbit"), four);
        AssertBytes(golden.Answer("twobit_weight_is_cat(w,w,dim=1)"), two);
        GoldenTensors.AssertNear(golden.Answer("byte_unpacked"), bytes.Unpack(), Relative, Absolute, "byte_unpacked");
        GoldenTensors.AssertNear(golden.Answer("fourbit_unpacked"), four.Unpack(), Relative, Absolute, "fourbit_unpacked");
        GoldenTensors.AssertNear(golden.Answer("twobit_unpacked"), two.Unpack(), Relative, Absolute, "twobit_unpacked");
    }

    private static void CheckModule(GoldenCase golden)
    {
        QuantizedTensor weight = Quantize(golden, golden.Integer("bits")!.Value);
        CollectionAssert.AreEqual(golden.Answer("scales").Floats, weight.Quantizer.Narrowed.Scales.ToArray(), "scales");
        CollectionAssert.AreEqual(golden.Answer("zero_points").Floats, weight.Quantizer.FloatZeroPoints.ToArray(), "zero points");
        CollectionAssert.AreEqual(golden.Answer("int_repr").ToTensor().Bytes.ToArray(), weight.IntRepr().Bytes.ToArray(), "codes");
        PackedEmbedding packed = PackedEmbedding.Pack(weight);
        GoldenTensors.AssertNear(golden.Answer("dequantized"), weight.Dequantize(), Relative, 0, "dequantized");
        GoldenTensors.AssertNear(golden.Answer("unpacked_dequantized"), packed.UnpackQuantized().Dequantize(), Relative, 0, "unpacked_dequantized");
        GoldenTensors.AssertNear(golden.Answer("embedding"), Embeddings.Embedding(packed, golden.Input("indices").ToTensor()), Relative, Absolute, "embedding");
        CheckBag(golden, packed, "bag");
    }

    private static void CheckLookup(GoldenCase golden)
    {
        QuantizedTensor weight = Quantize(golden, 8);
        CollectionAssert.AreEqual(golden.Answer("weight_q").ToTensor().Bytes.ToArray(), weight.IntRepr().Bytes.ToArray(), "codes");
        GoldenTensors.AssertNear(golden.Answer("output"), Embeddings.Embedding(PackedEmbedding.Pack(weight), golden.Input("indices").ToTensor()), Relative, Absolute);
    }

    private static void CheckBag(GoldenCase golden, PackedEmbedding table, string answer)
    {
        Tensor offsets = golden.Input("offsets").ToTensor();
        // PyTorch's from_float of the module EmbeddingBag loses the setting; the number of bags tells.
        bool includeLast = golden.Flag("include_last_offset") && golden.Answer(answer).Shape[0] == offsets.Length - 1;
        var options = new EmbeddingBagOptions { IncludeLastOffset = includeLast, PerSampleWeights = golden.Optional("per_sample_weights") };
        GoldenTensors.AssertNear(golden.Answer(answer), Embeddings.EmbeddingBag(table, golden.Input("indices").ToTensor(), offsets, options), Relative, Absolute, answer);
    }

    // The modules' observer: per row, real-valued zero points.
    private static QuantizedTensor Quantize(GoldenCase golden, int bits)
    {
        Tensor weight = golden.Input("weight").ToTensor();
        ElementType type = bits == 8 ? ElementType.QUInt8 : ElementType.QUInt4x2;
        float[][] rows = [.. weight.AsSpan<float>().ToArray().Chunk(weight.Shape[1])];
        return QuantizedTensor.Quantize(weight, ParameterChooser.PerChannel(
            rows.Select(row => row.Min()).ToArray(), rows.Select(row => row.Max()).ToArray(), 0, QScheme.PerChannelAffineFloatQParams, type, QuantizationParameters.RangeOf(type)));
    }

    private static Tensor BesideItself(Tensor weight)
    {
        float[][] rows = [.. weight.AsSpan<float>().ToArray().Chunk(weight.Shape[1])];
        return Tensor.Create<float>([.. rows.SelectMany(row => row.Concat(row))], new Shape(weight.Shape[0], 2 * weight.Shape[1]));
    }

    private static void AssertBytes(GoldenTensor expected, PackedEmbedding actual)
    {
        Assert.AreEqual(expected.Shape, actual.Bytes.Shape);
        CollectionAssert.AreEqual(Array.ConvertAll(expected.Ints, i => (byte)i), actual.Bytes.Bytes.ToArray());
    }
}
