namespace Microsoft.ML.Quantization.Kernels;

/// <summary>The emitted products on tile registers: each is emitted when it is first run, once for the process, and stays.</summary>
internal static class AmxKernels
{
    private const int InputTiles = 2;

    private static readonly Lazy<nint>[] s_kernels =
    [
        .. from output in Enum.GetValues<OutputKind>()
           from vectors in Enumerable.Range(1, TileShape.MaxVectors)
           from tiles in Enumerable.Range(1, InputTiles)
           select new Lazy<nint>(() => EmittedFunction.Emit(code => AmxTileEmitter.Write(code, tiles, vectors, output))),
    ];

    /// <summary>The address of one kernel.</summary>
    public static nint Of(int inputTiles, int vectors, OutputKind output) => s_kernels[((int)output * TileShape.MaxVectors + vectors - 1) * InputTiles + inputTiles - 1].Value;
}
