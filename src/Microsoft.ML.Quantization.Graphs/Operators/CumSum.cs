using System.Collections.Immutable;
using System.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// The sum of all elements up to each along the axis of input 1; without the element itself where <c>exclusive</c>, from the end where
/// <c>reverse</c>. ONNX CumSum, opset 11 to 28.
/// </summary>
internal sealed class CumSum : IOperator
{
    public OperatorSchema Schema { get; } = new("CumSum", 11, 2, 2);

    public OperatorTraits Traits { get; } = new() { IsSetting = static index => index == 1 };

    public ImmutableArray<TensorFact> Infer(InferenceSite site) => Running.Infer(site);

    public void Forward(StepCall call) => NumberTypes.Run(default(Loop), call.InputType(0), call);

    private readonly struct Loop : INumberCall
    {
        public void Run<T>(StepCall call) where T : unmanaged, INumber<T> => Running.Run(call, T.Zero, static (sum, x) => sum + x);
    }
}
