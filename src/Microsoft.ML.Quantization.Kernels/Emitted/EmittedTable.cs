namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Emitted functions by number: each is emitted when it is first asked for, once, and stays.</summary>
/// <param name="length">How many numbers there are.</param>
/// <param name="write">Writes the body of one.</param>
internal sealed class EmittedTable(int length, Action<MachineCode, int> write)
{
    private readonly Lock _emitting = new();
    private readonly nint[] _functions = new nint[length];

    /// <summary>The address of a function.</summary>
    public nint this[int number]
    {
        get
        {
            nint function = Volatile.Read(ref _functions[number]);
            return function != 0 ? function : Emit(number);
        }
    }

    private nint Emit(int number)
    {
        lock (_emitting)
        {
            if (_functions[number] == 0) { Volatile.Write(ref _functions[number], EmittedFunction.Emit(code => write(code, number))); }
            return _functions[number];
        }
    }
}
