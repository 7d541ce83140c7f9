using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Onnx;

namespace Microsoft.ML.Quantization.Benchmarks.Peers;

/// <summary>An operator of ONNX Runtime's own family, known well enough to be written to a file: float rows times a packed matrix.</summary>
internal sealed class RuntimeOperator : IOperator
{
    public const string Domain = "com.microsoft";

    private RuntimeOperator(string name) => Schema = new(name, 1, 3, 6, Domain: Domain);

    /// <summary>The package's operators, and those that only the peer runs.</summary>
    public static OperatorList All { get; } = new([.. OperatorList.BuiltIn.All, new RuntimeOperator("MatMulNBits"), new RuntimeOperator("DynamicQuantizeMatMul")]);

    public OperatorSchema Schema { get; }

    public ImmutableArray<TensorFact> Infer(InferenceSite site) =>
        [new(ElementType.Float32, [site.Input(0).Dimensions[0], site.Attributes.Contains("N") ? (int)site.Attributes.Int("N", 0) : site.Input(1).Dimensions[1]])];

    public void Forward(StepCall call) => throw new NotSupportedException($"Only ONNX Runtime runs {Schema.Name}.");

    /// <summary>The file of a graph.</summary>
    public static byte[] File(GraphBuilder builder)
    {
        using var stream = new MemoryStream();
        OnnxExporter.Save(builder.Build(All), stream);
        return stream.ToArray();
    }
}
