using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Kernels.Functional;

namespace Microsoft.ML.Quantization.Modules;

/// <summary>Bags of rows as nodes. Indices [bags, length] are reduced over their second axis; indices [n] with offsets by a matrix that says which index is in which bag.</summary>
internal static class BagNodes
{
    /// <param name="writer">Writes.</param>
    /// <param name="inputs">Indices, offsets or none, weights or none.</param>
    /// <param name="rows">Writes the rows of indices.</param>
    /// <param name="mode">How a bag is reduced.</param>
    /// <param name="includeLastOffset">Whether the last offset is the end of the last bag.</param>
    public static string Write(NodeWriter writer, ImmutableArray<string> inputs, Func<string, string> rows, BagMode mode, bool includeLastOffset)
    {
        int rank = writer.Fact(inputs[0]).Rank;
        if (inputs.Length == 1 && rank == 2) { return Reductions.Write(writer, mode switch { BagMode.Sum => "ReduceSum", BagMode.Mean => "ReduceMean", _ => "ReduceMax" }, rows(inputs[0]), [1], keep: false); }
        if (inputs.Length == 1 || rank != 1) { throw new QuantizationException($"An embedding bag was given indices {writer.Fact(inputs[0])} and {inputs.Length - 1} other values; expected [bags, length] alone, or [n] and offsets."); }
        if (mode == BagMode.Max) { throw new QuantizationException("An embedding bag of maxima was given offsets; expected indices [bags, length], the form that a graph has for it."); }

        string count = writer.Node("Shape", [inputs[0]]), offsets = writer.Node("Cast", [inputs[1]], NodeAttributes.Empty.With("to", 7L));
        string later = Slice(offsets, 1, int.MaxValue);
        (string starts, string ends) = includeLastOffset ? (Slice(offsets, 0, -1), later) : (offsets, writer.Node("Concat", [later, count], NodeAttributes.Empty.With("axis", 0)));
        string places = writer.Node("Range", [Scalar("zero", 0), writer.Node("Squeeze", [count, writer.Settings("first", 0)]), Scalar("one", 1)]);
        string behind = writer.Node("GreaterOrEqual", [places, Column(starts)]), before = writer.Node("Less", [places, Column(ends)]);
        string member = writer.Node("Cast", [writer.Node("And", [behind, before])], NodeAttributes.Empty.With("to", 1L));
        if (inputs.Length == 3 && mode != BagMode.Sum) { throw new QuantizationException($"An embedding bag was given weights for {mode}; expected {BagMode.Sum}."); }
        string sum = writer.Node("MatMul", [inputs.Length == 3 ? writer.Node("Mul", [member, inputs[2]]) : member, rows(inputs[0])]);
        return mode == BagMode.Sum ? sum : writer.Node("Div", [sum, writer.Node("Max", [Reductions.Write(writer, "ReduceSum", member, [1], keep: true), writer.Constant("least", Tensor.Create(1f))])]);

        string Scalar(string name, long value) => writer.Constant(name, Tensor.Scalar(value));
        string Column(string x) => writer.Node("Unsqueeze", [x, writer.Settings("column", 1)]);
        string Slice(string x, int start, int end) => writer.Node("Slice", [x, writer.Settings("start", start), writer.Settings("end", end), writer.Settings("first", 0)]);
    }
}
