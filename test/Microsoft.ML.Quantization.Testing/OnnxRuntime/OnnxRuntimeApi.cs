using System.Runtime.InteropServices;

namespace Microsoft.ML.Quantization.Testing;

/// <summary>The functions of ONNX Runtime's C interface that the tests use, by their place in its table.</summary>
internal static unsafe class OnnxRuntimeApi
{
    /// <summary>How many entries of the table are read.</summary>
    public const int Count = 131;

    private const int GetErrorMessage = 2, CreateEnv = 3, CreateSession = 7, CreateSessionFromArray = 8, RunSession = 9, CreateSessionOptions = 10,
        SetOptimizedModelPath = 11, SetOptimizationLevel = 23, SetIntraOpThreads = 24, SetInterOpThreads = 25, InputCount = 30, OutputCount = 31, InputName = 36, OutputName = 37,
        CreateTensor = 49, TensorData = 51, ElementTypeOf = 60, RankOf = 61, DimensionsOf = 62, TypeAndShape = 65, CreateCpuMemory = 69,
        FreeMemory = 76, DefaultAllocator = 78, ReleaseStatus = 93, ReleaseMemory = 94, ReleaseSession = 95, ReleaseValue = 96,
        ReleaseTypeAndShape = 99, ReleaseOptions = 100, AddConfigEntry = 130;

    private const int SeverityError = 3, OptimizeEverything = 99;

    /// <summary>A logging environment; sessions need one.</summary>
    public static nint NewEnvironment()
    {
        nint result;
        fixed (byte* name = "tests\0"u8) { Check(((delegate* unmanaged<int, byte*, nint*, nint>)At(CreateEnv))(SeverityError, name, &result)); }
        return result;
    }

    /// <summary>Options with all optimizations and a number of threads.</summary>
    public static nint NewOptions(int threads, bool optimize)
    {
        nint options;
        Check(((delegate* unmanaged<nint*, nint>)At(CreateSessionOptions))(&options));
        Check(((delegate* unmanaged<nint, int, nint>)At(SetIntraOpThreads))(options, threads));
        Check(((delegate* unmanaged<nint, int, nint>)At(SetInterOpThreads))(options, 1));
        Check(((delegate* unmanaged<nint, int, nint>)At(SetOptimizationLevel))(options, optimize ? OptimizeEverything : 0));
        return options;
    }

    /// <summary>Lets a session write the model as it will run it.</summary>
    public static void WriteOptimized(nint options, string path)
    {
        fixed (byte* name = PathText(path)) { Check(((delegate* unmanaged<nint, byte*, nint>)At(SetOptimizedModelPath))(options, name)); }
    }

    /// <summary>Lets a session's threads sleep as soon as a run ends, so that they do not take time from what runs next.</summary>
    public static void StopSpinning(nint options)
    {
        fixed (byte* key = "session.force_spinning_stop\0"u8, value = "1\0"u8) { Check(((delegate* unmanaged<nint, byte*, byte*, nint>)At(AddConfigEntry))(options, key, value)); }
    }

    /// <summary>Runs a session on values that exist, by names that exist: nothing is allocated here.</summary>
    public static void Run(nint session, nint* names, nint* values, int inputs, int outputs) =>
        Check(((delegate* unmanaged<nint, nint, nint*, nint*, nuint, nint*, nuint, nint*, nint>)At(RunSession))(session, 0, names, values, (nuint)inputs, names + inputs, (nuint)outputs, values + inputs));

    /// <summary>A session over a file.</summary>
    public static nint NewSession(nint environment, string path, nint options)
    {
        nint session;
        fixed (byte* name = PathText(path)) { Check(((delegate* unmanaged<nint, byte*, nint, nint*, nint>)At(CreateSession))(environment, name, options, &session)); }
        return session;
    }

    /// <summary>A session over a model in memory.</summary>
    public static nint NewSession(nint environment, ReadOnlySpan<byte> model, nint options)
    {
        nint session;
        fixed (byte* bytes = model) { Check(((delegate* unmanaged<nint, byte*, nuint, nint, nint*, nint>)At(CreateSessionFromArray))(environment, bytes, (nuint)model.Length, options, &session)); }
        return session;
    }

