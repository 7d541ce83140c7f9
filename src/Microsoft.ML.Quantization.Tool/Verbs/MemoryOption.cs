using System.CommandLine;

namespace Microsoft.ML.Quantization.Tool.Verbs;

/// <summary>
/// <c>--memory-limit</c> of every verb: what a model, a data file and a run may take each, in megabytes of 2²⁰ bytes. Left out, 64 MB and 8
/// times what is really there, so that a small file cannot ask for all memory.
/// </summary>
internal static class MemoryOption
{
    private static readonly int s_most = (int)(long.MaxValue >> 20 > int.MaxValue ? int.MaxValue : long.MaxValue >> 20);

    /// <summary>Makes the option for a verb and adds it.</summary>
    public static Option<int?> AddTo(Command verb)
    {
        Option<int?> option = NumberOption.Create("--memory-limit", "Megabytes that the model, each data file and a run may take each (64 and 8 times what is there, unless given).", 1, s_most);
        verb.Add(option);
        return option;
    }

    /// <summary>The limit in bytes, or null where none was given.</summary>
    public static long? Read(ParseResult arguments, Option<int?> option) => arguments.GetValue(option) is int megabytes ? (long)megabytes << 20 : null;
}
