using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>Add and Mul on codes of equal shapes, in any layout: the formula is the kernels'.</summary>
internal sealed class IntegerBinary : Step
{
    private readonly CodeParameters _left;
    private readonly CodeParameters _right;
    private readonly CodeParameters _output;
    private readonly BoundSum? _sum;

    /// <summary>The call for a group that was not declined.</summary>
    public IntegerBinary(IntegerSite site, bool multiplies)
    {
        _left = CodeParameters.From(site.Input(0)!.Parameters!);
        _right = CodeParameters.From(site.Input(1)!.Parameters!);
        _output = OutputMap(site);
        _sum = multiplies ? null : site.Engine.BindSum(_left, _right, _output);
    }

    public override BufferLayout Layout => BufferLayout.Any;

    public override bool MayOverwrite(int input) => true;

    /// <summary>The map of what is written, with the limits of a fused activation.</summary>
    public static CodeParameters OutputMap(IntegerSite site)
    {
        (int least, int most) = Codes.Within(site.Node.ActivationInterval, site.Output!);
        return CodeParameters.From(site.Output!) with { Minimum = least, Maximum = most };
    }

    /// <summary>Why a group stays float; null when it does not.</summary>
    public static string? Decline(IntegerSite site) =>
        IntegerChecks.Activation(site, 0) ?? IntegerChecks.Activation(site, 1) ?? IntegerChecks.Output(site)
        ?? (site.Input(0)!.Constant is not null || site.Input(1)!.Constant is not null ? "one side is a constant"
        : !site.Input(0)!.Fact.HasAxesOf(site.Input(1)!.Fact) ? $"its inputs {site.Input(0)!.Fact} and {site.Input(1)!.Fact} broadcast; integer calls take equal shapes"
        : null);

    public override void Run(StepCall call)
    {
        ReadOnlySpan<byte> left = call.Input<byte>(0), right = call.Input<byte>(1);
        Span<byte> y = call.Output<byte>(0);
        if (_sum is not null) { _sum.Run(left, right, y); }
        else { call.Engine.Multiply(left, _left, right, _right, y, _output); }
    }
}
