using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Modules;

/// <summary>
/// A state as a file of safetensors, which other programs read as well: 8 bytes with the length of the header, the header in JSON, the elements in order of names, nothing else. Codes are plain integers; their parameters are tensors
/// <c>name.scales</c> and <c>name.zero_points</c>, their type and axis metadata. The same state gives the same bytes.
/// </summary>
/// <remarks>Source: github.com/huggingface/safetensors, "Format".</remarks>
public static class StateFile
{
    private const int Version = 1, LargestHeader = 64 << 20;
    private const string Metadata = "__metadata__", VersionKey = "mlq_state_version", Quantized = "quantized:", Scales = ".scales", ZeroPoints = ".zero_points";

    private static readonly ImmutableArray<(string Name, ElementType Type)> s_types =
    [
        ("BOOL", ElementType.Boolean), ("U8", ElementType.UInt8), ("I8", ElementType.Int8), ("U16", ElementType.UInt16), ("I16", ElementType.Int16), ("F16", ElementType.Float16), ("U32", ElementType.UInt32), ("I32", ElementType.Int32),
        ("F32", ElementType.Float32), ("U64", ElementType.UInt64), ("I64", ElementType.Int64), ("F64", ElementType.Float64),
    ];

    /// <summary>Writes a file under a temporary name, which becomes its own when it is complete.</summary>
    /// <exception cref="QuantizationException">The file cannot be written.</exception>
    public static void Save(StateDict state, string path)
    {
        string? temporary = null;
        try
        {
            string full = Path.GetFullPath(path);
            temporary = Path.Combine(Path.GetDirectoryName(full) ?? full, "." + Path.GetRandomFileName());
            using (FileStream stream = File.Create(temporary)) { Write(state, stream); }
            File.Move(temporary, full, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new QuantizationException($"State file '{path}' cannot be written: {exception.Message}", exception);
        }
        finally
        {
            try { if (temporary is not null) { File.Delete(temporary); } }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException) { }
        }
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="QuantizationException">It cannot be read, is damaged, or of a newer version.</exception>
    public static StateDict Load(string path)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            return Read(stream, path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new QuantizationException($"State file '{path}' cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>Writes a state.</summary>
    public static void Write(StateDict state, Stream stream)
    {
        var metadata = new SortedDictionary<string, string>(StringComparer.Ordinal) { [VersionKey] = Version.ToString(System.Globalization.CultureInfo.InvariantCulture) };
        var tensors = new SortedDictionary<string, Tensor>(StringComparer.Ordinal);
        foreach ((string name, StateEntry entry) in state.Entries)
        {
            if (entry.Quantized is not { } codes)
            {
                Add(name, entry.Tensor!);
                continue;
            }
            TensorQuantizer map = codes.Quantizer;
            metadata[Quantized + name] = map.Axis is { } axis ? $"{map.Scheme.Name()} {map.Type.Name()} {axis}" : $"{map.Scheme.Name()} {map.Type.Name()}";
            Add(name, codes.Codes());
            Add(name + Scales, Tensor.Create<double>(map.Scales.AsSpan(), new Shape(map.Scales.Length)));
            Add(name + ZeroPoints, map.FloatZeroPoints.IsEmpty ? Tensor.Create<int>(map.ZeroPoints.AsSpan(), new Shape(map.ZeroPoints.Length)) : Tensor.Create<float>(map.FloatZeroPoints.AsSpan(), new Shape(map.FloatZeroPoints.Length)));
        }
        byte[] header = Header(metadata, tensors);
        Span<byte> length = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach (Tensor tensor in tensors.Values) { stream.Write(tensor.Bytes); }

        void Add(string name, Tensor tensor)
        {
            if (!tensors.TryAdd(name, tensor)) { throw new QuantizationException($"Entry '{name}' of a state has the name of parameters of codes; expected another name."); }
        }
    }

    /// <summary>Reads a state.</summary>
    /// <param name="stream">A stream that knows its length.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="QuantizationException">It is damaged, or of a newer version.</exception>
    public static StateDict Read(Stream stream, string name = "state")
    {
        Span<byte> start = stackalloc byte[sizeof(long)];
        if (stream.Length < start.Length) { throw Damaged(name, $"it has {stream.Length} bytes; expected at least {start.Length}"); }
        stream.ReadExactly(start);
        long length = BinaryPrimitives.ReadInt64LittleEndian(start), rest = stream.Length - start.Length;
        if (length < 2 || length > Math.Min(rest, LargestHeader)) { throw Damaged(name, $"its header has {length} bytes; expected 2 to {Math.Min(rest, LargestHeader)}"); }
        byte[] header = new byte[length];
        stream.ReadExactly(header);
        try
        {
            using JsonDocument json = JsonDocument.Parse(header, new JsonDocumentOptions { MaxDepth = 8 });
            return StateFileReader.Read(json.RootElement, stream, rest - length, name);
        }
        // Text that is no Unicode shows only when it is read.
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new QuantizationException(Damaged(name, $"its header is not JSON: {exception.Message}").Message, exception);
        }
    }

    internal static QuantizationException Damaged(string name, string what) => new($"State file '{name}' is damaged: {what}. Save it anew.");

    internal static ElementType? TypeOf(string name) => s_types.FirstOrDefault(entry => entry.Name == name) is { Name: { } } found ? found.Type : null;

    internal static (string Metadata, string VersionKey, string Quantized, string Scales, string ZeroPoints, int Version) Keys => (Metadata, VersionKey, Quantized, Scales, ZeroPoints, Version);

    private static byte[] Header(SortedDictionary<string, string> metadata, SortedDictionary<string, Tensor> tensors)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteStartObject(Metadata);
            foreach ((string key, string value) in metadata) { writer.WriteString(key, value); }
            writer.WriteEndObject();
            long at = 0;
            foreach ((string name, Tensor tensor) in tensors)
            {
                writer.WriteStartObject(name);
                writer.WriteString("dtype", s_types.First(entry => entry.Type == tensor.Type).Name);
                writer.WriteStartArray("shape");
                foreach (int size in tensor.Shape.Sizes) { writer.WriteNumberValue(size); }
                writer.WriteEndArray();
                writer.WriteStartArray("data_offsets");
                writer.WriteNumberValue(at);
                writer.WriteNumberValue(at += tensor.Bytes.Length);
                writer.WriteEndArray();
                writer.WriteEndObject();
            }
            writer.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }
}
