using System.Buffers.Binary;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Machine code of x86-64 under construction: bytes, labels, and jumps whose form is chosen at the end.</summary>
/// <remarks>
/// Tables and few small methods, since compiling the assembler is nearly all that the first emission of a process costs. Its bytes are
/// Iced's for the same instructions; a test holds it to that.
/// </remarks>
internal sealed partial class MachineCode
{
    private const int FirstSize = 4096, LongestInstruction = 16;

    private readonly List<PendingJump> _jumps = [];
    private byte[] _bytes = new byte[FirstSize];
    private int _length;

    /// <summary>Puts a label here.</summary>
    public void Place(CodeLabel label) => (label.At, label.Jumps) = (_length, _jumps.Count);

    /// <summary>Jumps to a label, placed before or later.</summary>
    public void Emit(Jump jump, CodeLabel target) => _jumps.Add(new(jump, _length, target));

    /// <summary>The code, with every jump as short as can be.</summary>
    /// <exception cref="InvalidOperationException">A label is jumped to and not placed.</exception>
    public byte[] ToArray()
    {
        ChooseForms();
        int size = _length;
        foreach (PendingJump jump in _jumps) { size += jump.Size; }
        byte[] code = new byte[size];
        int from = 0, to = 0;
        foreach (PendingJump jump in _jumps)
        {
            _bytes.AsSpan(from, jump.At - from).CopyTo(code.AsSpan(to));
            to += jump.At - from;
            from = jump.At;
            int distance = Start(jump.Target.At, jump.Target.Jumps) - to - jump.Size;
            Write(jump, distance, code.AsSpan(to, jump.Size));
            to += jump.Size;
        }
        _bytes.AsSpan(from, _length - from).CopyTo(code.AsSpan(to));
        return code;
    }

    /// <summary>Shortens jumps until none can be: what a shorter jump brings nearer may let another be shorter.</summary>
    private void ChooseForms()
    {
        bool changed;
        do
        {
            changed = false;
            for (int i = 0; i < _jumps.Count; i++)
            {
                PendingJump jump = _jumps[i];
                if (jump.Target.At < 0) { throw new InvalidOperationException("Emitted code jumps to a label that is not placed."); }
                if (jump.IsShort) { continue; }
                int distance = Start(jump.Target.At, jump.Target.Jumps) - Start(jump.At, i);
                // The jump itself becomes shorter too; a target behind it comes nearer by that.
                distance -= distance > 0 ? jump.Size : 2;
                if (distance is >= sbyte.MinValue and <= sbyte.MaxValue) { jump.IsShort = changed = true; }
            }
        }
        while (changed);
    }

    /// <summary>Where something starts that has so many bytes and jumps before it.</summary>
    private int Start(int at, int jumps)
    {
        for (int i = 0; i < jumps; i++) { at += _jumps[i].Size; }
        return at;
    }

    private static void Write(PendingJump jump, int distance, Span<byte> to)
    {
        if (jump.IsShort)
        {
            (to[0], to[1]) = ((byte)jump.Kind, (byte)distance);
            return;
        }
        if (jump.Kind == Jump.Jmp) { to[0] = 0xE9; }
        else { (to[0], to[1]) = (0x0F, (byte)((int)jump.Kind + 0x10)); }
        BinaryPrimitives.WriteInt32LittleEndian(to[^sizeof(int)..], distance);
    }

    /// <summary>Makes room for one more instruction.</summary>
    private void Reserve()
    {
        if (_bytes.Length - _length < LongestInstruction) { Array.Resize(ref _bytes, 2 * _bytes.Length); }
    }

    private void Byte(int value) => _bytes[_length++] = (byte)value;

    private void Int32(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(_length), value);
        _length += sizeof(int);
    }
}
