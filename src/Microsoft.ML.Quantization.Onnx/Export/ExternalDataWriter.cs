using System.Globalization;
using Microsoft.ML.Quantization.Onnx.Proto;

namespace Microsoft.ML.Quantization.Onnx;

/// <summary>Writes the elements of constants to the data file and the places into the model.</summary>
internal sealed class ExternalDataWriter(FilePair files) : IDisposable
{
    // Runtimes read small constants (shapes, scales) while they load the model; they stay inside.
    private const int SmallestOutside = 1024;

    // Large constants begin on a page, so that a runtime can map them.
    private const int Page = 4096;
    private const int Line = 64;

    private FileStream? _stream;

    /// <summary>Writes the elements, unless they are few.</summary>
    /// <exception cref="QuantizationException">The system refused.</exception>
    public bool TryWrite(Tensor tensor, TensorProto message)
    {
        if (tensor.Bytes.Length < SmallestOutside) { return false; }
        files.Try(() =>
        {
            _stream ??= File.Create(files.Data);
            int alignment = tensor.Bytes.Length < 16 * Page ? Line : Page;
            long offset = (_stream.Position + alignment - 1) / alignment * alignment;
            _stream.SetLength(offset);
            _stream.Position = offset;
            _stream.Write(tensor.Bytes);
            message.DataLocation = TensorProto.Types.Location.External;
            message.ExternalData.Add(Entry("location", files.DataName));
            message.ExternalData.Add(Entry("offset", offset.ToString(CultureInfo.InvariantCulture)));
            message.ExternalData.Add(Entry("length", tensor.Bytes.Length.ToString(CultureInfo.InvariantCulture)));
        });
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => files.Try(() => _stream?.Dispose());

    private static StringStringEntryProto Entry(string key, string value) => new() { Key = key, Value = value };
}
