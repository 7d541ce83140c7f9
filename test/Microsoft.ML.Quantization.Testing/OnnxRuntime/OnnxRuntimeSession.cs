using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Microsoft.ML.Quantization.Testing;

/// <summary>A model loaded into ONNX Runtime: what others compute from the files this package reads and writes.</summary>
public sealed class OnnxRuntimeSession : IDisposable
{
    /// <summary>The library's version.</summary>
    public static string Version => OnnxRuntimeLibrary.Version;

    private static readonly Lazy<nint> s_environment = new(OnnxRuntimeApi.NewEnvironment);

    private readonly nint _options;
    private readonly nint _session;
    private readonly nint _memory;

    /// <summary>Loads a model file, with its external data.</summary>
    public OnnxRuntimeSession(string path, int threads = 1, bool optimize = true) : this(threads, optimize, options => OnnxRuntimeApi.NewSession(s_environment.Value, path, options))
    {
    }

    /// <summary>Loads a model from memory.</summary>
    public OnnxRuntimeSession(byte[] model, int threads = 1, bool optimize = true) : this(threads, optimize, options => OnnxRuntimeApi.NewSession(s_environment.Value, model, options))
    {
    }

    /// <summary>Loads a model from memory to be timed: its threads sleep between runs, and the model as it runs is written to a file.</summary>
    public OnnxRuntimeSession(byte[] model, int threads, string optimizedModel) : this(threads, true, options =>
    {
        OnnxRuntimeApi.StopSpinning(options);
        OnnxRuntimeApi.WriteOptimized(options, optimizedModel);
        return OnnxRuntimeApi.NewSession(s_environment.Value, model, options);
    })
    {
    }

    private OnnxRuntimeSession(int threads, bool optimize, Func<nint, nint> create)
    {
        _options = OnnxRuntimeApi.NewOptions(threads, optimize);
        try
        {
            _session = create(_options);
        }
        catch
        {
            OnnxRuntimeApi.FreeOptions(_options);
            throw;
        }
        _memory = OnnxRuntimeApi.NewCpuMemory();
        InputNames = [.. OnnxRuntimeApi.Names(_session, inputs: true)];
        OutputNames = [.. OnnxRuntimeApi.Names(_session, inputs: false)];
    }

    /// <summary>Names of the inputs, in order.</summary>
    public ImmutableArray<string> InputNames { get; }

    /// <summary>Names of the outputs, in order.</summary>
    public ImmutableArray<string> OutputNames { get; }

    /// <summary>Whether ONNX Runtime can be used here; if not, why and what to do.</summary>
    public static bool IsAvailable(out string reason) => OnnxRuntimeLibrary.IsAvailable(out reason);

    /// <summary>Ends the calling test as inconclusive, with the reason, where ONNX Runtime is absent.</summary>
    public static void Require()
    {
        if (!IsAvailable(out string reason)) { Assert.Inconclusive(reason); }
    }

    /// <summary>Runs the model on its inputs in order and returns its outputs in order.</summary>
    public ImmutableArray<Tensor> Run(params ImmutableArray<Tensor> inputs) => Run(InputNames.Zip(inputs).ToDictionary(pair => pair.First, pair => pair.Second), OutputNames);

    /// <summary>Runs the model on inputs by name and returns the wanted outputs.</summary>
    public ImmutableArray<Tensor> Run(IReadOnlyDictionary<string, Tensor> inputs, params ImmutableArray<string> outputs)
    {
        var pins = new List<GCHandle>();
        nint[] values = new nint[inputs.Count];
        nint[] results = [];
        try
        {
            int i = 0;
            foreach (Tensor tensor in inputs.Values)
            {
                // One byte more, so that an empty tensor has an address too.
                byte[] bytes = [.. tensor.Bytes, 0];
                pins.Add(GCHandle.Alloc(bytes, GCHandleType.Pinned));
                values[i++] = OnnxRuntimeApi.NewTensor(_memory, pins[^1].AddrOfPinnedObject(), bytes.Length - 1, [.. tensor.Shape.Sizes.Select(size => (long)size)], Number(tensor.Type));
            }
            results = OnnxRuntimeApi.Run(_session, [.. inputs.Keys], values, [.. outputs]);
            return [.. results.Select(Read)];
        }
        finally
        {
            foreach (nint value in values.Concat(results)) { OnnxRuntimeApi.FreeValue(value); }
            foreach (GCHandle pin in pins) { pin.Free(); }
        }
    }

    /// <summary>A run over memory that is laid out once: the runtime reads and writes it, and nothing is allocated between.</summary>
    /// <param name="inputs">The inputs in order.</param>
    /// <param name="outputs">Tensors for the outputs in order; each run overwrites them.</param>
    public OnnxRuntimeCall Prepare(ImmutableArray<Tensor> inputs, ImmutableArray<Tensor> outputs) =>
        new(_session, _memory, [.. InputNames.Zip(inputs), .. OutputNames.Zip(outputs)], inputs.Length);

    /// <inheritdoc/>
    public void Dispose()
    {
        OnnxRuntimeApi.FreeMemoryInfo(_memory);
        OnnxRuntimeApi.FreeSession(_session);
        OnnxRuntimeApi.FreeOptions(_options);
    }

    private static Tensor Read(nint value)
    {
        (int number, int[] sizes, nint data) = OnnxRuntimeApi.Describe(value);
        ElementType type = s_types.Single(pair => pair.Number == number).Type;
        var shape = new Shape(sizes);
        byte[] bytes = new byte[shape.Length * type.SizeInBytes()];
        Marshal.Copy(data, bytes, 0, bytes.Length);
        return new Tensor(type, shape, bytes);
    }

    internal static int Number(ElementType type) => s_types.Single(pair => pair.Type == type).Number;

    private static readonly (ElementType Type, int Number)[] s_types =
    [
        (ElementType.Float32, 1), (ElementType.UInt8, 2), (ElementType.Int8, 3), (ElementType.UInt16, 4), (ElementType.Int16, 5), (ElementType.Int32, 6),
        (ElementType.Int64, 7), (ElementType.Boolean, 9), (ElementType.Float16, 10), (ElementType.Float64, 11), (ElementType.UInt32, 12), (ElementType.UInt64, 13),
    ];
}
