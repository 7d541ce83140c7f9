using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>loss = −weight[target] · ln softmax(x)[target], reduced; then the logarithms themselves. ONNX SoftmaxCrossEntropyLoss, opset 12 to 28.</summary>
internal sealed class SoftmaxCrossEntropyLoss : IOperator
{
    public OperatorSchema Schema { get; } = new("SoftmaxCrossEntropyLoss", 12, 2, 3, MaxOutputs: 2);

    public OperatorTraits Traits { get; } = new() { IsSetting = static index => index > 0 };

    public ImmutableArray<TensorFact> Infer(InferenceSite site) => [LossReduction.Infer(site), site.Float(0)];

    public void Forward(StepCall call)
    {
        Shape shape = call.InputShape(0);
        int classes = shape[1], inner = shape.Count(2, shape.Rank);
        float[] logarithms = new float[shape.Length], line = new float[classes], result = new float[classes];
        for (int i = 0; i < shape[0] * inner; i++)
        {
            int first = i / inner * classes * inner + i % inner;
            for (int k = 0; k < classes; k++) { line[k] = call.Input<float>(0)[first + k * inner]; }
            LogSoftmax.Row(call.Engine, line, result);
            for (int k = 0; k < classes; k++) { logarithms[first + k * inner] = result[k]; }
        }
        if (call.Node.Outputs[0].Length > 0) { LossReduction.Run(call, logarithms); }
        if (call.Outputs.Length > 1 && call.Node.Outputs[1].Length > 0) { logarithms.CopyTo(call.Output<float>(1)); }
    }
}
