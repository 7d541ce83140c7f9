using Microsoft.ML.Data;

namespace Microsoft.ML.Quantization.Tests;

[TestClass]
public sealed class ThreadSpec
{
    [TestMethod]
    public void Eight_threads_share_one_transformer()
    {
        var ml = new MLContext(seed: 1);
        Sample[] samples = Sample.Draw(200);
        IDataView source = ml.Data.LoadFromEnumerable(samples);
        QuantizedModelTransformer transformer = ml.Transforms.QuantizeStatic("Score", "Features", Networks.Mlp()).Fit(source);
        float[][] expected = [.. samples.Select(sample => Networks.Run(transformer.Model.Graph, sample.Features))];

        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, thread =>
        {
            float[][] scores = [.. transformer.Transform(source).GetColumn<float[]>("Score")];
            var engine = ml.Model.CreatePredictionEngine<Sample, Scored>(transformer);
            for (int i = 0; i < expected.Length; i++)
            {
                CollectionAssert.AreEqual(expected[i], scores[i]);
                CollectionAssert.AreEqual(expected[i], engine.Predict(samples[i]).Score);
            }
        });
    }
}
