namespace Microsoft.ML.Quantization.Testing;

/// <summary>Which end of a <see cref="GuardedBuffer{T}"/> touches its inaccessible page.</summary>
public enum GuardSide
{
    /// <summary>The first element follows the inaccessible page: reading before the buffer is caught.</summary>
    Before,

    /// <summary>The last element precedes the inaccessible page: reading past the buffer is caught.</summary>
    After,
}
