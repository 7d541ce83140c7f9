using Microsoft.ML.Data;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests;

/// <summary>Model files in memory. Ends the calling test as inconclusive, with the reason, where ML.NET finds no ONNX Runtime.</summary>
internal static class SavedModel
{
    public static ITransformer Reload(ITransformer transformer, DataViewSchema schema, out DataViewSchema loadedSchema)
    {
        var stream = new MemoryStream(Save(transformer, schema));
        return new MLContext(seed: 1).Model.Load(stream, out loadedSchema);
    }

    public static byte[] Save(ITransformer transformer, DataViewSchema schema)
    {
        var stream = new MemoryStream();
        try
        {
            new MLContext(seed: 1).Model.Save(transformer, schema, stream);
        }
        catch (NotSupportedException refusal) when (refusal.InnerException is not null)
        {
            Assert.Inconclusive(refusal.Message);
        }
        return stream.ToArray();
    }

    /// <summary>Another runtime adds the floats between the integer calls in another order.</summary>
    public const double Tolerance = 1e-5;

    /// <summary>
    /// ONNX Runtime multiplies 8-bit weights with activations that it quantizes itself, unless it is told not to optimize; see the specification of
    /// weight-only files without its optimizations.
    /// </summary>
    public const double WeightOnlyTolerance = 0.02;

    /// <summary>Fails unless the vectors of a column agree.</summary>
    public static void AssertSame(IDataView expected, IDataView found, string column, double tolerance = Tolerance)
    {
        double[][] left = Read(expected, column), right = Read(found, column);
        Assert.AreEqual(left.Length, right.Length);
        for (int row = 0; row < left.Length; row++)
        {
            Assert.AreEqual(left[row].Length, right[row].Length);
            for (int i = 0; i < left[row].Length; i++) { Assert.AreEqual(left[row][i], right[row][i], tolerance * Math.Max(1, Math.Abs(left[row][i])), $"'{column}', row {row}, slot {i}"); }
        }
    }

    private static double[][] Read(IDataView view, string column) => ((VectorDataViewType)view.Schema[column].Type).ItemType.RawType == typeof(long)
        ? [.. view.GetColumn<long[]>(column).Select(row => row.Select(value => (double)value).ToArray())]
        : [.. view.GetColumn<float[]>(column).Select(row => row.Select(value => (double)value).ToArray())];
}
