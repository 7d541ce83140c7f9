using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// Gates i, o, f and c: <c>i = f(x · Wiᵀ + H · Riᵀ + Pi ∘ C + b), f</c> alike, <c>c = g(x · Wcᵀ + H · Rcᵀ + b), C = f ∘ C + i ∘ c,
/// o = f(x · Woᵀ + H · Roᵀ + Po ∘ C + b), H = o ∘ h(C)</c>; f = 1 − i with <c>input_forget</c>. Peepholes P are input 7, in the order i, o, f.
/// ONNX LSTM, opset 9 to 22.
/// </summary>
internal sealed class LSTM : IOperator
{
    public OperatorSchema Schema { get; } = new("LSTM", 9, 3, 8, MaxOutputs: 3);

    public OperatorTraits Traits { get; } = new() { IsSetting = static index => index > 0 };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        if (site.OptionalInput(7) is not null) { site.Float(7).WithRank(site, 7, 2, 2); }
        return RecurrentSettings.Infer(site, 4, 2, Settings(site.Node));
    }

    public void Forward(StepCall call)
    {
        RecurrentSettings settings = Settings(call.Node);
        bool coupled = call.Attributes.Int("input_forget", 0) != 0;
        RecurrentRun.Run(call, settings, 4, 2, (direction, sums, states) =>
        {
            (float[] state, float[] cell) = (states[0], states[1]);
            int hidden = state.Length;
            RecurrentRun.AddRecurrent(call, direction, state, sums, 0, 4);
            for (int i = 0; i < hidden; i++)
            {
                float before = cell[i], input = Gate(Sum(0, i) + Peephole(0, i) * before, 0);
                float forget = coupled ? 1f - input : Gate(Sum(2, i) + Peephole(2, i) * before, 0);
                cell[i] = forget * before + input * Gate(Sum(3, i), 1);
                state[i] = Gate(Sum(1, i) + Peephole(1, i) * cell[i], 0) * settings.Activation(direction, 2)(cell[i]);
            }

            float Sum(int gate, int i) => sums[gate * hidden + i] + RecurrentRun.RecurrentBias(call, direction, gate * hidden + i);

            float Peephole(int gate, int i) => call.HasInput(7) ? call.Input<float>(7)[(direction * 3 + gate) * hidden + i] : 0f;

            float Gate(float sum, int activation) => settings.Activation(direction, activation)(Math.Clamp(sum, -settings.Clip, settings.Clip));
        });
    }

    private static RecurrentSettings Settings(Node node) => RecurrentSettings.Read(node, "Sigmoid", "Tanh", "Tanh");
}
