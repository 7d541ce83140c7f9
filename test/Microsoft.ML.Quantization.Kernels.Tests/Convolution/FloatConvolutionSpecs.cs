using System.Runtime.InteropServices;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Kernels.Tests;

[TestClass]
[TestCategory("Engine")]
public sealed class FloatConvolutionSpecs
{
    public static IEnumerable<object[]> Cases => ConvolutionCases.EveryEngineAndCase;

    /// <summary>Reference does not share work; it stands in where there is no other engine.</summary>
    public static IEnumerable<object[]> SharingCases => Cases.Where(static row => (string)row[0] != EngineList.Reference.Name).DefaultIfEmpty(Cases.Last());

    public static string Title(System.Reflection.MethodInfo method, object[] row) => ConvolutionCases.Title(method, row);

    [TestMethod]
    [DynamicData(nameof(Cases), DynamicDataDisplayName = nameof(Title))]
    public void Every_engine_sums_in_the_normative_order_inside_guard_pages(string engineName, ConvolutionCase shape)
    {
        FloatConvolutionSpec spec = Spec(shape);
        float[] input = ExtremeData.Floats(shape.Batch * shape.InputPixels * shape.InputChannels, 5);
        float[] expected = Expected(shape, spec, input);
        BoundConvolution bound = EngineList.Find(engineName).Bind(spec);
        ConvolutionTables tables = bound.Plan(shape.Size, shape.OutputSize);
        foreach (GuardSide side in GuardedBuffer<byte>.BothSides)
        {
            using var x = new GuardedBuffer<float>(input.Length + Engine.ReadSlack / sizeof(float), side);
            using var y = new GuardedBuffer<float>(expected.Length, side);
            x.Span.Fill(float.NaN);
            input.CopyTo(x.Span);

            bound.Run(tables, shape.Batch, MemoryMarshal.AsBytes(x.Span[..input.Length]), MemoryMarshal.AsBytes(y.Span), null);

            AssertSameBits(expected, y.Span, $"{shape} {side}");
        }
    }

    [TestMethod]
    [DynamicData(nameof(Cases), DynamicDataDisplayName = nameof(Title))]
    public void A_residual_is_added_behind_the_bias_and_before_the_clip_and_the_output_may_take_its_place(string engineName, ConvolutionCase shape)
    {
        FloatConvolutionSpec spec = Spec(shape) with { AddsResidual = true };
        if (shape.Groups > 1 && shape.Groups == shape.OutputChannels)
        {
            Assert.ThrowsExactly<QuantizationException>(() => EngineList.Find(engineName).Bind(spec));
            return;
        }
        float[] input = ExtremeData.Floats(shape.Batch * shape.InputPixels * shape.InputChannels, 5);
        float[] residual = ExtremeData.Floats(shape.Batch * shape.OutputPixels * shape.OutputChannels, 11);
        float[] expected = Expected(shape, spec, input, residual);
        BoundConvolution bound = EngineList.Find(engineName).Bind(spec);
        ConvolutionTables tables = bound.Plan(shape.Size, shape.OutputSize);
        foreach (GuardSide side in GuardedBuffer<byte>.BothSides)
        {
            using var x = new GuardedBuffer<float>(input.Length + Engine.ReadSlack / sizeof(float), side);
            using var added = new GuardedBuffer<float>(expected.Length, side);
            using var y = new GuardedBuffer<float>(expected.Length, side);
            input.CopyTo(x.Span);
            residual.CopyTo(added.Span);

            bound.Run(tables, shape.Batch, MemoryMarshal.AsBytes(x.Span[..input.Length]), MemoryMarshal.AsBytes(added.Span), MemoryMarshal.AsBytes(y.Span), null);
            bound.Run(tables, shape.Batch, MemoryMarshal.AsBytes(x.Span[..input.Length]), MemoryMarshal.AsBytes(added.Span), MemoryMarshal.AsBytes(added.Span), null);

            AssertSameBits(expected, y.Span, $"{shape} {side}");
            AssertSameBits(expected, added.Span, $"{shape} {side} in place");
        }
    }

    [TestMethod]
    public void A_residual_is_as_long_as_the_output_and_given_only_where_it_was_asked_for()
    {
        var plain = new FloatConvolutionSpec { Window = ConvolutionWindow.None, InputChannels = 1, OutputChannels = 2, Weights = new[] { 1f, 2f } };
        byte[] x = new byte[sizeof(float) + Engine.ReadSlack], y = new byte[2 * sizeof(float)];
        foreach (Engine engine in EnginesUnderTest.All)
        {
            BoundConvolution without = engine.Bind(plain), with = engine.Bind(plain with { AddsResidual = true });
            Refuses("The residual holds 8 bytes; expected 0, since this convolution adds none.", () => without.Run(without.Plan([], []), 1, x, y, y, null));
            Refuses("The residual holds 0 bytes; expected 8, as many as the output.", () => with.Run(with.Plan([], []), 1, x, y, null));
            Refuses("The residual holds 4 bytes; expected 8, as many as the output.", () => with.Run(with.Plan([], []), 1, x, y.AsSpan(0, 4), y, null));
            Refuses("A convolution of 2 groups with one output channel each was to add a residual; expected more channels in a group. Add afterwards.",
                () => engine.Bind(plain with { Groups = 2, InputChannels = 2, AddsResidual = true }));
        }

        static void Refuses(string message, Action action) => Assert.AreEqual(message, Assert.ThrowsExactly<QuantizationException>(action).Message);
    }

