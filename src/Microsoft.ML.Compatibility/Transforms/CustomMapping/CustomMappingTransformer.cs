using System.Runtime.CompilerServices;
using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

/// <summary>Columns made by a user's method, which sees a row as one object and fills another.</summary>
public sealed class CustomMappingTransformer<TSrc, TDst> : ITransformer
    where TSrc : class, new()
    where TDst : class, new()
{
    private readonly Action<TSrc, TDst> _map;
    private readonly string _contractName;
    private readonly SchemaDefinition _inputDefinition;

    internal CustomMappingTransformer(Action<TSrc, TDst> map, string contractName, SchemaDefinition input, SchemaDefinition output)
    {
        ArgumentNullException.ThrowIfNull(map, "mapAction");
        (_map, _contractName, _inputDefinition) = (map, contractName, input);
        Inputs = MemberColumn.Bind(typeof(TSrc), input ?? SchemaDefinition.Create(typeof(TSrc), SchemaDefinition.Direction.Write));
        Outputs = MemberColumn.Bind(typeof(TDst), output ?? SchemaDefinition.Create(typeof(TDst), SchemaDefinition.Direction.Write));
    }

    internal MemberColumn[] Inputs { get; }

    internal MemberColumn[] Outputs { get; }

    bool ITransformer.IsRowToRowMapper => true;

    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => Bind(inputSchema).OutputSchema;

    public IDataView Transform(IDataView input) => new MappedView(input, Bind(input.Schema));

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) => Bind(inputSchema);

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        if (_contractName is null) { throw new InvalidOperationException("Empty contract name for a transform: the transform cannot be saved"); }
        ctx.SetKind(ModelKinds.CustomMapping);
        ctx.Writer.Write(_contractName);
        ctx.Writer.Write(_map.Method.DeclaringType.Assembly.FullName);
    }

    private RowMapping Bind(DataViewSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        MemberWriter<TSrc>[] writers = MemberWriter<TSrc>.CreateAll(schema, ignoreMissingColumns: false, _inputDefinition);
        int[] indices = [.. writers.Select(writer => writer.Column.Index)];
        // The method is called once for each row, however many of its columns are read.
        var runs = new ConditionalWeakTable<DataViewRow, CustomMappingRun<TSrc, TDst>>();
        return RowMapping.Append(schema, Outputs.Select(column => new MappedColumn(column.Name, column.Type, column.Annotations, indices,
            row => runs.GetValue(row, input => new(_map, writers, input)).MakeGetter(column))));
    }
}
