using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Onnx;

namespace Microsoft.ML.Quantization.Tool.Running;

/// <summary>A model read from a file.</summary>
/// <param name="FilePath">The file.</param>
/// <param name="Graph">What it holds.</param>
/// <param name="Bytes">The file's size.</param>
internal sealed record ModelFile(string FilePath, Graph Graph, long Bytes)
{
    /// <summary>Reads a model.</summary>
    /// <exception cref="QuantizationException">The file is missing or damaged, or the model is not supported.</exception>
    public static ModelFile Load(string path, long? memoryLimit = null)
    {
        if (Directory.Exists(path)) { throw new QuantizationException($"'{path}' is a folder; expected an .onnx file."); }
        if (!File.Exists(path)) { throw new QuantizationException($"There is no model file '{path}'; expected an .onnx file."); }
        return new(path, OnnxImporter.Load(path, new() { MemoryLimit = memoryLimit }), new FileInfo(path).Length);
    }
}
