using System.Runtime.Intrinsics;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.ArmCheck;

/// <summary>Floats times weights in codes.</summary>
internal static unsafe class WeightSuites
{
    public static void Tile(ref CheckData data)
    {
        switch (data.Next(4))
        {
            case 0: Tile<ByteCodes<Vector128Float, Vector128<float>>, No>(ref data, 8); break;
            case 1: Tile<ByteCodes<Vector128Float, Vector128<float>>, Yes>(ref data, 8); break;
            case 2: Tile<NibbleCodes<Vector128Float, Vector128<float>>, No>(ref data, 4); break;
            default: Tile<NibbleCodes<Vector128Float, Vector128<float>>, Yes>(ref data, 4); break;
        }
    }

    private static void Tile<TCodes, TZeroPoints>(ref CheckData data, int bits)
        where TCodes : struct, IWeightCodes<Vector128<float>>
        where TZeroPoints : struct, IFlag
    {
        int form = data.Next(3), width = 2 * Vector128Float.Lanes, blocks = 1 + data.Next(4), blockSize = 1 + data.Next(20), depth = blocks * blockSize;
        int panels = form == 0 ? 2 : 1, rows = form == 0 ? 1 : 4, words = (blockSize + CodePanels.PerWord - 1) / CodePanels.PerWord;
        int panelBytes = bits == 8 ? depth * width : blocks * words * width * sizeof(uint), panelScales = blocks * width * (TZeroPoints.Value ? 2 : 1);
        float* input = data.Floats(rows * depth), scales = data.Floats(panels * panelScales), weights = data.Take<float>(panels * depth * width);
        byte* codes = data.Take<byte>(panels * panelBytes);
        for (int panel = 0; panel < panels; panel++)
        {
            for (int column = 0; column < width; column++)
            {
                for (int k = 0; k < depth; k++)
                {
                    (int block, int i) = (k / blockSize, k % blockSize);
                    float* parameters = scales + panel * panelScales + block * width * (TZeroPoints.Value ? 2 : 1) + column;
                    int code = bits == 8 ? (sbyte)data.Code() : data.Next(16) - 8;
                    if (bits == 8) { codes[panel * panelBytes + k * width + column] = (byte)code; }
                    else { ((uint*)(codes + panel * panelBytes))[(block * words + i / CodePanels.PerWord) * width + column] |= ((uint)code & 15) << (4 * (i % CodePanels.PerWord)); }
                    if (TZeroPoints.Value && i == 0) { parameters[width] = data.Next(16) - 8; }
                    weights[(panel * depth + k) * width + column] = (TZeroPoints.Value ? code - parameters[width] : code) * parameters[0];
                }
            }
        }
        float* sums = data.Take<float>((form == 2 ? depth : panels * rows) * width);
        CodeTile tile = new()
        {
            Row0 = input, Row1 = input + Math.Min(1, rows - 1) * depth, Row2 = input + Math.Min(2, rows - 1) * depth, Row3 = input + (rows - 1) * depth,
            Codes = codes, Scales = scales, PanelBytes = panelBytes, PanelScales = panelScales, Blocks = blocks, BlockSize = blockSize, Sums = sums,
        };
        if (form == 0) { CodeTiles<Vector128Float, Vector128<float>, TCodes, TZeroPoints>.Row1(&tile); }
        else if (form == 1) { CodeTiles<Vector128Float, Vector128<float>, TCodes, TZeroPoints>.Rows4(&tile); }
        else
        {
            CodeTiles<Vector128Float, Vector128<float>, TCodes, TZeroPoints>.Unfold(&tile);
            for (int i = 0; i < depth * width; i++) { data.Same(weights[i], sums[i]); }
            return;
        }
        for (int i = 0; i < panels * rows * width; i++)
        {
            int panel = form == 0 ? i / width : 0, row = form == 0 ? 0 : i / width;
            float expected = 0f;
            for (int k = 0; k < depth; k++) { expected = MathF.FusedMultiplyAdd(input[row * depth + k], weights[(panel * depth + k) * width + i % width], expected); }
            data.Same(expected, sums[i]);
        }
    }
}
