namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Eight bits in, eight bits out: any function of one code is a table of 256, indexed by the code's byte.</summary>
public static class LookupTable
{
    /// <summary><c>table[code] = output.Code(function(input.Real(code)))</c>; the identity function gives a requantization.</summary>
    /// <param name="function">A float function; take its arithmetic from <see cref="FloatMath"/>, so that tables are the same on every machine.</param>
    /// <param name="input">The map of the codes read.</param>
    /// <param name="output">The map of the codes written.</param>
    public static byte[] Build(Func<float, float> function, in CodeParameters input, in CodeParameters output)
    {
        byte[] table = new byte[256];
        for (int code = 0; code < table.Length; code++) { table[code] = output.Code(function(input.Real((byte)code))); }
        return table;
    }

    /// <summary>The table of a change of scale, zero point, range or sign.</summary>
    public static byte[] Requantize(in CodeParameters input, in CodeParameters output) => Build(static x => x, input, output);
}
