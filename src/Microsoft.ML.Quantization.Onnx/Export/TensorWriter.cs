using Google.Protobuf;
using Microsoft.ML.Quantization.Onnx.Proto;

namespace Microsoft.ML.Quantization.Onnx;

/// <summary>Writes constants.</summary>
internal static class TensorWriter
{
    /// <summary>The message of a constant, its elements as little-endian bytes inside it or in the data file.</summary>
    /// <exception cref="QuantizationException">Its type cannot be expressed.</exception>
    public static TensorProto Write(string name, Tensor tensor, string what, ExternalDataWriter? data)
    {
        var message = new TensorProto { Name = name, DataType = ElementTypeMap.ToOnnx(tensor.Type, what) };
        foreach (int size in tensor.Shape.Sizes) { message.Dims.Add(size); }
        if (data is null || !data.TryWrite(tensor, message)) { message.RawData = ByteString.CopyFrom(tensor.Bytes); }
        return message;
    }
}
