using System.Collections.Immutable;
using System.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// The product of all elements up to each along the axis of input 1; without the element itself where <c>exclusive</c>, from the end where
/// <c>reverse</c>. ONNX CumProd, opset 26 to 28.
/// </summary>
internal sealed class CumProd : IOperator
{
    public OperatorSchema Schema { get; } = new("CumProd", 26, 2, 2);

    public OperatorTraits Traits { get; } = new() { IsSetting = static index => index == 1 };

    public ImmutableArray<TensorFact> Infer(InferenceSite site) => Running.Infer(site);

    public void Forward(StepCall call) => NumberTypes.Run(default(Loop), call.InputType(0), call);

    private readonly struct Loop : INumberCall
    {
        public void Run<T>(StepCall call) where T : unmanaged, INumber<T> => Running.Run(call, T.One, static (product, x) => product * x);
    }
}
