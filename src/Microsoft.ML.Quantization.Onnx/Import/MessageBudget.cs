
namespace Microsoft.ML.Quantization.Onnx;

/// <summary>
/// Estimates, before anything is allocated, how much memory a file would take once read. Two bytes of a file can declare a node that
/// takes hundreds of bytes in memory, so a small hostile file could otherwise fill the machine.
/// </summary>
internal static class MessageBudget
{
    private const long Free = 64L << 20;
    private const int PerByte = 8;
    private const int PerMessage = 256;
    private const int PerText = 64;
    private const int Deepest = 64;

    private enum Kind { Bytes, Text, Varints, Model, Graph, Node, Attribute, Tensor, ValueInfo, Type, TensorType, ShapeOf, Dimension, Pair, Function, Opset }

    /// <summary>Walks the messages of a file without keeping any.</summary>
    /// <exception cref="QuantizationException">It would take more than 64 MB and 8 times its size.</exception>
    /// <exception cref="InvalidDataException">The bytes are no messages.</exception>
    public static void Check(ReadOnlySpan<byte> file, string source, long? limit = null)
    {
        long left = limit ?? Free + (long)PerByte * file.Length;
        Walk(file, Kind.Model, 0, ref left);
        if (left < 0)
        {
            throw new QuantizationException(limit is null
                ? $"{source} holds more nodes and values than its {file.Length} bytes can describe in earnest; expected a model that fits into 64 MB and 8 times its file. Export it again."
                : $"{source} takes more than the {limit} bytes of {nameof(OnnxImportOptions)}.{nameof(OnnxImportOptions.MemoryLimit)} once read; expected a smaller model, or a higher limit.");
        }
    }

    private static void Walk(ReadOnlySpan<byte> message, Kind kind, int depth, ref long left)
    {
        if (depth > Deepest) { throw new InvalidDataException($"Messages are nested more than {Deepest} deep."); }
        left -= PerMessage;
        while (message.Length > 0 && left >= 0)
        {
            ulong tag = Varint(ref message);
            switch (tag & 7)
            {
                case 0: Varint(ref message); left -= 8; break;
                case 1: message = Skip(message, 8); left -= 8; break;
                case 5: message = Skip(message, 4); left -= 8; break;
                case 2:
                    ulong length = Varint(ref message);
                    if (length > (ulong)message.Length) { throw new InvalidDataException("A message ends before its declared length."); }
                    Enter(message[..(int)length], Child(kind, tag >> 3), depth, ref left);
                    message = message[(int)length..];
                    break;
                default: throw new InvalidDataException($"Wire type {tag & 7} is unknown.");
            }
        }
    }

    private static void Enter(ReadOnlySpan<byte> content, Kind child, int depth, ref long left)
    {
        switch (child)
        {
            case Kind.Bytes: left -= content.Length; break;
            case Kind.Text: left -= PerText + 2L * content.Length; break;
            // A list doubles as it grows, so a one-byte number may take twice its eight bytes for a while.
            case Kind.Varints: left -= 16L * Ends(content); break;
            default: Walk(content, child, depth + 1, ref left); break;
        }
    }

    private static Kind Child(Kind kind, ulong field) => (kind, field) switch
    {
        (Kind.Model, 7) or (Kind.Attribute, 6) => Kind.Graph,
        (Kind.Model, 8) or (Kind.Function, 9) => Kind.Opset,
        (Kind.Model, 14) or (Kind.Tensor, 13) => Kind.Pair,
        (Kind.Model, 25) => Kind.Function,
        (Kind.Graph, 1) or (Kind.Function, 7) => Kind.Node,
        (Kind.Graph, 5) or (Kind.Attribute, 5) => Kind.Tensor,
        (Kind.Graph, 15) => Kind.Pair,
        (Kind.Graph, 11 or 12) => Kind.ValueInfo,
        (Kind.Node, 5) or (Kind.Function, 11) => Kind.Attribute,
        (Kind.ValueInfo, 2) => Kind.Type,
        (Kind.Type, 1) => Kind.TensorType,
        (Kind.TensorType, 2) => Kind.ShapeOf,
        (Kind.ShapeOf, 1) => Kind.Dimension,
        (Kind.Attribute, 8) or (Kind.Tensor, 1 or 5 or 7 or 11) => Kind.Varints,
        (Kind.Attribute, 7) or (Kind.Tensor, 4 or 9 or 10) => Kind.Bytes,
        // Value information of inner values and documentation are not kept.
        (Kind.Graph, not 2) => Kind.Bytes,
        _ => Kind.Text,
    };

    private static int Ends(ReadOnlySpan<byte> numbers)
    {
        int count = 0;
        foreach (byte value in numbers) { count += value < 128 ? 1 : 0; }
        return count;
    }

    private static ReadOnlySpan<byte> Skip(ReadOnlySpan<byte> message, int bytes) => message.Length >= bytes
        ? message[bytes..]
        : throw new InvalidDataException("A number is cut off.");

    private static ulong Varint(ref ReadOnlySpan<byte> message)
    {
        ulong value = 0;
        for (int i = 0; i < 10; i++)
        {
            if (i == message.Length) { throw new InvalidDataException("A number is cut off."); }
            value |= (ulong)(message[i] & 127) << (7 * i);
            if (message[i] < 128)
            {
                message = message[(i + 1)..];
                return value;
            }
        }
        throw new InvalidDataException("A number has more than 64 bits.");
    }
}
