using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>Eight bits in, eight bits out: each code through a table, in any layout.</summary>
internal sealed class LookupStep(byte[] table) : Step
{
    public override BufferLayout Layout => BufferLayout.Any;

    public override bool MayOverwrite(int input) => input == 0;

    public override bool Reads(int index) => index == 0;

    /// <summary>The table of a function between the maps of a group.</summary>
    public static LookupStep Of(IntegerSite site, Func<float, float> function) =>
        new(LookupTable.Build(function, CodeParameters.From(site.Input(0)!.Parameters!), CodeParameters.From(site.Output!)));

    public override void Run(StepCall call) => call.Engine.Lookup(call.Input<byte>(0), call.Output<byte>(0), table);
}
