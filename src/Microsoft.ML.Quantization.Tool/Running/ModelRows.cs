using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Tool.Data;

namespace Microsoft.ML.Quantization.Tool.Running;

/// <summary>
/// Rows for a model, checked: one array for each input, in the model's order, all with the same number of rows. A model whose inputs have no
/// common axis of rows, because one is a single number or a state of shape [layers, batch, size], takes whole calls in their place
/// (<see cref="ModelCalls"/>).
/// </summary>
internal sealed class ModelRows
{
    private readonly ImmutableArray<Tensor> _inputs;
    private readonly ImmutableArray<bool> _isShared;

    private ModelRows(ImmutableArray<Tensor> inputs, int? fixedBatch) => (_inputs, FixedBatch, Count) = (inputs, fixedBatch, inputs[0].Shape[0]);

    private ModelRows(ImmutableArray<Tensor> inputs, ImmutableArray<bool> isShared, int count) => (_inputs, _isShared, FixedBatch, Count) = (inputs, isShared, 1, count);

    /// <summary>Number of rows, or of calls.</summary>
    public int Count { get; }

    /// <summary>Whether these are whole calls: each slice is what the model takes at once, and has no axis of rows.</summary>
    public bool AreCalls => !_isShared.IsDefault;

    /// <summary>How many rows the model takes per call, when it leaves no choice.</summary>
    public int? FixedBatch { get; }

    /// <summary>Finds the arrays that a model needs in a file. Arrays it does not need are left alone.</summary>
    /// <exception cref="QuantizationException">An array is missing, or its type or shape is not the model's; both are named.</exception>
    public static ModelRows Match(Graph model, DataFile file)
    {
        if (model.Inputs.IsEmpty) { throw new QuantizationException($"Model '{model.Name}' takes no input, so there is nothing to run it on."); }
        if (file.IsTable && model.Inputs.Length > 1)
        {
            throw new QuantizationException($"'{file.FilePath}' is one table; model '{model.Name}' takes {model.Inputs.Length} inputs ({string.Join(", ", model.Inputs)}). Give them as named arrays in a .npz file.");
        }
        if (!file.IsTable && ModelCalls.Match(model, file) is { } calls) { return new(calls.Inputs, calls.IsShared, calls.Count); }
        ImmutableArray<Tensor> inputs = [.. model.Inputs.Select(input => file.IsTable ? Table(input, file) : Named(input, file))];
        for (int i = 1; i < inputs.Length; i++)
        {
            if (inputs[i].Shape[0] != inputs[0].Shape[0])
            {
                throw new QuantizationException($"In '{file.FilePath}', array '{model.Inputs[i].Name}' has {inputs[i].Shape[0]} rows and '{model.Inputs[0].Name}' has {inputs[0].Shape[0]}; expected the same number.");
            }
        }
        return new(inputs, model.Inputs.Select(input => input.Fact.Dimensions[0].Size).FirstOrDefault(size => size is not null));
    }

    /// <summary>Rows per call: what was asked for, or what the model dictates.</summary>
    /// <exception cref="QuantizationException">The model dictates another number, or the rows do not fill its batches.</exception>
    public int BatchSize(int? asked)
    {
        if (FixedBatch is not int rows) { return asked ?? Verbs.RunOptions.DefaultBatch; }
        if (asked is not null && asked != rows) { throw new QuantizationException($"The batch is {asked}; this model takes exactly {rows} rows per call."); }
        return Count % rows == 0 ? rows : throw new QuantizationException($"There are {Count} rows; this model takes exactly {rows} per call, so expected a multiple of {rows}.");
    }

    /// <summary>Neighbouring rows.</summary>
    public ImmutableArray<Tensor> Slice(int first, int count) => [.. _inputs.Select((input, i) =>
    {
        if (AreCalls) { return _isShared[i] ? input : Call(input, first); }
        int rowBytes = RowBytes(input);
        return new Tensor(input.Type, Rows(input, count), input.Bytes.Slice(first * rowBytes, count * rowBytes).ToArray());
    })];

