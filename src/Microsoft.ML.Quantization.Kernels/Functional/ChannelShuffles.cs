namespace Microsoft.ML.Quantization.Kernels.Functional;

/// <summary>Reordering of channels.</summary>
public static class ChannelShuffles
{
    /// <summary>
    /// Interleaves the groups of channels (PyTorch <c>torch.channel_shuffle</c>): seen as [batch, groups, channels / groups, …], the two middle axes
    /// are swapped.
    /// </summary>
    /// <param name="x">[batch, channels, …], 8-bit codes.</param>
    /// <param name="groups">Divides the channels.</param>
    /// <exception cref="QuantizationException">The channels do not divide into the groups, or x has fewer than three axes or no 8-bit codes with one scale.</exception>
    public static QuantizedTensor ChannelShuffle(QuantizedTensor x, int groups)
    {
        _ = ByteTensors.Map(x);
        if (x.Rank < 3 || groups < 1 || x.Shape[1] % groups != 0)
        {
            throw new QuantizationException($"Found {x} and {groups} groups; expected [batch, channels, …] of three axes or more, whose channels divide into the groups.");
        }
        var maps = new int[]?[x.Rank];
        int perGroup = x.Shape[1] / groups;
        maps[1] = [.. Enumerable.Range(0, x.Shape[1]).Select(channel => channel % groups * perGroup + channel / groups)];
        return AxisGather.Run(x, maps);
    }
}
