using System.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>Writes updates into a copy of a tensor; <c>reduction</c> says what becomes of what was there.</summary>
internal readonly record struct Scattering(Action<StepCall, Scattering.Write> Visit) : INumberCall
{
    /// <summary>Puts update elements behind <paramref name="update"/> over those behind <paramref name="target"/>.</summary>
    internal delegate void Write(int target, int update, int count);

    public void Run<T>(StepCall call) where T : unmanaged, INumber<T>
    {
        call.Input<T>(0).CopyTo(call.Output<T>(0));
        string reduction = call.Attributes.String("reduction", "none");
        Visit(call, (target, update, count) =>
        {
            ReadOnlySpan<T> updates = call.Input<T>(2).Slice(update, count);
            Span<T> y = call.Output<T>(0).Slice(target, count);
            for (int i = 0; i < count; i++)
            {
                y[i] = reduction switch { "add" => y[i] + updates[i], "mul" => y[i] * updates[i], "max" => T.Max(y[i], updates[i]), "min" => T.Min(y[i], updates[i]), _ => updates[i] };
            }
        });
    }

    /// <summary>Refuses an unknown reduction, and updates of another type.</summary>
    public static void Check(InferenceSite site, TensorFact x)
    {
        site.Input(2, x.Type);
        string reduction = site.Attributes.String("reduction", "none");
        if (reduction is not ("none" or "add" or "mul" or "max" or "min")) { throw site.Refuse($"reduction is '{reduction}'; expected none, add, mul, max or min"); }
        if (reduction != "none" && x.Type == ElementType.Boolean) { throw site.Refuse("its data are truth values, which cannot be added; expected reduction = none"); }
    }
}
