namespace Microsoft.ML.Quantization.Graphs;

/// <summary>An operator whose result depends on the sizes of its input alone, so that it is known before the input is.</summary>
internal interface IShapeOperator : IOperator
{
    /// <summary>The result for an input of that shape.</summary>
    Tensor Value(Node node, Shape input);
}
