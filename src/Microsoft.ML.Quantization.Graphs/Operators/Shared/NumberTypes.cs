using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>The number types that generic operators take, and how a call gets to the one it has.</summary>
internal static class NumberTypes
{
    /// <summary>All numbers.</summary>
    public static ImmutableArray<ElementType> All { get; } =
    [
        ElementType.Float32, ElementType.Float64, ElementType.Float16, ElementType.Int64, ElementType.Int32, ElementType.Int16, ElementType.Int8,
        ElementType.UInt64, ElementType.UInt32, ElementType.UInt16, ElementType.UInt8,
    ];

    /// <summary>Whole numbers.</summary>
    public static ImmutableArray<ElementType> Whole { get; } = [.. All.Where(type => type is not (ElementType.Float32 or ElementType.Float64 or ElementType.Float16))];

    /// <summary>The fact of a required input that is a number.</summary>
    public static TensorFact Number(this InferenceSite site, int index) => site.Input(index, All.AsSpan());

    /// <summary>Runs a computation for the type.</summary>
    public static void Run<TCall>(TCall action, ElementType type, StepCall call) where TCall : struct, INumberCall
    {
        switch (type)
        {
            case ElementType.Float32: action.Run<float>(call); break;
            case ElementType.Float64: action.Run<double>(call); break;
            case ElementType.Float16: action.Run<Half>(call); break;
            case ElementType.Int64: action.Run<long>(call); break;
            case ElementType.Int32: action.Run<int>(call); break;
            case ElementType.Int16: action.Run<short>(call); break;
            case ElementType.Int8: action.Run<sbyte>(call); break;
            case ElementType.UInt64: action.Run<ulong>(call); break;
            case ElementType.UInt32: action.Run<uint>(call); break;
            case ElementType.UInt16: action.Run<ushort>(call); break;
            default: action.Run<byte>(call); break;
        }
    }
}
