using System.Collections.Immutable;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Kernels.Tests;

[TestClass]
[TestCategory("Engine")]
public sealed class Int8ConvolutionSpecs
{
    public static IEnumerable<object[]> Cases => ConvolutionCases.EveryEngineAndCase;

    /// <summary>Reference does not share work; it stands in where there is no other engine.</summary>
    public static IEnumerable<object[]> SharingCases => Cases.Where(static row => (string)row[0] != EngineList.Reference.Name).DefaultIfEmpty(Cases.Last());

    public static string Title(System.Reflection.MethodInfo method, object[] row) => ConvolutionCases.Title(method, row);

    [TestMethod]
    [DynamicData(nameof(Cases), DynamicDataDisplayName = nameof(Title))]
    public void Every_engine_returns_the_codes_of_plain_loops_inside_guard_pages(string engineName, ConvolutionCase shape)
    {
        Engine engine = EngineList.Find(engineName);
        foreach (bool inputSigned in new[] { false, true })
        {
            foreach (OutputStage stage in Stages(shape))
            {
                Int8ConvolutionSpec spec = Spec(shape, inputSigned, stage);
                byte[] input = ExtremeData.Codes(shape.Batch * shape.InputPixels * shape.InputChannels, 7);
                byte[] expected = Expected(shape, spec, input);
                BoundConvolution bound = engine.Bind(spec);
                ConvolutionTables tables = bound.Plan(shape.Size, shape.OutputSize);
                foreach (GuardSide side in GuardedBuffer<byte>.BothSides)
                {
                    using var x = new GuardedBuffer<byte>(input.Length + Engine.ReadSlack, side);
                    using var y = new GuardedBuffer<byte>(expected.Length, side);
                    x.Span.Fill(0xA5);
                    input.CopyTo(x.Span);
                    bound.Run(tables, shape.Batch, x.Span[..input.Length], y.Span, null);
                    AssertSame(expected, y.Span, $"{shape} signed={inputSigned} {stage.GetType().Name} {side}");
                }
            }
        }
    }

    [TestMethod]
    [DynamicData(nameof(SharingCases), DynamicDataDisplayName = nameof(Title))]
    public void Threads_do_not_change_the_codes(string engineName, ConvolutionCase shape)
    {
        using var workers = new WorkerPool(3) { SharesAll = true };
        ConvolutionCase large = shape with { Batch = shape.Batch * 20 };
        Int8ConvolutionSpec spec = Spec(large, false, Stages(large).First());
        byte[] input = ExtremeData.Codes(large.Batch * large.InputPixels * large.InputChannels + Engine.ReadSlack, 3);
        byte[] alone = new byte[large.Batch * large.OutputPixels * large.OutputChannels], together = new byte[alone.Length];
        BoundConvolution bound = EngineList.Find(engineName).Bind(spec);
        ConvolutionTables tables = bound.Plan(large.Size, large.OutputSize);

        bound.Run(tables, large.Batch, input, alone, null);
        bound.Run(tables, large.Batch, input, together, workers);

        AssertSame(alone, together, shape.Name);
    }

    [TestMethod]
    [DynamicData(nameof(Cases), DynamicDataDisplayName = nameof(Title))]
    public void Weights_of_seven_bits_at_their_limits_and_the_largest_codes_saturate_nothing(string engineName, ConvolutionCase shape)
    {
        // 255 · 64 + 255 · 64 is the largest pair that an engine may sum in 16 bits; one of 65 must not be.
        foreach (int limit in new[] { 64, 65 })
        {
            foreach (bool inputSigned in new[] { false, true })
            {
                byte largest = inputSigned ? (byte)127 : (byte)255;
                Int8ConvolutionSpec spec = Spec(shape, inputSigned, Stages(shape).First()) with
                {
                    Weights = ExtremeData.Weights(shape.OutputChannels * shape.Taps * shape.Depth, 5).Select((weight, i) => (sbyte)(i % 3 == 0 ? weight % limit : weight < 0 ? -limit : limit)).ToArray(),
                };
                byte[] input = [.. ExtremeData.Codes(shape.Batch * shape.InputPixels * shape.InputChannels, 9).Select(code => code % 4 == 0 ? code : largest)];
                byte[] expected = Expected(shape, spec, input), actual = new byte[expected.Length];
                BoundConvolution bound = EngineList.Find(engineName).Bind(spec);

                bound.Run(bound.Plan(shape.Size, shape.OutputSize), shape.Batch, [.. input, .. new byte[Engine.ReadSlack]], actual, null);

                AssertSame(expected, actual, $"{shape} signed={inputSigned} limit={limit}");
            }
        }
    }

