using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// Keeps the memory of a run in proportion to what is really there. A few bytes of a file can ask for gigabytes (ConstantOfShape, Expand,
/// Tile, Resize, Pad, a broadcast); unless <see cref="ExecutionOptions.MemoryLimit"/> says otherwise, the values alive at one time may
/// take 64 MB and 8 times the bytes of constants, inputs and results of weighted operators (products, convolutions).
/// </summary>
internal sealed class MemoryBudget(long? limit, long given)
{
    /// <summary>Bytes that need no reason.</summary>
    public const long Free = 64L << 20;

    /// <summary>Bytes that one byte of constants, inputs and products may become.</summary>
    public const int PerByte = 8;

    private long _given = given;

    /// <summary>The budget of a run with these inputs.</summary>
    public static MemoryBudget For(ExecutionPlan plan, IEnumerable<long> inputBytes) => new(plan.MemoryLimit, plan.ConstantBytes + inputBytes.Sum());

    /// <summary>Counts what a node writes where it computes rather than repeats.</summary>
    public void Count(Node node, OperatorList operators, int opset, long written)
    {
        if (operators.Find(node, opset).Traits.WeightInput is not null || node.Operator is "Einsum" or "Attention") { _given += written; }
    }

    /// <summary>Refuses what goes beyond it.</summary>
    /// <exception cref="QuantizationException">The bytes are more than the run may take.</exception>
    public void Check(long bytes, Func<string> largest)
    {
        long most = limit ?? Free + PerByte * _given;
        if (bytes <= most) { return; }
        string rule = limit is null ? $", 64 MB and {PerByte} times the {_given:N0} bytes of constants, inputs and products" : ", the limit that was set";
        throw new QuantizationException(
            $"This run needs {bytes:N0} bytes, the most for {largest()}; expected at most {most:N0}{rule}. Use a smaller batch, or raise {nameof(ExecutionOptions)}.{nameof(ExecutionOptions.MemoryLimit)} (mlquant: --memory-limit) if the model is to be trusted.");
    }
}
