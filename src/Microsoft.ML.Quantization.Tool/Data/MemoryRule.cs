namespace Microsoft.ML.Quantization.Tool.Data;

/// <summary>What a file may take where no limit is given: enough for any in earnest, and in proportion to the bytes that are there.</summary>
internal static class MemoryRule
{
    /// <summary>Bytes that need no reason.</summary>
    public const long Free = 64L << 20;

    /// <summary>Bytes that one byte of a file may become.</summary>
    public const int PerByte = 8;

    /// <summary>64 MB and 8 times a file.</summary>
    public static long For(long fileBytes) => Free + PerByte * fileBytes;
}
