using Microsoft.ML.Runtime;

namespace Microsoft.ML.Quantization;

/// <summary>Messages in <c>mlContext.Log</c>; silent without a context, because a <see cref="TransformsCatalog"/> gives no way to its own.</summary>
internal sealed class PipelineLog : IDisposable
{
    private readonly IChannel? _channel;

    private PipelineLog(IChannel? channel) => _channel = channel;

    /// <summary>Opens a channel named after a step.</summary>
    public static PipelineLog Open(MLContext? context, string step) => new(((IHostEnvironment?)context)?.Register("Quantization").Start(step));

    public void Info(string message) => _channel?.Info(MessageSensitivity.None, message);

    public void Warning(string message) => _channel?.Warning(MessageSensitivity.None, message);

    public void Dispose() => _channel?.Dispose();
}