    /// <summary>Only the given rows, in the given order.</summary>
    public ModelRows Pick(ReadOnlySpan<long> rows)
    {
        var picked = ImmutableArray.CreateBuilder<Tensor>(_inputs.Length);
        foreach (Tensor input in _inputs)
        {
            if (AreCalls && _isShared[picked.Count])
            {
                picked.Add(input);
                continue;
            }
            int rowBytes = RowBytes(input);
            var tensor = new Tensor(input.Type, Rows(input, rows.Length));
            for (int i = 0; i < rows.Length; i++) { input.Bytes.Slice((int)rows[i] * rowBytes, rowBytes).CopyTo(tensor.Bytes[(i * rowBytes)..]); }
            picked.Add(tensor);
        }
        return AreCalls ? new(picked.ToImmutable(), _isShared, rows.Length) : new(picked.ToImmutable(), FixedBatch);
    }

    /// <summary>All rows in batches; the last one may be smaller.</summary>
    public IEnumerable<ImmutableArray<Tensor>> Batches(int size)
    {
        for (int first = 0; first < Count; first += size) { yield return Slice(first, Math.Min(size, Count - first)); }
    }

    private static Tensor Call(Tensor input, int index) =>
        new(input.Type, new Shape([.. input.Shape.Sizes.AsSpan()[1..]]), input.Bytes.Slice(index * RowBytes(input), RowBytes(input)).ToArray());

    private static int RowBytes(Tensor tensor) => tensor.Shape[0] == 0 ? 0 : tensor.Bytes.Length / tensor.Shape[0];

    private static Shape Rows(Tensor tensor, int count) => new([count, .. tensor.Shape.Sizes.AsSpan()[1..]]);

    /// <summary>The array of an input, with the element type the model takes.</summary>
    /// <exception cref="QuantizationException">There is none, or its type cannot become the model's.</exception>
    public static Tensor Read(ValueInfo input, DataFile file)
    {
        if (!file.Names.Contains(input.Name))
        {
            throw new QuantizationException($"'{file.FilePath}' has no array '{input.Name}', which the model takes as {input.Fact}; it has {(file.Names.Count > 0 ? string.Join(", ", file.Names.Select(name => $"'{name}'")) : "none")}. Name the array as the input.");
        }
        return Typed(input, file.Read(input.Name), $"Array '{input.Name}' of '{file.FilePath}'");
    }

    private static Tensor Named(ValueInfo input, DataFile file)
    {
        if (!file.Names.Contains(input.Name)) { return Read(input, file); }
        return Fit(input, file.Read(input.Name), $"Array '{input.Name}' of '{file.FilePath}'");
    }

    // A table knows columns only: where the model wants more axes and their sizes are known, the columns are those axes laid end to end.
    private static Tensor Table(ValueInfo input, DataFile file)
    {
        Tensor table = file.Read(CsvFile.FeatureName);
        ReadOnlySpan<Dimension> axes = input.Fact.Rank > 1 ? input.Fact.Dimensions.AsSpan()[1..] : [];
        long columns = 1;
        foreach (Dimension axis in axes) { columns *= axis.Size ?? -1; }
        if (axes.Length > 1 && columns == table.Shape[1])
        {
            var sizes = new List<int> { table.Shape[0] };
            foreach (Dimension axis in axes) { sizes.Add(axis.Size!.Value); }
            table = table.Reshape(new Shape([.. sizes]));
        }
        return Fit(input, table, $"The table of '{file.FilePath}'");
    }

    private static Tensor Fit(ValueInfo input, Tensor tensor, string what)
    {
        TensorFact fact = input.Fact;
        bool fits = tensor.Shape.Rank == fact.Rank;
        for (int axis = 1; fits && axis < fact.Rank; axis++) { fits = fact.Dimensions[axis].Size is not int size || size == tensor.Shape[axis]; }
        if (!fits) { throw new QuantizationException($"{what} has shape {tensor.Shape}; the model takes {input}. Expected rows on the first axis and the model's sizes on the others."); }
        return Typed(input, tensor, what);
    }

    private static Tensor Typed(ValueInfo input, Tensor tensor, string what) => ElementConversion.TryConvert(tensor, input.Fact.Type) ?? throw new QuantizationException(
        $"{what} holds {tensor.Type.Name()}; the model takes {input}. Convert it with the model's preprocessing, for instance .astype('{NpyType.Descriptor(input.Fact.Type)}').");
}
