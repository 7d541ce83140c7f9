using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>
/// One step of one row of an LSTM, from the sums of its gates: <c>C = σ(f) · C + σ(i) · tanh(c)</c>, <c>H = σ(o) · tanh(C)</c>, each operation
/// rounded by itself. In one pass, so that no gate goes through memory.
/// </summary>
internal static unsafe class LstmGates
{
    /// <summary>Gates of a row: i, o, f and c in this order.</summary>
    public const int Gates = 4;

    /// <summary>One element at a time.</summary>
    public static void Step(ReadOnlySpan<float> inputGates, ReadOnlySpan<float> stateGates, Span<float> cell, Span<float> state)
    {
        Require(inputGates.Length, stateGates.Length, cell.Length, state.Length);
        fixed (float* x = inputGates, h = stateGates, c = cell, y = state)
        {
            for (int i = 0; i < cell.Length; i++) { One<ScalarArithmetic>(x, h, c, y, cell.Length, i); }
        }
    }

    /// <summary>A register at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Step<TFloat, TVector>(ReadOnlySpan<float> inputGates, ReadOnlySpan<float> stateGates, Span<float> cell, Span<float> state)
        where TFloat : struct, IFloatVector<TVector>
        where TVector : struct
    {
        Require(inputGates.Length, stateGates.Length, cell.Length, state.Length);
        int hidden = cell.Length, i = 0;
        fixed (float* x = inputGates, h = stateGates, c = cell, y = state)
        {
            for (; TFloat.Lanes == 16 && i <= hidden - 16; i += 16)
            {
                Vector512<float> next = Vector512.Load(c + i);
                Of<Vector512Arithmetic, Vector512<float>>(Vector512.Load(x + i) + Vector512.Load(h + i), Vector512.Load(x + hidden + i) + Vector512.Load(h + hidden + i),
                    Vector512.Load(x + 2 * hidden + i) + Vector512.Load(h + 2 * hidden + i), Vector512.Load(x + 3 * hidden + i) + Vector512.Load(h + 3 * hidden + i), ref next).Store(y + i);
                next.Store(c + i);
            }
            for (; i <= hidden - 8; i += 8)
            {
                Vector256<float> next = Vector256.Load(c + i);
                Of<Vector256Arithmetic, Vector256<float>>(Vector256.Load(x + i) + Vector256.Load(h + i), Vector256.Load(x + hidden + i) + Vector256.Load(h + hidden + i),
                    Vector256.Load(x + 2 * hidden + i) + Vector256.Load(h + 2 * hidden + i), Vector256.Load(x + 3 * hidden + i) + Vector256.Load(h + 3 * hidden + i), ref next).Store(y + i);
                next.Store(c + i);
            }
            for (; i < hidden; i++) { One<ScalarArithmetic>(x, h, c, y, hidden, i); }
        }
    }

    private static void One<TF>(float* x, float* h, float* c, float* y, int hidden, int i) where TF : struct, IFloatArithmetic<float> =>
        y[i] = Of<TF, float>(x[i] + h[i], x[hidden + i] + h[hidden + i], x[2 * hidden + i] + h[2 * hidden + i], x[3 * hidden + i] + h[3 * hidden + i], ref c[i]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Of<TF, T>(T input, T output, T forget, T fresh, ref T cell) where TF : struct, IFloatArithmetic<T> where T : struct
    {
        T kept = TF.Multiply(FloatFormulas.Sigmoid<TF, T>(forget), cell);
        cell = TF.Add(kept, TF.Multiply(FloatFormulas.Sigmoid<TF, T>(input), FloatFormulas.Tanh<TF, T>(fresh)));
        return TF.Multiply(FloatFormulas.Sigmoid<TF, T>(output), FloatFormulas.Tanh<TF, T>(cell));
    }

    private static void Require(int inputGates, int stateGates, int cell, int state)
    {
        LengthCheck.AtLeast(inputGates, (long)Gates * cell);
        LengthCheck.AtLeast(stateGates, (long)Gates * cell);
        LengthCheck.AtLeast(state, cell);
    }
}
