using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// Gates z, r and h: <c>z = f(x · Wzᵀ + H · Rzᵀ + b), r</c> alike, <c>h = g(x · Whᵀ + Wbh + (r ∘ H) · Rhᵀ + Rbh)</c> (with
/// <c>linear_before_reset</c> <c>r ∘ (H · Rhᵀ + Rbh)</c>), <c>H = (1 − z) ∘ h + z ∘ H</c>. ONNX GRU, opset 9 to 22.
/// </summary>
internal sealed class GRU : IOperator
{
    public OperatorSchema Schema { get; } = new("GRU", 9, 3, 6, MaxOutputs: 2);

    public OperatorTraits Traits { get; } = new() { IsSetting = static index => index > 0 };

    public ImmutableArray<TensorFact> Infer(InferenceSite site) => RecurrentSettings.Infer(site, 3, 1, Settings(site.Node));

    public void Forward(StepCall call)
    {
        RecurrentSettings settings = Settings(call.Node);
        bool linear = call.Attributes.Int("linear_before_reset", 0) != 0;
        RecurrentRun.Run(call, settings, 3, 1, (direction, sums, states) =>
        {
            float[] state = states[0], reset = new float[state.Length], recurrent = new float[sums.Length];
            int hidden = state.Length;
            RecurrentRun.AddRecurrent(call, direction, state, sums, 0, 2);
            for (int i = 0; i < hidden; i++) { reset[i] = Gate(sums[hidden + i] + RecurrentRun.RecurrentBias(call, direction, hidden + i), 0); }
            float[] seen = linear ? state : [.. state.Zip(reset, static (h, r) => h * r)];
            RecurrentRun.AddRecurrent(call, direction, seen, recurrent, 2, 3);
            for (int i = 0; i < hidden; i++)
            {
                float update = Gate(sums[i] + RecurrentRun.RecurrentBias(call, direction, i), 0);
                float fromState = recurrent[2 * hidden + i] + RecurrentRun.RecurrentBias(call, direction, 2 * hidden + i);
                float candidate = Gate(sums[2 * hidden + i] + (linear ? reset[i] * fromState : fromState), 1);
                state[i] = (1f - update) * candidate + update * state[i];
            }

            float Gate(float sum, int activation) => settings.Activation(direction, activation)(Math.Clamp(sum, -settings.Clip, settings.Clip));
        });
    }

    private static RecurrentSettings Settings(Node node) => RecurrentSettings.Read(node, "Sigmoid", "Tanh");
}
