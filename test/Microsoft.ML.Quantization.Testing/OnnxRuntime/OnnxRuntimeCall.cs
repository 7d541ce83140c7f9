using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Microsoft.ML.Quantization.Testing;

/// <summary>A session's run with inputs and outputs in place, to be repeated. Dispose it before its session.</summary>
public sealed unsafe class OnnxRuntimeCall : IDisposable
{
    private readonly nint _session;
    private readonly int _inputs;
    private readonly nint[] _names;
    private readonly nint[] _values;
    private readonly Tensor[] _tensors;
    private readonly GCHandle[] _pins;

    internal OnnxRuntimeCall(nint session, nint memory, ImmutableArray<(string Name, Tensor Tensor)> values, int inputs)
    {
        (_session, _inputs) = (session, inputs);
        _tensors = [.. values.Select(static value => value.Tensor)];
        _names = [.. values.Select(static value => Marshal.StringToCoTaskMemUTF8(value.Name))];
        byte[][] bytes = [.. _tensors.Select(static tensor => tensor.Bytes.ToArray())];
        _pins = [.. bytes.Select(static array => GCHandle.Alloc(array, GCHandleType.Pinned))];
        _values = [.. _tensors.Select((tensor, i) => OnnxRuntimeApi.NewTensor(
            memory, _pins[i].AddrOfPinnedObject(), bytes[i].Length, [.. tensor.Shape.Sizes.Select(static size => (long)size)], OnnxRuntimeSession.Number(tensor.Type)))];
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
        return new(tensor.Type, tensor.Shape, ((byte[])_pins[_inputs + index].Target!).AsSpan().ToArray());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (nint value in _values) { OnnxRuntimeApi.FreeValue(value); }
        foreach (nint name in _names) { Marshal.FreeCoTaskMem(name); }
        foreach (GCHandle pin in _pins) { pin.Free(); }
    }
}
