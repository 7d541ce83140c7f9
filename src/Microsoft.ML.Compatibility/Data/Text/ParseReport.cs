using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Tells the log of the first values and lines that could not be read, and at the end how many there were.</summary>
internal sealed class ParseReport(IHostEnvironment environment, int shown = 10) : IDisposable
{
    private readonly IChannel _channel = environment.Start("ParseStats");
    private long _rows;
    private long _badValues;
    private long _badFormats;
    private bool _disposed;

    public void Row() => _rows++;

    public void BadValue(long line, string column, int? slot)
    {
        if (++_badValues > shown) { return; }
        Send(ChannelMessageKind.Info, $"  Bad value at line {line} in column {column}" + (slot is null ? "" : $" at slot {slot}"));
        if (_badValues == shown) { Send(ChannelMessageKind.Info, "  Suppressing further bad value messages"); }
    }

    public void BadFormat(string path, long line, int from, int to, string message)
    {
        if (++_badFormats > shown) { return; }
        Send(ChannelMessageKind.Warning, $"Format error at {path}({line},{from})-({line},{to}): {message}");
        if (_badFormats == shown) { Send(ChannelMessageKind.Warning, "Suppressing further format error messages"); }
    }

    public void Dispose()
    {
        if (_disposed) { return; }
        _disposed = true;
        if (_badValues + _badFormats > 0) { Send(ChannelMessageKind.Info, $"Processed {_rows} rows with {_badValues} bad values and {_badFormats} format errors"); }
        _channel.Dispose();
    }

    private void Send(ChannelMessageKind kind, string message) => _channel.Send(new(kind, MessageSensitivity.Schema, message));
}
