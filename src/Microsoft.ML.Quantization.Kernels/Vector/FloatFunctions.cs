using System.Runtime.CompilerServices;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>a + b.</summary>
internal readonly struct AddFunction : IFloatFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Of<TF, T>(T a, T b) where TF : struct, IFloatArithmetic<T> where T : struct => TF.Add(a, b);
}

/// <summary>a − b.</summary>
internal readonly struct SubtractFunction : IFloatFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Of<TF, T>(T a, T b) where TF : struct, IFloatArithmetic<T> where T : struct => TF.Subtract(a, b);
}

/// <summary>a · b.</summary>
internal readonly struct MultiplyFunction : IFloatFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Of<TF, T>(T a, T b) where TF : struct, IFloatArithmetic<T> where T : struct => TF.Multiply(a, b);
}

/// <summary>a / b.</summary>
internal readonly struct DivideFunction : IFloatFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Of<TF, T>(T a, T b) where TF : struct, IFloatArithmetic<T> where T : struct => TF.Divide(a, b);
}

/// <summary>eᵃ.</summary>
internal readonly struct ExpFunction : IFloatFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Of<TF, T>(T a, T b) where TF : struct, IFloatArithmetic<T> where T : struct => FloatFormulas.Exp<TF, T>(a);
}

/// <summary>ln a.</summary>
internal readonly struct LogFunction : IFloatFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Of<TF, T>(T a, T b) where TF : struct, IFloatArithmetic<T> where T : struct => FloatFormulas.Log<TF, T>(a);
}

/// <summary>tanh a.</summary>
internal readonly struct TanhFunction : IFloatFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Of<TF, T>(T a, T b) where TF : struct, IFloatArithmetic<T> where T : struct => FloatFormulas.Tanh<TF, T>(a);
}

/// <summary>1 / (1 + e⁻ᵃ).</summary>
internal readonly struct SigmoidFunction : IFloatFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Of<TF, T>(T a, T b) where TF : struct, IFloatArithmetic<T> where T : struct => FloatFormulas.Sigmoid<TF, T>(a);
}

/// <summary>erf a.</summary>
internal readonly struct ErfFunction : IFloatFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Of<TF, T>(T a, T b) where TF : struct, IFloatArithmetic<T> where T : struct => FloatFormulas.Erf<TF, T>(a);
}
