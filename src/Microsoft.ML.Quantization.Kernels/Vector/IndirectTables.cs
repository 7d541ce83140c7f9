namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Byte offsets of the input pixels that each output pixel of one phase reads; negative for a tap outside the image.</summary>
/// <param name="Taps">Taps of the phase, 1 or more.</param>
/// <param name="Pixels">Output pixels of the phase.</param>
/// <param name="Offsets">[taps, pixels], or [pixels, taps] when the windows are gathered.</param>
/// <param name="Outputs">Output pixel of each; null when they are all pixels in order.</param>
/// <param name="Runs">When gathered, [pixels, taps / RunTaps]: offset of a run of neighbouring input pixels, negative where a tap of it is outside.</param>
/// <param name="RunTaps">Taps of one run: the innermost kernel size.</param>
/// <param name="InOrder">Whether every output pixel reads the input pixel of its own number and no other, so that images follow one another as if they were one.</param>
internal sealed record PhaseTable(int Taps, int Pixels, int[] Offsets, int[]? Outputs, int[] Runs, int RunTaps, bool InOrder);

/// <summary>The tables of a convolution that finds its input through offsets instead of copying it (indirect convolution).</summary>
internal sealed class IndirectTables : ConvolutionTables
{
    /// <exception cref="QuantizationException">The sizes do not fit the window, or an image exceeds 2 GB.</exception>
    public IndirectTables(PackedShape shape, IReadOnlyList<ConvolutionPhase> phases, ReadOnlySpan<int> inputSize, ReadOnlySpan<int> outputSize)
    {
        int[] sources = WindowSources.Build(shape.Window, shape.Transposed, inputSize, outputSize);
        (InputPixels, OutputPixels) = ((int)WindowSources.Count(inputSize), (int)WindowSources.Count(outputSize));
        Width = outputSize.IsEmpty ? 1 : Math.Max(1, outputSize[^1]);
        int pixelBytes = shape.InputChannels * shape.ElementSize;
        if ((long)InputPixels * pixelBytes > int.MaxValue) { throw new QuantizationException($"One image has {(long)InputPixels * pixelBytes} bytes; expected less than 2 GB. Use smaller images."); }
        List<int>[] members = [.. phases.Select(static _ => new List<int>())];
        for (int pixel = 0; pixel < OutputPixels; pixel++) { members[ConvolutionPhase.IndexOf(shape.Window, shape.Transposed, outputSize, pixel)].Add(pixel); }
        KernelRows = KernelRows.Of(shape, inputSize, outputSize);
        Phases = new PhaseTable[phases.Count];
        for (int phase = 0; phase < Phases.Length; phase++)
        {
            int[] pixels = [.. members[phase]];
            Phases[phase] = shape.Gathers ? Gather(shape, sources, pixels, pixelBytes) : Indirect(shape, phases[phase], sources, InputPixels, pixels, pixelBytes);
        }
    }

    public PhaseTable[] Phases { get; }

    public int InputPixels { get; }

    public int OutputPixels { get; }

    /// <summary>Output pixels on the innermost axis.</summary>
    public int Width { get; }

    /// <summary>Which taps can be left out; null for none.</summary>
    public KernelRows? KernelRows { get; }

    private static PhaseTable Indirect(PackedShape shape, ConvolutionPhase phase, int[] sources, int inputPixels, int[] pixels, int pixelBytes)
    {
        int taps = Math.Max(1, phase.Taps.Length);
        int[] offsets = new int[taps * pixels.Length];
        Array.Fill(offsets, WindowSources.Outside);
        for (int tap = 0; tap < phase.Taps.Length; tap++)
        {
            for (int i = 0; i < pixels.Length; i++)
            {
                int source = sources[pixels[i] * shape.Window.Taps + phase.Taps[tap]];
                if (source >= 0) { offsets[tap * pixels.Length + i] = source * pixelBytes; }
            }
        }
        bool inOrder = !shape.Transposed && taps == 1 && sources.Length == inputPixels && !offsets.Where((offset, pixel) => offset != pixel * pixelBytes).Any();
        return new(taps, pixels.Length, offsets, shape.Transposed ? pixels : null, [], 1, inOrder);
    }

    private static PhaseTable Gather(PackedShape shape, int[] sources, int[] pixels, int pixelBytes)
    {
        int taps = shape.Window.Taps, runTaps = shape.Window.Kernel[^1];
        int[] offsets = [.. sources.Select(source => source < 0 ? WindowSources.Outside : source * pixelBytes)];
        int[] runs = new int[offsets.Length / runTaps];
        for (int run = 0; run < runs.Length; run++)
        {
            bool whole = sources[run * runTaps] >= 0;
            for (int tap = 1; tap < runTaps; tap++) { whole &= sources[run * runTaps + tap] == sources[run * runTaps] + tap; }
            runs[run] = whole ? offsets[run * runTaps] : WindowSources.Outside;
        }
        return new(taps, pixels.Length, offsets, null, runs, runTaps, InOrder: false);
    }
}