    [TestMethod]
    [DynamicData(nameof(SharingCases), DynamicDataDisplayName = nameof(Title))]
    public void Threads_do_not_change_the_bits(string engineName, ConvolutionCase shape)
    {
        using var workers = new WorkerPool(2) { SharesAll = true };
        ConvolutionCase large = shape with { Batch = shape.Batch * 20 };
        float[] input = ExtremeData.Floats(large.Batch * large.InputPixels * large.InputChannels + Engine.ReadSlack, 3);
        float[] alone = new float[large.Batch * large.OutputPixels * large.OutputChannels], together = new float[alone.Length];
        BoundConvolution bound = EngineList.Find(engineName).Bind(Spec(large));
        ConvolutionTables tables = bound.Plan(large.Size, large.OutputSize);

        bound.Run(tables, large.Batch, MemoryMarshal.AsBytes(input.AsSpan()), MemoryMarshal.AsBytes(alone.AsSpan()), null);
        bound.Run(tables, large.Batch, MemoryMarshal.AsBytes(input.AsSpan()), MemoryMarshal.AsBytes(together.AsSpan()), workers);

        AssertSameBits(alone, together, shape.Name);
    }

    [TestMethod]
    public void A_fused_clip_lets_NaN_pass_and_keeps_the_sign_of_zero()
    {
        float[] x = [float.NaN, -0f, -1f, 1f, 9f, float.PositiveInfinity];
        foreach (Engine engine in EnginesUnderTest.All)
        {
            BoundConvolution bound = engine.Bind(new FloatConvolutionSpec { Window = ConvolutionWindow.None, InputChannels = 1, OutputChannels = 1, Weights = new[] { 1f }, Minimum = 0f, Maximum = 6f });
            float[] y = new float[x.Length], padded = [.. x, .. new float[Engine.ReadSlack]];
            bound.Run(bound.Plan([], []), x.Length, MemoryMarshal.AsBytes(padded.AsSpan()), MemoryMarshal.AsBytes(y.AsSpan()), null);
            CollectionAssert.AreEqual(new[] { float.NaN, 0f, 0f, 1f, 6f, 6f }, y, engine.Name);
        }
    }

    internal static FloatConvolutionSpec Spec(ConvolutionCase shape) => new()
    {
        Window = shape.Window,
        Transposed = shape.Transposed,
        Groups = shape.Groups,
        InputChannels = shape.InputChannels,
        OutputChannels = shape.OutputChannels,
        Weights = ExtremeData.Floats(shape.OutputChannels * shape.Taps * shape.Depth, 13),
        Bias = shape.OutputChannels % 2 == 0 ? default(ReadOnlyMemory<float>) : ExtremeData.Floats(shape.OutputChannels, 17),
        Minimum = shape.OutputChannels % 3 == 0 ? 0f : float.NegativeInfinity,
        Maximum = shape.OutputChannels % 3 == 0 ? 6f : float.PositiveInfinity,
    };

    private static float[] Expected(ConvolutionCase shape, FloatConvolutionSpec spec, float[] input, float[]? residual = null)
    {
        float[] expected = new float[shape.Batch * shape.OutputPixels * shape.OutputChannels];
        int[] sources = shape.Sources();
        int outputPixels = shape.OutputPixels, taps = shape.Taps, depth = shape.Depth;
        ReadOnlySpan<float> weights = spec.Weights.Span;
        for (int i = 0; i < expected.Length; i++)
        {
            int c = i % shape.OutputChannels, row = i / shape.OutputChannels;
            int firstInput = c / (shape.OutputChannels / shape.Groups) * depth;
            float sum = 0f;
            for (int tap = 0; tap < taps; tap++)
            {
                int source = sources[row % outputPixels * taps + tap];
                for (int k = 0; source != -2 && k < depth; k++)
                {
                    float x = source < 0 ? 0f : input[(row / outputPixels * shape.InputPixels + source) * shape.InputChannels + firstInput + k];
                    sum = MathF.FusedMultiplyAdd(x, weights[(c * taps + tap) * depth + k], sum);
                }
            }
            sum += spec.Bias.IsEmpty ? 0f : spec.Bias.Span[c];
            if (residual is not null) { sum += residual[i]; }
            sum = sum < spec.Minimum ? spec.Minimum : sum;
            expected[i] = sum > spec.Maximum ? spec.Maximum : sum;
        }
        return expected;
    }

    internal static void AssertSameBits(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, string what)
    {
        ReadOnlySpan<int> left = MemoryMarshal.Cast<float, int>(expected), right = MemoryMarshal.Cast<float, int>(actual);
        int same = left.CommonPrefixLength(right);
        if (same < left.Length) { Assert.Fail($"{what}: element {same} of {left.Length} is {actual[same]:R} (0x{right[same]:X8}), expected {expected[same]:R} (0x{left[same]:X8})."); }
    }
}