    [TestMethod]
    [DynamicData(nameof(SummingCases), DynamicDataDisplayName = nameof(Title))]
    public void Codes_added_in_the_store_are_those_of_the_two_steps(string engineName, ConvolutionCase shape)
    {
        Engine engine = EngineList.Find(engineName);
        using var workers = new WorkerPool(2);
        foreach (bool isSigned in new[] { false, true })
        {
            // From multipliers that saturate most codes to such that use a few; the last sum has a scale too small for a form without division.
            ImmutableArray<float> multipliers = [.. Enumerable.Range(0, shape.OutputChannels).Select(static c => (c % 4) switch { 0 => 0.001f, 1 => 1e-4f, 2 => 3e35f, _ => 0.0171f })];
            var stage = new QuantizedOutput(multipliers, isSigned ? -3 : 117, isSigned ? -120 : 0, isSigned ? 100 : 255, isSigned);
            CodeParameters own = new(0.0213f, stage.ZeroPoint, stage.Minimum, stage.Maximum, isSigned), other = new(0.0371f, isSigned ? 90 : 5, !isSigned);
            foreach (CodeParameters output in new[] { new CodeParameters(0.047f, 131, 131, 255, false), new CodeParameters(0.0121f, -7, -128, 90, true), new CodeParameters(1e-31f, 3, 0, 255, false) })
            {
                Int8ConvolutionSpec apart = Spec(shape, isSigned, stage), spec = apart with { Residual = new(own, other, output) };
                byte[] input = ExtremeData.Codes(shape.Batch * shape.InputPixels * shape.InputChannels, 7), codes = Expected(shape, apart, input), residual = ExtremeData.Codes(codes.Length, 21);
                byte[] expected = [.. codes.Zip(residual, (code, added) => output.Code(own.Real(code) + other.Real(added)))];
                BoundConvolution bound = engine.Bind(spec);
                ConvolutionTables tables = bound.Plan(shape.Size, shape.OutputSize);
                foreach (GuardSide side in GuardedBuffer<byte>.BothSides)
                {
                    using var x = new GuardedBuffer<byte>(input.Length + Engine.ReadSlack, side);
                    using var added = new GuardedBuffer<byte>(expected.Length, side);
                    using var y = new GuardedBuffer<byte>(expected.Length, side);
                    input.CopyTo(x.Span);
                    residual.CopyTo(added.Span);
                    bound.Run(tables, shape.Batch, x.Span[..input.Length], added.Span, y.Span, null);
                    AssertSame(expected, y.Span, $"{shape} {output} {side}");
                    bound.Run(tables, shape.Batch, x.Span[..input.Length], added.Span, added.Span, workers);
                    AssertSame(expected, added.Span, $"{shape} {output} {side} in place");
                }
            }
        }
    }

    /// <summary>Every width and height of tile, with and without copied windows, several blocks, groups.</summary>
    public static IEnumerable<object[]> SummingCases => Cases.Where(static row => row[1] is ConvolutionCase { Transposed: false } shape
        && (shape.Groups == 1 || shape.Groups < shape.OutputChannels) && (shape.Name.StartsWith("product", StringComparison.Ordinal) ? shape.InputChannels is 20 or 33 or 40 or 64 : shape.InputChannels is 3 or 24 or 64 or 8));

    [TestMethod]
    public void A_residual_that_cannot_be_added_is_refused_with_the_reason()
    {
        ConvolutionCase shape = ConvolutionCase.Conv2D("some", 1, 4, 4, 3, 3, 1, 1);
        QuantizedOutput stage = new([.. Enumerable.Repeat(0.01f, 4)], 117, 0, 255, false);
        CodeParameters map = new(0.1f, 117, false);
        Int8ConvolutionSpec spec = Spec(shape, false, stage) with { Residual = new(map, map, map) };
        foreach (Engine engine in EnginesUnderTest.All)
        {
            Refuse(() => engine.Bind(spec with { Transposed = true }), "transposed convolution", "Add afterwards");
            Refuse(() => engine.Bind(spec with { Groups = 4, Weights = new sbyte[36] }), "4 groups with one output channel", "Add afterwards");
            Refuse(() => engine.Bind(spec with { Output = new FloatOutput([1f, 1f, 1f, 1f]) }), "FloatOutput", "QuantizedOutput");
            Refuse(() => engine.Bind(spec with { Residual = new(map with { ZeroPoint = 3 }, map, map) }), "zero point 117", "the same");
            Refuse(() => engine.Bind(spec with { Residual = new(map, map with { Scale = 0f }, map) }), "A scale is 0", "above 0");
            BoundConvolution bound = engine.Bind(spec);
            Refuse(() => bound.Run(bound.Plan([3, 3], [3, 3]), 1, new byte[36 + Engine.ReadSlack], new byte[35], new byte[36], null), "35", "36");
        }

        static void Refuse(Action action, params string[] words)
        {
            string message = Assert.ThrowsExactly<QuantizationException>(action).Message;
            foreach (string word in words) { StringAssert.Contains(message, word); }
        }
    }

