namespace Microsoft.ML.Quantization.Kernels;

/// <summary>The emitted products on tile registers: each is emitted when it is first run, once for the process, and stays.</summary>
internal static class AmxKernels
{
    private const int InputTiles = 2, Outputs = 6;

    private static readonly EmittedTable s_kernels = new(Outputs * TileShape.MaxVectors * InputTiles, static (code, number) =>
        AmxTileEmitter.Write(code, number % InputTiles + 1, number / InputTiles % TileShape.MaxVectors + 1, (OutputKind)(number / InputTiles / TileShape.MaxVectors)));

    private static readonly EmittedTable s_states = new(2, static (code, number) =>
    {
        if (number == 0) { AmxTileEmitter.WriteConfiguration(code); }
        else { code.EmitTileRelease(); }
    });

    /// <summary>The address of the function that sets the sizes of this thread's tile registers to <see cref="TileCall.Configuration"/>. That takes some 170 cycles, so not for every panel.</summary>
    public static nint Configure => s_states[0];

    /// <summary>The address of the function that gives this thread's tile registers back.</summary>
    public static nint Release => s_states[1];

    /// <summary>The address of one kernel. Its sizes must have been set.</summary>
    public static nint Of(int inputTiles, int vectors, OutputKind output) => s_kernels[((int)output * TileShape.MaxVectors + vectors - 1) * InputTiles + inputTiles - 1];
}
