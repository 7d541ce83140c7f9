namespace Microsoft.ML.Quantization.Kernels;

/// <summary>
/// Codes of the other sign than an instruction takes have their top bit flipped, which moves them by 128; the zero point moves with them,
/// so that the sums stay what they are.
/// </summary>
internal static class CodeSigns
{
    /// <summary>Whether the top bits are flipped.</summary>
    public static bool Flip(bool inputSigned, bool signedCodes) => inputSigned != signedCodes;

    /// <summary>The code of real 0 as the instruction reads it.</summary>
    public static int ZeroPoint(int zeroPoint, bool inputSigned, bool signedCodes) => zeroPoint + (Flip(inputSigned, signedCodes) ? signedCodes ? -128 : 128 : 0);
}
