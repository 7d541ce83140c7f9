namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Plain loops: the specification of every other engine, available everywhere.</summary>
internal sealed class ReferenceEngine : Engine
{
    public override string Name => "Reference";

    public override bool IsSupported => true;

    public override BoundConvolution Bind(Int8ConvolutionSpec spec) => new ReferenceInt8Convolution(spec);

    public override BoundConvolution Bind(FloatConvolutionSpec spec) => new ReferenceFloatConvolution(spec);

    public override BoundConvolution Bind(WeightOnlySpec spec) => new ReferenceWeightOnly(spec);
}
