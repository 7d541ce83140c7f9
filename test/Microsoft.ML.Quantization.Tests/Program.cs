using System.Globalization;
using Microsoft.ML.Data;

namespace Microsoft.ML.Quantization.Tests;

/// <summary>What tests run in a second process.</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        switch (arguments)
        {
            case ["load", var path]:
                Load(path);
                return 0;
            case ["save", var path, var emptyFolder]:
                Save(path, emptyFolder);
                return 0;
            default:
                Console.Error.WriteLine("load MODEL | save MODEL EMPTY-FOLDER");
                return 2;
        }
    }

    // Loads a model and scores rows with it, without any type of the product.
    private static void Load(string path)
    {
        var ml = new MLContext(seed: 1);
        ITransformer model = ml.Model.Load(path, out _);
        foreach (float[] score in model.Transform(ml.Data.LoadFromEnumerable(Sample.Draw(20))).GetColumn<float[]>("Score"))
        {
            Console.WriteLine(string.Join(' ', score.Select(value => value.ToString("R", CultureInfo.InvariantCulture))));
        }
        bool isThere = AppDomain.CurrentDomain.GetAssemblies().Any(assembly => assembly.GetName().Name is "Microsoft.ML.Quantization" or "Microsoft.ML.Quantization.Graphs");
        Console.WriteLine(isThere ? "the product was loaded" : "without the product");
    }

    // Saves where no ONNX Runtime is: neither named, nor in the application's folder, nor in one above it.
    private static void Save(string path, string emptyFolder)
    {
        AppContext.SetData("APP_CONTEXT_BASE_DIRECTORY", emptyFolder + Path.DirectorySeparatorChar);
        var ml = new MLContext(seed: 1);
        IDataView source = Sample.View(ml);
        try
        {
            ml.Model.Save(ml.Transforms.QuantizeStatic("Score", "Features", Networks.Mlp()).Fit(source), source.Schema, path);
            Console.WriteLine("saved");
        }
        catch (NotSupportedException refusal)
        {
            Console.WriteLine(refusal.Message);
        }
    }
}
