using Google.Protobuf;
using Microsoft.ML.Quantization.Onnx.Proto;

namespace Microsoft.ML.Quantization.Onnx;

/// <summary>From bytes to the message they encode.</summary>
internal static class ModelReader
{
    private const long LargestFile = int.MaxValue - 64;

    /// <summary>The message in a file.</summary>
    /// <exception cref="QuantizationException">The file cannot be read or is no ONNX file.</exception>
    public static ModelProto Read(string path, long? limit = null)
    {
        string source = $"Model file '{path}'";
        try
        {
            using FileStream stream = File.OpenRead(path);
            return Read(stream, source, limit);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new QuantizationException($"{source} was not found; expected the path of an ONNX file. Check the spelling and the working folder.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new QuantizationException($"{source} cannot be read: {exception.Message} Expected a readable ONNX file.", exception);
        }
    }

    /// <summary>The message in a stream, read to its end.</summary>
    /// <exception cref="QuantizationException">The stream holds no ONNX file.</exception>
    public static ModelProto Read(Stream stream, string source, long? limit = null)
    {
        byte[] bytes = ReadAll(stream, source);
        if (bytes.Length == 0)
        {
            throw new QuantizationException($"{source} is empty; expected an ONNX model. Export or download it again.");
        }
        try
        {
            MessageBudget.Check(bytes, source, limit);
            return ModelProto.Parser.WithDiscardUnknownFields(true).ParseFrom(bytes);
        }
        catch (Exception exception) when (exception is InvalidProtocolBufferException or InvalidDataException)
        {
            throw new QuantizationException($"{source} is not an ONNX file, or is cut off or damaged: {exception.Message} Expected a serialized ONNX model. Export or download it again.", exception);
        }
    }

    private static byte[] ReadAll(Stream stream, string source)
    {
        if (stream.CanSeek)
        {
            long length = stream.Length - stream.Position;
            if (length > LargestFile) { throw TooLarge(source); }
            byte[] exact = new byte[length];
            int read = stream.ReadAtLeast(exact, exact.Length, throwOnEndOfStream: false);
            return read == exact.Length ? exact : exact[..read];
        }
        using var buffer = new MemoryStream();
        byte[] chunk = new byte[81920];
        for (int count; (count = stream.Read(chunk)) > 0;)
        {
            if (buffer.Length + count > LargestFile) { throw TooLarge(source); }
            buffer.Write(chunk, 0, count);
        }
        return buffer.ToArray();
    }

    private static QuantizationException TooLarge(string source) => new(
        $"{source} is larger than 2 GB, which no ONNX file can be; expected large weights in a second file. Export the model with external data.");
}
