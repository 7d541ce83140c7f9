namespace Microsoft.ML.Quantization.Benchmarks.Peers;

/// <summary>How many nodes of a written model compute on integers.</summary>
internal static class IntegerNodes
{
    private const byte OperatorField = 0x22; // field 4 of a node, a string

    private static readonly string[] s_operators =
        ["QLinearConv", "QLinearMatMul", "QGemm", "QLinearAdd", "QLinearMul", "QLinearAveragePool", "QLinearGlobalAveragePool", "QLinearSigmoid", "QLinearLeakyRelu", "QLinearConcat", "QLinearSoftmax", "MatMulIntegerToFloat", "DynamicQuantizeMatMul", "ConvInteger", "MatMulInteger"];

    /// <summary>Counts the operators' names where a node keeps its name of an operator.</summary>
    public static int Count(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        int count = 0;
        foreach (string name in s_operators)
        {
            byte[] text = [OperatorField, (byte)name.Length, .. System.Text.Encoding.ASCII.GetBytes(name)];
            for (int at = 0; (at = bytes.AsSpan(at).IndexOf(text) is int found and >= 0 ? at + found : -1) >= 0; at += text.Length) { count++; }
        }
        return count;
    }
}
