using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>H = f(x · Wᵀ + H · Rᵀ + Wb + Rb), in all directions, with sequence lengths. ONNX RNN, opset 9 to 22.</summary>
internal sealed class RNN : IOperator
{
    public OperatorSchema Schema { get; } = new("RNN", 9, 3, 6, MaxOutputs: 2);

    public OperatorTraits Traits { get; } = new() { IsSetting = static index => index > 0 };

    public ImmutableArray<TensorFact> Infer(InferenceSite site) => RecurrentSettings.Infer(site, 1, 1, Settings(site.Node));

    public void Forward(StepCall call)
    {
        RecurrentSettings settings = Settings(call.Node);
        RecurrentRun.Run(call, settings, 1, 1, (direction, sums, states) =>
        {
            RecurrentRun.AddRecurrent(call, direction, states[0], sums, 0, 1);
            for (int i = 0; i < sums.Length; i++)
            {
                float sum = sums[i] + RecurrentRun.RecurrentBias(call, direction, i);
                states[0][i] = settings.Activation(direction, 0)(Math.Clamp(sum, -settings.Clip, settings.Clip));
            }
        });
    }

    private static RecurrentSettings Settings(Node node) => RecurrentSettings.Read(node, "Tanh");
}
