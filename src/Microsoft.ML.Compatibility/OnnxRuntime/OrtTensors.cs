using System.Runtime.InteropServices;
using System.Text;

namespace Microsoft.ML.Transforms.Onnx;

/// <summary>Values of ONNX Runtime: made over pinned memory, run through sessions, copied out and released.</summary>
internal static unsafe class OrtTensors
{
    private const int RunSession = 9, CreateOwnTensor = 48, CreateTensor = 49, TensorData = 51, FillStrings = 52, StringsLength = 53, StringsContent = 54,
        TypeAndShape = 65, CreateCpuMemory = 69, ReleaseValue = 96, ReleaseTypeAndShape = 99;

    private static readonly Lazy<nint> s_memory = new(NewCpuMemory);

    /// <summary>A value over the first items of an array that does not move.</summary>
    public static nint Over<T>(T[] pinned, int count, long[] sizes, int type)
        where T : unmanaged
    {
        nint value;
        void* data = (void*)Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0);
        fixed (long* first = sizes)
        {
            OrtApi.Check(((delegate* unmanaged<nint, void*, nuint, long*, nuint, int, nint*, nint>)OrtApi.At(CreateTensor))(
                s_memory.Value, data, (nuint)(count * sizeof(T)), first, (nuint)sizes.Length, type, &value));
        }
        return value;
    }

    public static nint OfText(IReadOnlyList<string> texts, long[] sizes)
    {
        nint value;
        nint[] copies = [.. texts.Select(Marshal.StringToCoTaskMemUTF8)];
        try
        {
            fixed (long* first = sizes)
            {
                OrtApi.Check(((delegate* unmanaged<nint, long*, nuint, int, nint*, nint>)OrtApi.At(CreateOwnTensor))(
                    OrtApi.Allocator, first, (nuint)sizes.Length, OrtTypes.Text, &value));
            }
            fixed (nint* copy = copies) { OrtApi.Check(((delegate* unmanaged<nint, nint*, nuint, nint>)OrtApi.At(FillStrings))(value, copy, (nuint)copies.Length)); }
            return value;
        }
        finally
        {
            foreach (nint copy in copies) { Marshal.FreeCoTaskMem(copy); }
        }
    }

    /// <summary>Runs a session on named values; names are addresses of UTF-8 text. The outputs are the caller's to release.</summary>
    public static nint[] Run(nint session, nint[] inputNames, nint[] inputs, nint[] outputNames)
    {
        nint[] outputs = new nint[outputNames.Length];
        fixed (nint* inputName = inputNames, input = inputs, outputName = outputNames, output = outputs)
        {
            OrtApi.Check(((delegate* unmanaged<nint, nint, nint*, nint*, nuint, nint*, nuint, nint*, nint>)OrtApi.At(RunSession))(
                session, 0, inputName, input, (nuint)inputs.Length, outputName, (nuint)outputs.Length, output));
        }
        return outputs;
    }

    public static int LengthOf(nint value)
    {
        nint description;
        OrtApi.Check(((delegate* unmanaged<nint, nint*, nint>)OrtApi.At(TypeAndShape))(value, &description));
        (_, long[] sizes) = OrtApi.TypeAndSizes(description);
        OrtApi.Free(ReleaseTypeAndShape, description);
        return checked((int)sizes.Aggregate(1L, (product, size) => product * size));
    }

    public static void CopyTo<T>(nint value, Span<T> target)
        where T : unmanaged
    {
        void* data;
        OrtApi.Check(((delegate* unmanaged<nint, void**, nint>)OrtApi.At(TensorData))(value, &data));
        new ReadOnlySpan<T>(data, target.Length).CopyTo(target);
    }

    public static string[] Texts(nint value, int count)
    {
        nuint length;
        OrtApi.Check(((delegate* unmanaged<nint, nuint*, nint>)OrtApi.At(StringsLength))(value, &length));
        byte[] bytes = new byte[Math.Max((int)length, 1)];
        nuint[] starts = new nuint[Math.Max(count, 1)];
        fixed (byte* content = bytes)
        {
            fixed (nuint* start = starts)
            {
                OrtApi.Check(((delegate* unmanaged<nint, byte*, nuint, nuint*, nuint, nint>)OrtApi.At(StringsContent))(value, content, length, start, (nuint)count));
            }
        }
        string[] texts = new string[count];
        for (int i = 0; i < count; i++) { texts[i] = Encoding.UTF8.GetString(bytes.AsSpan((int)starts[i]..(int)(i + 1 < count ? starts[i + 1] : length))); }
        return texts;
    }

    public static void Free(nint value) => OrtApi.Free(ReleaseValue, value);

    private static nint NewCpuMemory()
    {
        nint memory;
        OrtApi.Check(((delegate* unmanaged<int, int, nint*, nint>)OrtApi.At(CreateCpuMemory))(0, 0, &memory));
        return memory;
    }
}
