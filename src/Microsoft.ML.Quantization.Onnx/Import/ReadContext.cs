using System.Collections.Frozen;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Onnx.Proto;

namespace Microsoft.ML.Quantization.Onnx;

/// <summary>What every part of one model is read with.</summary>
/// <param name="Opset">The model's operator set.</param>
/// <param name="Operators">The operators that nodes may name.</param>
/// <param name="Weights">Where external weights are.</param>
/// <param name="Functions">The model's own functions.</param>
internal sealed record ReadContext(int Opset, OperatorList Operators, ExternalWeights Weights, FrozenDictionary<(string Domain, string Name), FunctionProto> Functions);