    /// <summary>The names of a session's inputs or outputs.</summary>
    public static string[] Names(nint session, bool inputs)
    {
        nuint count;
        nint allocator;
        Check(((delegate* unmanaged<nint, nuint*, nint>)At(inputs ? InputCount : OutputCount))(session, &count));
        Check(((delegate* unmanaged<nint*, nint>)At(DefaultAllocator))(&allocator));
        string[] names = new string[count];
        for (int i = 0; i < names.Length; i++)
        {
            nint text;
            Check(((delegate* unmanaged<nint, nuint, nint, nint*, nint>)At(inputs ? InputName : OutputName))(session, (nuint)i, allocator, &text));
            names[i] = Marshal.PtrToStringUTF8(text)!;
            Check(((delegate* unmanaged<nint, nint, nint>)At(FreeMemory))(allocator, text));
        }
        return names;
    }

    /// <summary>The description of ordinary memory.</summary>
    public static nint NewCpuMemory()
    {
        nint memory;
        Check(((delegate* unmanaged<int, int, nint*, nint>)At(CreateCpuMemory))(0, 0, &memory));
        return memory;
    }

    /// <summary>A value over pinned bytes.</summary>
    public static nint NewTensor(nint memory, nint data, int bytes, ReadOnlySpan<long> sizes, int type)
    {
        nint value;
        fixed (long* first = sizes) { Check(((delegate* unmanaged<nint, nint, nuint, long*, nuint, int, nint*, nint>)At(CreateTensor))(memory, data, (nuint)bytes, first, (nuint)sizes.Length, type, &value)); }
        return value;
    }

    /// <summary>Runs a session on values by name; the outputs are the session's to allocate and the caller's to release.</summary>
    public static nint[] Run(nint session, string[] inputNames, nint[] inputs, string[] outputNames)
    {
        nint[] outputs = new nint[outputNames.Length];
        nint[] names = [.. inputNames.Concat(outputNames).Select(Marshal.StringToCoTaskMemUTF8)];
        try
        {
            fixed (nint* name = names, input = inputs, output = outputs)
            {
                Check(((delegate* unmanaged<nint, nint, nint*, nint*, nuint, nint*, nuint, nint*, nint>)At(RunSession))(
                    session, 0, name, input, (nuint)inputs.Length, name + inputNames.Length, (nuint)outputNames.Length, output));
            }
            return outputs;
        }
        finally
        {
            foreach (nint name in names) { Marshal.FreeCoTaskMem(name); }
        }
    }

    /// <summary>Type number, sizes and address of a value.</summary>
    public static (int Type, int[] Sizes, nint Data) Describe(nint value)
    {
        nint description, data;
        int type;
        nuint rank;
        Check(((delegate* unmanaged<nint, nint*, nint>)At(TypeAndShape))(value, &description));
        Check(((delegate* unmanaged<nint, int*, nint>)At(ElementTypeOf))(description, &type));
        Check(((delegate* unmanaged<nint, nuint*, nint>)At(RankOf))(description, &rank));
        long[] sizes = new long[rank];
        fixed (long* first = sizes) { Check(((delegate* unmanaged<nint, long*, nuint, nint>)At(DimensionsOf))(description, first, rank)); }
        ((delegate* unmanaged<nint, void>)At(ReleaseTypeAndShape))(description);
        Check(((delegate* unmanaged<nint, nint*, nint>)At(TensorData))(value, &data));
        return (type, [.. sizes.Select(size => (int)size)], data);
    }

    /// <summary>Gives back options.</summary>
    public static void FreeOptions(nint options) => Free(ReleaseOptions, options);

    /// <summary>Gives back a session.</summary>
    public static void FreeSession(nint session) => Free(ReleaseSession, session);

    /// <summary>Gives back a value.</summary>
    public static void FreeValue(nint value) => Free(ReleaseValue, value);

    /// <summary>Gives back a description of memory.</summary>
    public static void FreeMemoryInfo(nint memory) => Free(ReleaseMemory, memory);

    private static byte[] PathText(string path) => OperatingSystem.IsWindows() ? System.Text.Encoding.Unicode.GetBytes(path + "\0") : System.Text.Encoding.UTF8.GetBytes(path + "\0");

    private static void Free(int function, nint handle)
    {
        if (handle != 0) { ((delegate* unmanaged<nint, void>)At(function))(handle); }
    }

    private static nint At(int index) => OnnxRuntimeLibrary.Function(index);

    private static void Check(nint status)
    {
        if (status == 0) { return; }
        string message = Marshal.PtrToStringUTF8(((delegate* unmanaged<nint, nint>)At(GetErrorMessage))(status))!;
        Free(ReleaseStatus, status);
        throw new InvalidOperationException("ONNX Runtime: " + message);
    }
}
