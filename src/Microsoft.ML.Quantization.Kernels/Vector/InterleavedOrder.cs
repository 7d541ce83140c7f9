namespace Microsoft.ML.Quantization.Kernels;

/// <summary>The order of columns in panels of four registers whose sums become codes: <see cref="IInt8Dot{TVector}.StoreCodes"/> puts them in order again.</summary>
internal static class InterleavedOrder<TDot, TVector>
    where TDot : struct, IInt8Dot<TVector>
    where TVector : struct
{
    private static readonly int[] s_slots = Slots();

    /// <summary>Where a column lies: a <see cref="ColumnOrder"/>. Narrower panels keep theirs in order.</summary>
    public static int Slot(int width, int column) => width == s_slots.Length ? s_slots[column] : column;

    private static int[] Slots()
    {
        int[] slots = new int[4 * TDot.Lanes];
        for (int slot = 0; slot < slots.Length; slot++) { slots[TDot.InterleavedColumn(slot / TDot.Lanes, slot % TDot.Lanes)] = slot; }
        return slots;
    }
}
