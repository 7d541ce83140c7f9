using System.Runtime.InteropServices;
using System.Text;

namespace Microsoft.ML.Transforms.Onnx;

/// <summary>The functions of ONNX Runtime's C interface that sessions need, by their place in its table.</summary>
internal static unsafe class OrtApi
{
    /// <summary>How many entries of the table are read.</summary>
    public const int Count = 101;

    private const int GetErrorMessage = 2, CreateEnv = 3, CreateSession = 7, CreateSessionFromArray = 8, CreateSessionOptions = 10,
        SetIntraOpThreads = 24, SetInterOpThreads = 25, InputCount = 30, OutputCount = 31, InputType = 33, OutputType = 34, InputName = 36, OutputName = 37,
        CastToTensorInfo = 55, ElementTypeOf = 60, RankOf = 61, DimensionsOf = 62, FreeMemory = 76, DefaultAllocator = 78,
        ReleaseStatus = 93, ReleaseSession = 95, ReleaseTypeInfo = 98, ReleaseOptions = 100;

    private const int SeverityError = 3;

    private static readonly Lazy<nint> s_environment = new(NewEnvironment);

    public static nint Allocator
    {
        get
        {
            nint allocator;
            Check(((delegate* unmanaged<nint*, nint>)At(DefaultAllocator))(&allocator));
            return allocator;
        }
    }

    public static nint NewSession(string path, int? intraOpThreads, int? interOpThreads)
    {
        byte[] text = (OperatingSystem.IsWindows() ? Encoding.Unicode : Encoding.UTF8).GetBytes(path + "\0");
        nint session, options = NewOptions(intraOpThreads, interOpThreads);
        try
        {
            fixed (byte* name = text) { Check(((delegate* unmanaged<nint, byte*, nint, nint*, nint>)At(CreateSession))(s_environment.Value, name, options, &session)); }
        }
        finally
        {
            Free(ReleaseOptions, options);
        }
        return session;
    }

    public static nint NewSession(ReadOnlySpan<byte> model, int? intraOpThreads, int? interOpThreads)
    {
        nint session, options = NewOptions(intraOpThreads, interOpThreads);
        try
        {
            fixed (byte* bytes = model)
            {
                Check(((delegate* unmanaged<nint, byte*, nuint, nint, nint*, nint>)At(CreateSessionFromArray))(s_environment.Value, bytes, (nuint)model.Length, options, &session));
            }
        }
        finally
        {
            Free(ReleaseOptions, options);
        }
        return session;
    }

    /// <summary>Name, type number and sizes of the inputs or outputs of a session; an unknown size is -1, and what is no tensor has type 0.</summary>
    public static OrtSlot[] Describe(nint session, bool inputs)
    {
        nuint count;
        Check(((delegate* unmanaged<nint, nuint*, nint>)At(inputs ? InputCount : OutputCount))(session, &count));
        var slots = new OrtSlot[count];
        for (int i = 0; i < slots.Length; i++)
        {
            nint text, type, tensor;
            Check(((delegate* unmanaged<nint, nuint, nint, nint*, nint>)At(inputs ? InputName : OutputName))(session, (nuint)i, Allocator, &text));
            string name = Marshal.PtrToStringUTF8(text);
            Check(((delegate* unmanaged<nint, nint, nint>)At(FreeMemory))(Allocator, text));
            Check(((delegate* unmanaged<nint, nuint, nint*, nint>)At(inputs ? InputType : OutputType))(session, (nuint)i, &type));
            Check(((delegate* unmanaged<nint, nint*, nint>)At(CastToTensorInfo))(type, &tensor));
            (int element, long[] sizes) = tensor == 0 ? (0, []) : TypeAndSizes(tensor);
            Free(ReleaseTypeInfo, type);
            slots[i] = new(name, element, [.. sizes.Select(size => (int)size)]);
        }
        return slots;
    }

    public static (int Type, long[] Sizes) TypeAndSizes(nint tensorInfo)
    {
        int type;
        nuint rank;
        Check(((delegate* unmanaged<nint, int*, nint>)At(ElementTypeOf))(tensorInfo, &type));
        Check(((delegate* unmanaged<nint, nuint*, nint>)At(RankOf))(tensorInfo, &rank));
        long[] sizes = new long[rank];
        fixed (long* first = sizes) { Check(((delegate* unmanaged<nint, long*, nuint, nint>)At(DimensionsOf))(tensorInfo, first, rank)); }
        return (type, sizes);
    }

    public static void FreeSession(nint session) => Free(ReleaseSession, session);

    public static void Free(int function, nint handle)
    {
        if (handle != 0) { ((delegate* unmanaged<nint, void>)At(function))(handle); }
    }

    public static nint At(int index) => OrtLibrary.Function(index);

    public static void Check(nint status)
    {
        if (status == 0) { return; }
        string message = Marshal.PtrToStringUTF8(((delegate* unmanaged<nint, nint>)At(GetErrorMessage))(status));
        Free(ReleaseStatus, status);
        throw new InvalidOperationException("ONNX Runtime: " + message);
    }

    private static nint NewEnvironment()
    {
        nint result;
        fixed (byte* name = "ML.NET\0"u8) { Check(((delegate* unmanaged<int, byte*, nint*, nint>)At(CreateEnv))(SeverityError, name, &result)); }
        return result;
    }

    private static nint NewOptions(int? intraOpThreads, int? interOpThreads)
    {
        nint options;
        Check(((delegate* unmanaged<nint*, nint>)At(CreateSessionOptions))(&options));
        if (intraOpThreads is { } intra) { Check(((delegate* unmanaged<nint, int, nint>)At(SetIntraOpThreads))(options, intra)); }
        if (interOpThreads is { } inter) { Check(((delegate* unmanaged<nint, int, nint>)At(SetInterOpThreads))(options, inter)); }
        return options;
    }
}