    internal static Int8ConvolutionSpec Spec(ConvolutionCase shape, bool inputSigned, OutputStage stage) => new()
    {
        Window = shape.Window,
        Transposed = shape.Transposed,
        Groups = shape.Groups,
        InputChannels = shape.InputChannels,
        OutputChannels = shape.OutputChannels,
        Weights = ExtremeData.Weights(shape.OutputChannels * shape.Taps * shape.Depth, 11),
        Bias = shape.OutputChannels % 2 == 0 ? default(ReadOnlyMemory<int>) : Enumerable.Range(0, shape.OutputChannels).Select(static c => (c % 7 - 3) * 1_000_003).ToArray(),
        InputSigned = inputSigned,
        InputZeroPoint = inputSigned ? -5 : 131,
        Output = stage,
    };

    private static IEnumerable<OutputStage> Stages(ConvolutionCase shape)
    {
        // From multipliers that leave everything at 0 to such that overflow any integer.
        ImmutableArray<float> multipliers = [.. Enumerable.Range(0, shape.OutputChannels).Select(static c => (c % 5) switch { 0 => 0.001f, 1 => 1e-4f, 2 => 3e35f, 3 => 0.0171f, _ => 1e-9f })];
        yield return new QuantizedOutput(multipliers, 117, 0, 255, false);
        yield return new QuantizedOutput(multipliers, -3, -3, 100, true);
        // Small enough that no scaled sum leaves the integers: engines may limit codes later then.
        ImmutableArray<float> small = [.. multipliers.Select(static multiplier => Math.Min(multiplier, 0.02f))];
        yield return new QuantizedOutput(small, 117, 3, 250, false);
        yield return new QuantizedOutput(small, -120, -120, 127, true);
        // And every code of the type, which packing alone may limit.
        yield return new QuantizedOutput(small, 117, 0, 255, false);
        yield return new QuantizedOutput(small, -3, -128, 127, true);
        yield return new FloatOutput(multipliers, -2.5f, 1e20f);
    }

    private static byte[] Expected(ConvolutionCase shape, Int8ConvolutionSpec spec, byte[] input)
    {
        int elementSize = spec.Output is FloatOutput ? 4 : 1;
        byte[] expected = new byte[shape.Batch * shape.OutputPixels * shape.OutputChannels * elementSize];
        int[] sources = shape.Sources();
        int rows = shape.Batch * shape.OutputPixels, outputPixels = shape.OutputPixels, taps = shape.Taps, depth = shape.Depth;
        ReadOnlySpan<sbyte> weights = spec.Weights.Span;
        for (int row = 0; row < rows; row++)
        {
            for (int c = 0; c < shape.OutputChannels; c++)
            {
                long sum = spec.Bias.IsEmpty ? 0 : spec.Bias.Span[c];
                int firstInput = c / (shape.OutputChannels / shape.Groups) * depth;
                for (int tap = 0; tap < taps; tap++)
                {
                    int source = sources[row % outputPixels * taps + tap];
                    if (source < 0) { continue; }
                    int first = (row / outputPixels * shape.InputPixels + source) * shape.InputChannels + firstInput;
                    for (int k = 0; k < depth; k++)
                    {
                        byte code = input[first + k];
                        sum += ((spec.InputSigned ? (sbyte)code : code) - spec.InputZeroPoint) * weights[(c * taps + tap) * depth + k];
                    }
                }
                int at = row * shape.OutputChannels + c;
                if (spec.Output is QuantizedOutput q)
                {
                    double scaled = Math.Clamp((float)sum * q.Multipliers[c], q.Minimum - q.ZeroPoint, q.Maximum - q.ZeroPoint);
                    expected[at] = (byte)((int)Math.Round(scaled, MidpointRounding.ToEven) + q.ZeroPoint);
                }
                else if (spec.Output is FloatOutput f)
                {
                    BitConverter.TryWriteBytes(expected.AsSpan(at * 4), Math.Clamp((float)sum * f.Scales[c], f.Minimum, f.Maximum));
                }
            }
        }
        return expected;
    }

    private static void AssertSame(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual, string what)
    {
        int same = expected.CommonPrefixLength(actual);
        if (same < expected.Length) { Assert.Fail($"{what}: byte {same} of {expected.Length} is {actual[same]}, expected {expected[same]}."); }
    }
}
