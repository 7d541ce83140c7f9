using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Onnx;

namespace Microsoft.ML.Quantization;

/// <summary>A network after quantization: what it is, how it came about, and its file form. Immutable.</summary>
public sealed class QuantizedNetwork
{
    private readonly QuantizedModel _model;
    private readonly Lazy<long> _bytes;
    private readonly Lazy<ImmutableArray<PassNote>> _execution;

    internal QuantizedNetwork(QuantizedModel model, RowNetwork network)
    {
        _model = model;
        _execution = new(() => network.Plan.Notes);
        _bytes = new(CountBytes);
    }

    /// <summary>The network in portable form, with QuantizeLinear and DequantizeLinear nodes.</summary>
    public Graph Graph => _model.Graph;

    /// <summary>What it reads.</summary>
    public ImmutableArray<ValueInfo> Inputs => Graph.Inputs;

    /// <summary>What it computes.</summary>
    public ImmutableArray<ValueInfo> Outputs => Graph.Outputs;

    /// <summary>What each pass did and declined on the way from the float network, in order.</summary>
    public ImmutableArray<PassNote> Notes => _model.Notes;

    /// <summary>Which operators run in integers, which stay float, and why.</summary>
    public ImmutableArray<PassNote> Execution => _execution.Value;

    /// <summary>What a user should look at: ranges that drift through the calibration data, repaired scales.</summary>
    public ImmutableArray<string> Warnings => _model.Warnings;

    /// <summary>Size of the ONNX file in bytes.</summary>
    public long Bytes => _bytes.Value;

    /// <summary>Warnings, execution and notes, a line for each: to print.</summary>
    public string Report => string.Join(Environment.NewLine,
        [.. Warnings.Select(warning => $"Warning: {warning}"), .. Execution.Select(note => note.ToString()), .. Notes.Select(note => note.ToString())]);

    /// <summary>Writes an ONNX file (QDQ form, weights in int8) that any ONNX runtime loads. It appears complete or not at all.</summary>
    /// <exception cref="QuantizationException">The file cannot be written.</exception>
    public void SaveOnnx(string path) => OnnxExporter.Save(Graph, path);

    /// <summary>Writes the ONNX form to a stream.</summary>
    public void SaveOnnx(Stream stream) => OnnxExporter.Save(Graph, stream);

    private long CountBytes()
    {
        using var stream = new MemoryStream();
        OnnxExporter.Save(Graph, stream);
        return stream.Length;
    }
}
