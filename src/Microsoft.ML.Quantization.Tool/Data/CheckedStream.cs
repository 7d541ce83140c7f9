namespace Microsoft.ML.Quantization.Tool.Data;

/// <summary>Reads another stream forward and keeps the count and the checksum of what went through.</summary>
internal sealed class CheckedStream(Stream source) : Stream
{
    /// <summary>Checksum of all bytes read so far.</summary>
    public uint Checksum { get; private set; }

    /// <summary>Number of bytes read so far.</summary>
    public override long Position { get; set; }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        int read = source.Read(buffer);
        Checksum = Crc32.Append(Checksum, buffer[..read]);
        Position += read;
        return read;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) { source.Dispose(); }
        base.Dispose(disposing);
    }
}
