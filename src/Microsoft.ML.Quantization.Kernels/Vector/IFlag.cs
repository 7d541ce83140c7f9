namespace Microsoft.ML.Quantization.Kernels;

/// <summary>A constant the JIT folds, so that a loop can be written once for both of its values.</summary>
internal interface IFlag
{
    static abstract bool Value { get; }
}

/// <summary>True.</summary>
internal readonly struct Yes : IFlag
{
    public static bool Value => true;
}

/// <summary>False.</summary>
internal readonly struct No : IFlag
{
    public static bool Value => false;
}
