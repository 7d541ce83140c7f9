using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization.Benchmarks.Peers;

/// <summary>The usual image networks, layer by layer; batch normalization counts as folded.</summary>
internal static class GeneratedNetworks
{
    /// <summary>ResNet-18: two blocks of two 3x3 convolutions at each of four sizes.</summary>
    public static Graph ResNet18() => ResNet("resnet18", [2, 2, 2, 2], bottleneck: false);

    /// <summary>ResNet-50: blocks of 1x1, 3x3 and 1x1 convolutions.</summary>
    public static Graph ResNet50() => ResNet("resnet50", [3, 4, 6, 3], bottleneck: true);

    /// <summary>MobileNet-V2: expansion, depthwise convolution, projection.</summary>
    public static Graph MobileNetV2()
    {
        NetworkBuilder net = new NetworkBuilder("mobilenet_v2").Convolution(32, 3, 2).Relu6();
        (int Expand, int Channels, int Repeats, int Stride)[] stages = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)];
        foreach ((int expand, int channels, int repeats, int firstStride) in stages)
        {
            for (int repeat = 0; repeat < repeats; repeat++)
            {
                (string input, int inputs, int stride) = (net.Value, net.Channels, repeat == 0 ? firstStride : 1);
                if (expand > 1) { net.Convolution(inputs * expand, 1).Relu6(); }
                net.Convolution(inputs * expand, 3, stride, inputs * expand).Relu6().Convolution(channels, 1);
                if (stride == 1 && inputs == channels) { net.Plus(input); }
            }
        }
        return net.Convolution(1280, 1).Relu6().Classify();
    }

    private static Graph ResNet(string name, int[] blocks, bool bottleneck)
    {
        NetworkBuilder net = new NetworkBuilder(name).Convolution(64, 7, 2).Relu().MaxPool();
        for (int stage = 0; stage < blocks.Length; stage++)
        {
            for (int block = 0; block < blocks[stage]; block++) { Block(net, 64 << stage, stage > 0 && block == 0 ? 2 : 1, bottleneck); }
        }
        return net.Classify();
    }

    private static void Block(NetworkBuilder net, int channels, int stride, bool bottleneck)
    {
        (string input, int inputs, int outputs) = (net.Value, net.Channels, bottleneck ? 4 * channels : channels);
        string shortcut = inputs == outputs && stride == 1 ? input : net.Convolution(outputs, 1, stride).Value;
        net.From(input, inputs);
        if (bottleneck) { net.Convolution(channels, 1).Relu().Convolution(channels, 3, stride).Relu().Convolution(outputs, 1); }
        else { net.Convolution(channels, 3, stride).Relu().Convolution(channels, 3); }
        net.Plus(shortcut).Relu();
    }
}
