using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Microsoft.ML.Quantization.Testing;

/// <summary>A session's run with inputs and outputs in place, each at a cache line, to be repeated. Dispose it before its session.</summary>
public sealed unsafe class OnnxRuntimeCall : IDisposable
{
    private const int CacheLine = 64;

    private readonly nint _session;
    private readonly int _inputs;
    private readonly nint[] _names;
    private readonly nint[] _values;
    private readonly Tensor[] _tensors;
    private readonly nint[] _memory;

    internal OnnxRuntimeCall(nint session, nint memory, ImmutableArray<(string Name, Tensor Tensor)> values, int inputs)
    {
        (_session, _inputs) = (session, inputs);
        _tensors = [.. values.Select(static value => value.Tensor)];
        _names = [.. values.Select(static value => Marshal.StringToCoTaskMemUTF8(value.Name))];
        _memory = [.. _tensors.Select(Copy)];
        _values = [.. _tensors.Select((tensor, i) => OnnxRuntimeApi.NewTensor(
            memory, _memory[i], tensor.Bytes.Length, [.. tensor.Shape.Sizes.Select(static size => (long)size)], OnnxRuntimeSession.Number(tensor.Type)))];
    }

    /// <summary>Runs once.</summary>
    public void Run()
    {
        fixed (nint* names = _names, values = _values) { OnnxRuntimeApi.Run(_session, names, values, _inputs, _names.Length - _inputs); }
    }

    /// <summary>A copy of an output.</summary>
    public Tensor Output(int index)
    {
        Tensor tensor = _tensors[_inputs + index];
        return new(tensor.Type, tensor.Shape, new ReadOnlySpan<byte>((void*)_memory[_inputs + index], tensor.Bytes.Length).ToArray());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (nint value in _values) { OnnxRuntimeApi.FreeValue(value); }
        foreach (nint name in _names) { Marshal.FreeCoTaskMem(name); }
        foreach (nint memory in _memory) { NativeMemory.AlignedFree((void*)memory); }
    }

    private static nint Copy(Tensor tensor)
    {
        void* memory = NativeMemory.AlignedAlloc((nuint)Math.Max(1, tensor.Bytes.Length), CacheLine);
        tensor.Bytes.CopyTo(new(memory, tensor.Bytes.Length));
        return (nint)memory;
    }
}
