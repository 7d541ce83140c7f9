using System.Runtime.CompilerServices;
using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms.Onnx;

/// <summary>Runs an ONNX model on each row: columns go in by the names of its inputs and come out by those of its outputs.</summary>
public sealed class OnnxTransformer : RowToRowTransformerBase, IDisposable
{
    private bool _disposed;

    internal OnnxTransformer(OnnxModel model, string[] outputs, string[] inputs)
    {
        foreach (string name in outputs.Concat(inputs))
        {
            if (string.IsNullOrWhiteSpace(name)) { throw new ArgumentOutOfRangeException(nameof(inputs), "Names of columns cannot be white space"); }
        }
        Model = model;
        Inputs = inputs.Length > 0 ? inputs : [.. model.Inputs.Select(slot => slot.Name)];
        Outputs = outputs.Length > 0 ? outputs : [.. model.Outputs.Select(slot => slot.Name)];
        foreach (string name in Outputs) { model.TypeOfOutput(name); }
    }

    internal OnnxModel Model { get; }

    internal string[] Inputs { get; }

    internal string[] Outputs { get; }

    public void Dispose()
    {
        if (_disposed) { return; }
        _disposed = true;
        Model.Dispose();
    }

    private protected override void Save(ModelSaveContext ctx)
    {
        ctx.SetKind(ModelKinds.Onnx);
        ctx.Writer.Write(Outputs);
        ctx.Writer.Write(Inputs);
        ctx.Writer.Write(Model.Shapes.Count);
        foreach ((string name, int[] sizes) in Model.Shapes)
        {
            ctx.Writer.Write(name);
            ctx.Writer.Write(sizes.Length);
            foreach (int size in sizes) { ctx.Writer.Write(size); }
        }
        byte[] bytes = Model.ToBytes();
        ctx.Writer.Write(bytes.Length);
        ctx.Writer.Write(bytes);
    }

    internal static OnnxTransformer Load(ModelLoadContext context)
    {
        BinaryReader reader = context.Reader;
        string[] outputs = reader.ReadNames(), inputs = reader.ReadNames();
        var shapes = new Dictionary<string, int[]>();
        for (int count = reader.ReadInt32(); count > 0; count--)
        {
            string name = reader.ReadString();
            int[] sizes = new int[reader.ReadInt32()];
            for (int i = 0; i < sizes.Length; i++) { sizes[i] = reader.ReadInt32(); }
            shapes[name] = sizes;
        }
        return new(new OnnxModel(null, reader.ReadBytes(reader.ReadInt32()), shapes), outputs, inputs);
    }

    private protected override RowMapping Bind(DataViewSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        OnnxInput[] inputs = [.. Inputs.Select(name => OnnxInput.Bind(Model.Input(name), schema))];
        int[] indices = [.. inputs.Select(input => input.Column.Index)];
        // All outputs of a row come from one run.
        var runs = new ConditionalWeakTable<DataViewRow, OnnxRun>();
        return RowMapping.Append(schema, Outputs.Select(name => new MappedColumn(OnnxModel.ColumnOf(name), Model.TypeOfOutput(name), DataViewSchema.Annotations.Empty, indices,
            row => runs.GetValue(row, input => new(Model, inputs, input)).MakeGetter(Model.Output(name)))));
    }
}
