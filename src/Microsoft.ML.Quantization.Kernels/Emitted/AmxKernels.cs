namespace Microsoft.ML.Quantization.Kernels;

/// <summary>The emitted products on tile registers: each is emitted when it is first run, once for the process, and stays.</summary>
internal static class AmxKernels
{
    private const int InputTiles = 2, Outputs = 3;

    private static readonly EmittedTable s_kernels = new(Outputs * TileShape.MaxVectors * InputTiles, static (code, number) =>
        AmxTileEmitter.Write(code, number % InputTiles + 1, number / InputTiles % TileShape.MaxVectors + 1, (OutputKind)(number / InputTiles / TileShape.MaxVectors)));

    /// <summary>The address of one kernel.</summary>
    public static nint Of(int inputTiles, int vectors, OutputKind output) => s_kernels[((int)output * TileShape.MaxVectors + vectors - 1) * InputTiles + inputTiles - 1];
}
