namespace Microsoft.ML.Runtime;

public readonly struct ChannelMessage
{
    public readonly ChannelMessageKind Kind;
    public readonly MessageSensitivity Sensitivity;
    private readonly string _format;
    private readonly object[] _arguments;

    internal ChannelMessage(ChannelMessageKind kind, MessageSensitivity sensitivity, string format, params object[] arguments) =>
        (Kind, Sensitivity, _format, _arguments) = (kind, sensitivity, format, arguments);

    public string Message => _arguments is { Length: > 0 } ? string.Format(_format, _arguments) : _format;
}
