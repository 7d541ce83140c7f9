using Microsoft.ML.Data;

namespace Microsoft.ML.Runtime;

/// <summary>The environment behind an <see cref="MLContext"/>, and every host registered under it.</summary>
internal sealed class LocalHost : IHost
{
    private readonly Action<string, ChannelMessage> _log;

    public LocalHost(int? seed, Action<string, ChannelMessage> log) : this("", seed, new ComponentCatalog(), log)
    {
    }

    private LocalHost(string name, int? seed, ComponentCatalog catalog, Action<string, ChannelMessage> log)
    {
        (Name, Seed, ComponentCatalog, _log) = (name, seed, catalog, log);
        Rand = seed is { } value ? new HybridTausworthe((uint)value) : new HybridTausworthe(new Random());
    }

    public string Name { get; }

    public int? Seed { get; }

    public Random Rand { get; }

    public ComponentCatalog ComponentCatalog { get; }

    public string ContextDescription => "HostEnvironment";

    public TException Process<TException>(TException ex)
        where TException : Exception => ex;

    public IHost Register(string name, int? seed = null, bool? verbose = null) =>
        new LocalHost(Join(Name, name), seed ?? (Seed is null ? null : Rand.Next()), ComponentCatalog, _log);

    public IChannel Start(string name) => new Channel(Join(Name, name), _log);

    public IPipe<TMessage> StartPipe<TMessage>(string name) => new SilentPipe<TMessage>(Join(Name, name));

    public IProgressChannel StartProgressChannel(string name) => new SilentProgress();

    private static string Join(string parent, string name)
    {
        Errors.RequireNotEmpty(name, nameof(name));
        return parent.Length > 0 ? $"{parent}; {name}" : name;
    }

    /// <summary>A pipe to which nobody listens: only channels reach <see cref="MLContext.Log"/>.</summary>
    private sealed class SilentPipe<TMessage>(string name) : IPipe<TMessage>
    {
        public string ContextDescription => name;

        public TException Process<TException>(TException ex)
            where TException : Exception => ex;

        public void Send(TMessage msg)
        {
        }

        public void Dispose()
        {
        }
    }

    /// <summary>Progress raises no events, as in ML.NET.</summary>
    private sealed class SilentProgress : IProgressChannel
    {
        public IProgressChannel StartProgressChannel(string name) => new SilentProgress();

        public void SetHeader(ProgressHeader header, Action<IProgressEntry> fillAction)
        {
        }

        public void Checkpoint(params double?[] values)
        {
        }

        public void Dispose()
        {
        }
    }
}
