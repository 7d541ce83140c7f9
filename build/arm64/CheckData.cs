namespace Microsoft.ML.Quantization.ArmCheck;

/// <summary>Random numbers from a fixed seed, buffers that lie against the guard pages of the harness, and the tally of one case.</summary>
internal unsafe struct CheckData(byte** blocks, int capacity, int seed)
{
    private ulong _state = ((ulong)seed + 1) * 0x9E3779B97F4A7C15;
    private int _next = 0;

    /// <summary>Bytes that differ from plain loops.</summary>
    public int Mismatches = 0;

    /// <summary>FNV-1a of all results; the same on every processor.</summary>
    public ulong Hash = 14695981039346656037;

    /// <summary>Zeroed elements: at the end of a block for even seeds, so that the first byte after them is forbidden, at its start for odd ones.</summary>
    public T* Take<T>(int count) where T : unmanaged
    {
        int bytes = count * sizeof(T);
        byte* start = blocks[_next++] + (seed % 2 == 0 ? capacity - bytes : 0);
        for (int i = 0; i < bytes; i++) { start[i] = 0; }
        return (T*)start;
    }

    /// <summary>0 to <paramref name="limit"/> − 1.</summary>
    public int Next(int limit)
    {
        _state ^= _state << 13;
        _state ^= _state >> 7;
        _state ^= _state << 17;
        return (int)((_state >> 33) % (ulong)limit);
    }

    /// <summary>The ends of the range often.</summary>
    public byte Code() => Next(4) switch { 0 => 0, 1 => 255, 2 => (byte)(127 + Next(2)), _ => (byte)Next(256) };

    public float Float() => Next(12) switch
    {
        0 => 0f,
        1 => -0f,
        2 => 1e-30f * (Next(1000) - 500),
        3 => 1e12f * (Next(1000) - 500),
        _ => (Next(1 << 20) - (1 << 19)) / 131072f,
    };

    public byte* Codes(int count)
    {
        byte* codes = Take<byte>(count);
        for (int i = 0; i < count; i++) { codes[i] = Code(); }
        return codes;
    }

    public float* Floats(int count)
    {
        float* values = Take<float>(count);
        for (int i = 0; i < count; i++) { values[i] = Float(); }
        return values;
    }

    public void Same(byte expected, byte actual)
    {
        if (expected != actual) { Mismatches++; }
        Hash = (Hash ^ actual) * 1099511628211;
    }

    public void Same(int expected, int actual)
    {
        for (int shift = 0; shift < 32; shift += 8) { Same((byte)(expected >> shift), (byte)(actual >> shift)); }
    }

    /// <summary>The same bits; the bits of a NaN are the processor's own affair.</summary>
    public void Same(float expected, float actual) => Same(Bits(expected), Bits(actual));

    private static int Bits(float value) => float.IsNaN(value) ? 0x7FC00000 : BitConverter.SingleToInt32Bits(value);
}
