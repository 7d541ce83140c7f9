using System.Collections.Immutable;
using System.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>A matrix of the input's shape with 1 on diagonal <c>k</c> and 0 elsewhere, of type <c>dtype</c> or the input's. ONNX EyeLike, opset 9 to 28.</summary>
internal sealed class EyeLike : IOperator
{
    public OperatorSchema Schema { get; } = new("EyeLike", 9, 1, 1);

    public OperatorTraits Traits { get; } = new() { IsSetting = static _ => true };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact x = site.Input(0).WithRank(site, 0, 2, 2);
        ElementType type = site.Attributes.Contains("dtype") ? OnnxTypes.Read(site, site.Attributes.Int("dtype")) : x.Type;
        return type == ElementType.Boolean ? throw site.Refuse("its type is bool; expected a number") : [x with { Type = type }];
    }

    public void Forward(StepCall call) => NumberTypes.Run(default(Loop), call.Outputs[0].Type, call);

    private readonly struct Loop : INumberCall
    {
        public void Run<T>(StepCall call) where T : unmanaged, INumber<T>
        {
            Span<T> y = call.Output<T>(0);
            int columns = call.OutputShape(0)[1];
            long k = call.Attributes.Int("k", 0);
            for (int i = 0; i < y.Length; i++) { y[i] = i % columns - i / columns == k ? T.One : T.Zero; }
        }
    }
}
