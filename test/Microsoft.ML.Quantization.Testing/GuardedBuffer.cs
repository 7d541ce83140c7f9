using System.Runtime.CompilerServices;

namespace Microsoft.ML.Quantization.Testing;

/// <summary>
/// An array that lies directly against an inaccessible memory page, so that a kernel which reads or writes one element too far ends
/// the test process instead of passing by luck. There is an inaccessible page at both ends; <see cref="GuardSide"/> says which of the two is
/// exactly adjacent.
/// </summary>
/// <remarks>
/// With <see cref="GuardSide.After"/> the first element is aligned to the size of <typeparamref name="T"/> only, which is also what tests
/// unaligned vector loads. With <see cref="GuardSide.Before"/> it is aligned to a page.
/// </remarks>
public sealed unsafe class GuardedBuffer<T> : IDisposable where T : unmanaged
{
    private readonly nuint _bytes;
    private nint _pages;

    /// <summary>A zeroed buffer.</summary>
    /// <param name="length">Number of elements; 0 gives an empty span whose address is the boundary itself.</param>
    /// <param name="side">The end that touches the inaccessible page.</param>
    public GuardedBuffer(int length, GuardSide side = GuardSide.After)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        nuint page = (nuint)Environment.SystemPageSize;
        nuint used = (nuint)length * (nuint)Unsafe.SizeOf<T>();
        nuint inner = Math.Max((used + page - 1) / page, 1) * page;
        _bytes = inner + 2 * page;
        _pages = NativePages.Allocate(_bytes);
        NativePages.Forbid(_pages, page);
        NativePages.Forbid(_pages + (nint)(page + inner), page);
        nuint offset = side == GuardSide.Before ? page : page + inner - used;
        Pointer = (T*)(_pages + (nint)offset);
        Length = length;
    }

    /// <summary>A buffer with a copy of <paramref name="values"/>.</summary>
    public GuardedBuffer(ReadOnlySpan<T> values, GuardSide side = GuardSide.After) : this(values.Length, side) => values.CopyTo(Span);

    /// <summary>Number of elements.</summary>
    public int Length { get; }

    /// <summary>Address of the first element.</summary>
    public T* Pointer { get; }

    /// <summary>The elements.</summary>
    /// <exception cref="ObjectDisposedException">The buffer was disposed.</exception>
    public Span<T> Span
    {
        get
        {
            ObjectDisposedException.ThrowIf(_pages == 0, this);
            return new(Pointer, Length);
        }
    }

    /// <summary>Both ends, for tests that run once for each.</summary>
    public static IReadOnlyList<GuardSide> BothSides { get; } = [GuardSide.Before, GuardSide.After];

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_pages == 0) { return; }
        NativePages.Free(_pages, _bytes);
        _pages = 0;
    }
}
