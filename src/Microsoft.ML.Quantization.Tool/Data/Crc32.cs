namespace Microsoft.ML.Quantization.Tool.Data;

/// <summary>The checksum of ZIP entries (ISO 3309, polynomial 0xEDB88320), which <see cref="System.IO.Compression"/> does not check itself.</summary>
internal static class Crc32
{
    private static readonly uint[] s_table = Table();

    /// <summary>The checksum after <paramref name="bytes"/>, given the one before them; start with 0.</summary>
    public static uint Append(uint checksum, ReadOnlySpan<byte> bytes)
    {
        uint register = ~checksum;
        foreach (byte value in bytes) { register = s_table[(byte)(register ^ value)] ^ (register >> 8); }
        return ~register;
    }

    private static uint[] Table()
    {
        uint[] table = new uint[256];
        for (uint index = 0; index < table.Length; index++)
        {
            uint value = index;
            for (int bit = 0; bit < 8; bit++) { value = (value & 1) != 0 ? 0xEDB88320 ^ (value >> 1) : value >> 1; }
            table[index] = value;
        }
        return table;
    }
}
