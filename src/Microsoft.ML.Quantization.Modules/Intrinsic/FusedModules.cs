namespace Microsoft.ML.Quantization.Modules.Intrinsic;

/// <summary>The fused modules that fusing makes, by PyTorch's names: <c>torch.nn.intrinsic</c>.</summary>
public static class FusedModules
{
    /// <summary>A convolution and a ReLU.</summary>
    public static FusedModule ConvReLU1d(Conv1d conv, ReLU relu) => new("nn.intrinsic.ConvReLU1d", conv, relu);

    /// <summary>A convolution and a ReLU.</summary>
    public static FusedModule ConvReLU2d(Conv2d conv, ReLU relu) => new("nn.intrinsic.ConvReLU2d", conv, relu);

    /// <summary>A convolution and a ReLU.</summary>
    public static FusedModule ConvReLU3d(Conv3d conv, ReLU relu) => new("nn.intrinsic.ConvReLU3d", conv, relu);

    /// <summary>A linear layer and a ReLU.</summary>
    public static FusedModule LinearReLU(Linear linear, ReLU relu) => new("nn.intrinsic.LinearReLU", linear, relu);

    /// <summary>A linear layer and a leaky ReLU.</summary>
    public static FusedModule LinearLeakyReLU(Linear linear, LeakyReLU leaky) => new("nn.intrinsic.LinearLeakyReLU", linear, leaky);

    /// <summary>A linear layer and a tanh.</summary>
    public static FusedModule LinearTanh(Linear linear, Tanh tanh) => new("nn.intrinsic.LinearTanh", linear, tanh);

    /// <summary>A convolution and its batch normalization, both kept for training.</summary>
    public static FusedModule ConvBn1d(Conv1d conv, BatchNorm1d norm) => new("nn.intrinsic.ConvBn1d", conv, norm);

    /// <summary>A convolution, its batch normalization and a ReLU, all kept for training.</summary>
    public static FusedModule ConvBnReLU1d(Conv1d conv, BatchNorm1d norm, ReLU relu) => new("nn.intrinsic.ConvBnReLU1d", conv, norm, relu);

    /// <summary>A convolution and its batch normalization, both kept for training.</summary>
    public static FusedModule ConvBn2d(Conv2d conv, BatchNorm2d norm) => new("nn.intrinsic.ConvBn2d", conv, norm);

    /// <summary>A convolution, its batch normalization and a ReLU, all kept for training.</summary>
    public static FusedModule ConvBnReLU2d(Conv2d conv, BatchNorm2d norm, ReLU relu) => new("nn.intrinsic.ConvBnReLU2d", conv, norm, relu);

    /// <summary>A convolution and its batch normalization, both kept for training.</summary>
    public static FusedModule ConvBn3d(Conv3d conv, BatchNorm3d norm) => new("nn.intrinsic.ConvBn3d", conv, norm);

    /// <summary>A convolution, its batch normalization and a ReLU, all kept for training.</summary>
    public static FusedModule ConvBnReLU3d(Conv3d conv, BatchNorm3d norm, ReLU relu) => new("nn.intrinsic.ConvBnReLU3d", conv, norm, relu);

    /// <summary>A linear layer and its batch normalization, both kept for training.</summary>
    public static FusedModule LinearBn1d(Linear linear, BatchNorm1d norm) => new("nn.intrinsic.LinearBn1d", linear, norm);

    /// <summary>A batch normalization and a ReLU.</summary>
    public static FusedModule BNReLU2d(BatchNorm2d norm, ReLU relu) => new("nn.intrinsic.BNReLU2d", norm, relu);

    /// <summary>A batch normalization and a ReLU.</summary>
    public static FusedModule BNReLU3d(BatchNorm3d norm, ReLU relu) => new("nn.intrinsic.BNReLU3d", norm, relu);
}
