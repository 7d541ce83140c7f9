using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Onnx.Proto;

namespace Microsoft.ML.Quantization.Onnx;

/// <summary>Reads ONNX files into graphs.</summary>
/// <remarks>
/// A file may come from anywhere: whatever it holds, the answer is a graph or a <see cref="QuantizationException"/> that says what is
/// wrong, and memory stays in proportion to the bytes that are really there. Operator sets older than
/// <see cref="OnnxVersions.GraphOpset"/> are brought to that one. Constant nodes become constants, unnamed nodes get names.
/// </remarks>
public static class OnnxImporter
{
    /// <summary>Reads a model from a file; its external weights are looked for in the same folder.</summary>
    /// <exception cref="QuantizationException">The file is missing or unreadable, is not a valid model, or uses what is not supported.</exception>
    public static Graph Load(string path, OnnxImportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        options ??= new();
        ModelProto model = ModelReader.Read(path, options.MemoryLimit);
        string folder = options.WeightsFolder ?? Path.GetDirectoryName(Path.GetFullPath(path))!;
        return Read(model, options with { WeightsFolder = folder }, $"Model file '{path}'");
    }

    /// <summary>Reads a model from a stream, to its end.</summary>
    /// <exception cref="QuantizationException">The stream holds no valid model, or one that uses what is not supported.</exception>
    public static Graph Load(Stream stream, OnnxImportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        options ??= new();
        return Read(ModelReader.Read(stream, "The model stream", options.MemoryLimit), options, "The model stream");
    }

    private static Graph Read(ModelProto model, OnnxImportOptions options, string source)
    {
        try
        {
            return GraphReader.Read(model, options);
        }
        // The last net under hostile files: an operator that meets settings nobody thought of must not end the program.
        catch (Exception exception) when (exception is ArithmeticException or ArgumentException or IndexOutOfRangeException
            or InvalidOperationException or InvalidCastException or KeyNotFoundException or NullReferenceException or NotSupportedException)
        {
            throw new QuantizationException($"{source} holds a graph that cannot be understood ({exception.Message}); expected a valid ONNX model. Check the file with another ONNX tool, or export it again.", exception);
        }
    }
}
