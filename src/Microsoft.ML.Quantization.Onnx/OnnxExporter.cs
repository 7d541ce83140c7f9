using Google.Protobuf;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Onnx.Proto;

namespace Microsoft.ML.Quantization.Onnx;

/// <summary>Writes graphs as ONNX files.</summary>
/// <remarks>
/// The bytes depend on the graph and the options only: no clock and no path goes into them. Activations fused into operators are written
/// as nodes of their own, so that any runtime can read the file. Reading a written file gives the same graph, up to those activations.
/// </remarks>
public static class OnnxExporter
{
    /// <summary>Writes a graph to a file. The file appears complete or not at all; an existing one is replaced.</summary>
    /// <exception cref="QuantizationException">The graph holds what ONNX cannot express, or the file cannot be written.</exception>
    public static void Save(Graph graph, string path, OnnxExportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(path);
        options ??= new();
        using var files = new FilePair(path);
        using (var data = NeedsDataFile(graph, options) ? new ExternalDataWriter(files) : null)
        {
            ModelProto model = ModelWriter.Write(graph, options, data);
            files.Write(files.Model, model.WriteTo);
        }
        files.Commit();
    }

    /// <summary>Writes a graph to a stream.</summary>
    /// <exception cref="QuantizationException">The graph holds what ONNX cannot express, or more than one file can hold.</exception>
    public static void Save(Graph graph, Stream stream, OnnxExportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(stream);
        options ??= new();
        if (NeedsDataFile(graph, options))
        {
            throw new QuantizationException($"Graph '{graph.Name}' has {ConstantBytes(graph)} bytes of constants, which must go to a second file; a stream has none. Save to a path, or raise {nameof(OnnxExportOptions)}.{nameof(OnnxExportOptions.ExternalDataThreshold)} to at most {OnnxExportOptions.LargestInside}.");
        }
        ModelWriter.Write(graph, options, null).WriteTo(stream);
    }

    private static bool NeedsDataFile(Graph graph, OnnxExportOptions options) =>
        ConstantBytes(graph) >= Math.Min(options.ExternalDataThreshold, OnnxExportOptions.LargestInside);

    private static long ConstantBytes(Graph graph) => graph.Constants.Values.Sum(tensor => (long)tensor.Bytes.Length);
}
