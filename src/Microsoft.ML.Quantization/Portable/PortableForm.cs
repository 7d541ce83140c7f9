using System.Collections.Immutable;
using Microsoft.ML.Data;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Onnx;

namespace Microsoft.ML.Quantization;

/// <summary>
/// What of a transformer goes into an ML.NET model file: ML.NET's own step ApplyOnnxModel over the exported network, so that a saved chain loads
/// where nothing of ours is installed.
/// </summary>
internal static class PortableForm
{
    /// <summary>Writes the step that computes the columns.</summary>
    /// <exception cref="NotSupportedException">ONNX Runtime, which makes the step, was not found, or a name cannot be stored.</exception>
    public static void Save(ScoreColumns columns, ModelSaveContext context)
    {
        using var model = new MemoryStream();
        OnnxExporter.Save(PortableGraph.Build(columns), model);
        model.Position = 0;
        string[] outputs = [.. columns.Outputs.Select(output => PortableGraph.OutputName(columns, output))], inputs = [.. columns.Inputs.Select(input => input.Name).Distinct()];
        ITransformer step;
        try
        {
            step = new MLContext().Transforms.ApplyOnnxModel(outputs, inputs, model).Fit(new SchemaOnlyView(Schema(columns.Inputs)));
        }
        catch (Exception error) when (IsAbsent(error.GetBaseException()))
        {
            throw Errors.CannotSave(error.GetBaseException());
        }
        using var owned = step as IDisposable;
        ((ICanSaveModel)step).Save(context);
    }

    /// <summary>Writes a step that does nothing, for a transformer that only prepares the next one: an empty chain.</summary>
    public static void SaveNothing(ModelSaveContext context) => ((ICanSaveModel)new TransformerChain<ITransformer>()).Save(context);

    // The library or its managed part is not there, is for another processor or of another version, or is a stand-in that cannot run anything.
    private static bool IsAbsent(Exception error) => error is FileNotFoundException or TypeLoadException or BadImageFormatException or MissingMemberException
        or NotImplementedException or NotSupportedException { Source: "Microsoft.ML.OnnxRuntime" };

    private static DataViewSchema Schema(ImmutableArray<InputColumn> inputs)
    {
        var schema = new DataViewSchema.Builder();
        foreach (InputColumn input in inputs.DistinctBy(input => input.Name)) { schema.AddColumn(input.Name, new VectorDataViewType((PrimitiveDataViewType)input.Item!, input.Value.Length)); }
        return schema.ToSchema();
    }
}
