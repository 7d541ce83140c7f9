using System.Collections.Frozen;
using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs.Operators;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>The operators that nodes may name. To add one, write its file and add one line to <see cref="BuiltIn"/>.</summary>
public sealed class OperatorList
{
    private readonly FrozenDictionary<(string Domain, string Name), IOperator> _byName;

    /// <summary>A list of operators.</summary>
    public OperatorList(params ImmutableArray<IOperator> operators)
    {
        All = operators;
        _byName = operators.ToFrozenDictionary(op => (op.Schema.Domain, op.Schema.Name));
    }

    /// <summary>The operators of this package.</summary>
    public static OperatorList BuiltIn { get; } = new(
    [
        // Products with weights.
        new Conv(),
        new ConvTranspose(),
        new Gemm(),
        new MatMul(),
        new Einsum(),
        new Attention(),
        new Det(),

        // Two tensors, element by element.
        new Add(),
        new Sub(),
        new Mul(),
        new Div(),
        new Mod(),
        new Pow(),
        new Max(),
        new Min(),
        new Sum(),
        new Mean(),
        new PRelu(),
        new Where(),
        new SwiGLU(),
        new BitShift(),
        new BitwiseAnd(),
        new BitwiseOr(),
        new BitwiseXor(),

        // One tensor, element by element.
        new Relu(),
        new LeakyRelu(),
        new Clip(),
        new Sigmoid(),
        new Tanh(),
        new HardSigmoid(),
        new HardSwish(),
        new Elu(),
        new Abs(),
        new Neg(),
        new Sqrt(),
        new Exp(),
        new Log(),
        new Erf(),
        new Sin(),
        new Cos(),
        new Tan(),
        new Asin(),
        new Acos(),
        new Atan(),
        new Sinh(),
        new Cosh(),
        new Asinh(),
        new Acosh(),
        new Atanh(),
        new Softplus(),
        new Softsign(),
        new Reciprocal(),
        new Floor(),
        new Ceil(),
        new Round(),
        new Sign(),
        new Selu(),
        new Celu(),
        new ThresholdedRelu(),
        new Shrink(),
        new Mish(),
        new Swish(),
        new Gelu(),
        new BitwiseNot(),
        new BatchNormalization(),
        new InstanceNormalization(),
        new GroupNormalization(),
        new LayerNormalization(),
        new RMSNormalization(),
        new MeanVarianceNormalization(),
        new LpNormalization(),
        new LRN(),

        // Pools and sums.
        new MaxPool(),
        new AveragePool(),
        new GlobalMaxPool(),
        new GlobalAveragePool(),
        new LpPool(),
        new GlobalLpPool(),
        new MaxUnpool(),
        new ReduceMean(),
        new ReduceSum(),
        new ReduceMax(),
        new ReduceMin(),
        new ReduceProd(),
        new ReduceL1(),
        new ReduceL2(),
        new ReduceLogSum(),
        new ReduceLogSumExp(),
        new ReduceSumSquare(),
        new ArgMax(),
        new ArgMin(),
        new TopK(),
        new CumSum(),
        new CumProd(),
        new NegativeLogLikelihoodLoss(),
        new SoftmaxCrossEntropyLoss(),
        new NonMaxSuppression(),
        new Softmax(),
        new LogSoftmax(),
        new Hardmax(),

        // Elements moved or kept.
        new Identity(),
        new Dropout(),
        new Flatten(),
        new Reshape(),
        new Squeeze(),
        new Unsqueeze(),
        new Transpose(),
        new Concat(),
        new Split(),
        new Expand(),
        new Tile(),
        new Slice(),
        new Pad(),
        new Resize(),
        new DepthToSpace(),
        new SpaceToDepth(),
        new CenterCropPad(),
        new Col2Im(),
        new AffineGrid(),
        new GridSample(),
        new RoiAlign(),
        new RotaryEmbedding(),
        new ReverseSequence(),
        new Trilu(),
        new Gather(),
        new GatherElements(),
        new GatherND(),
        new ArrayFeatureExtractor(),
        new Scatter(),
        new ScatterElements(),
        new ScatterND(),
        new TensorScatter(),
        new Compress(),
        new NonZero(),
        new Unique(),

        // Types and constants.
        new QuantizeLinear(),
        new DequantizeLinear(),
        new DynamicQuantizeLinear(),
        new QLinearConv(),
        new QLinearMatMul(),
        new ConvInteger(),
        new MatMulInteger(),
        new Cast(),
        new CastLike(),
        new BitCast(),
        new Constant(),
        new ConstantOfShape(),
        new EyeLike(),
        new OneHot(),
        new NumberRange(),
        new HannWindow(),
        new HammingWindow(),
        new BlackmanWindow(),
        new ShapeOf(),
        new Size(),
        new Equal(),
        new Less(),
        new LessOrEqual(),
        new Greater(),
        new GreaterOrEqual(),
        new And(),
        new Or(),
        new Xor(),
        new IsNaN(),
        new IsInf(),

        // State and subgraphs.
        new LSTM(),
        new GRU(),
        new RNN(),
        new DynamicQuantizeLSTM(),
        new DynamicQuantizeGRU(),
        new DynamicQuantizeRNN(),
        new If(),
        new Loop(),
        new Scan(),
        new Not(),
    ]);

    /// <summary>All operators, by room.</summary>
    public ImmutableArray<IOperator> All { get; }

    /// <summary>The operator that a node names.</summary>
    /// <exception cref="QuantizationException">It is unknown, too new, or has the wrong number of inputs.</exception>
    public IOperator Find(Node node, int opset)
    {
        if (!_byName.TryGetValue((node.Domain, node.Operator), out IOperator? op))
        {
            throw new UnsupportedOperatorException(node, opset);
        }
        OperatorSchema schema = op.Schema;
        if (opset < schema.SinceOpset)
        {
            throw new QuantizationException($"{node} is of operator set {opset}; {schema.Name} is supported from {schema.SinceOpset}. Export the model with a newer operator set.");
        }
        if (node.Inputs.Length < schema.MinInputs || node.Inputs.Length > schema.MaxInputs)
        {
            string most = schema.MaxInputs == int.MaxValue ? "more" : $"{schema.MaxInputs}";
            throw new QuantizationException($"{node} has {node.Inputs.Length} inputs; {schema.Name} takes {schema.MinInputs} to {most}.");
        }
        if (node.Outputs.Length > schema.MaxOutputs)
        {
            throw new QuantizationException($"{node} has {node.Outputs.Length} outputs; {schema.Name} gives at most {schema.MaxOutputs}.");
        }
        return op;
    }
}
