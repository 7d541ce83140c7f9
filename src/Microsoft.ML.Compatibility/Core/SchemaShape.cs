using System.Collections;
using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>What an estimator can know of a schema before anything is fitted: names, kinds and item types, no sizes.</summary>
public sealed class SchemaShape : IReadOnlyList<SchemaShape.Column>
{
    private readonly Column[] _columns;

    public SchemaShape(IEnumerable<Column> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        _columns = [.. columns];
        if (_columns.Any(column => column.Name is null)) { throw new ArgumentOutOfRangeException(nameof(columns), "Some items are not initialized properly."); }
    }

    public int Count => _columns.Length;

    public Column this[int index] => _columns[index];

    public IEnumerator<Column> GetEnumerator() => ((IEnumerable<Column>)_columns).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal static SchemaShape Create(DataViewSchema schema) =>
        new(schema.Where(column => !column.IsHidden).Select(column => Create(column.Name, column.Type, Create(column.Annotations.Schema))));

    internal static Column Create(string name, DataViewType type, SchemaShape annotations = null)
    {
        Column.VectorKind kind = type switch
        {
            VectorDataViewType { IsKnownSize: true } => Column.VectorKind.Vector,
            VectorDataViewType => Column.VectorKind.VariableVector,
            _ => Column.VectorKind.Scalar,
        };
        DataViewType item = type is VectorDataViewType vector ? vector.ItemType : type;
        return new(name, kind, item is KeyDataViewType ? MemberTypes.BuiltIn(item.RawType) : item, item is KeyDataViewType, annotations);
    }

    /// <summary>The column an estimator asks for, or ML.NET's error for a missing one.</summary>
    internal Column Require(string name) => Find(name) ?? throw Errors.MissingColumn("inputSchema", name);

    internal Column? Find(string name)
    {
        foreach (Column column in _columns)
        {
            if (column.Name == name) { return column; }
        }

        return null;
    }

    /// <summary>This shape with <paramref name="column"/> in the place of the one of its name, else at the end.</summary>
    internal SchemaShape With(Column column) => Find(column.Name) is null
        ? new([.. _columns, column])
        : new(_columns.Select(other => other.Name == column.Name ? column : other));

    public struct Column
    {
        public readonly string Name;
        public readonly VectorKind Kind;
        public readonly DataViewType ItemType;
        public readonly bool IsKey;
        public readonly SchemaShape Annotations;

        internal Column(string name, VectorKind kind, DataViewType itemType, bool isKey, SchemaShape annotations = null) =>
            (Name, Kind, ItemType, IsKey, Annotations) = (name, kind, itemType, isKey, annotations ?? new SchemaShape([]));

        public enum VectorKind
        {
            Scalar,
            Vector,
            VariableVector,
        }

        /// <summary>The type as ML.NET's messages name it.</summary>
        internal readonly string TypeText
        {
            get
            {
                string item = IsKey ? $"Key<{ItemType}>" : ItemType.ToString();
                return Kind switch
                {
                    VectorKind.Vector => $"Vector<{item}>",
                    VectorKind.VariableVector => $"VarVector<{item}>",
                    _ => item,
                };
            }
        }

        internal readonly Column Renamed(string name) => new(name, Kind, ItemType, IsKey, Annotations);
    }
}
