using System.Linq.Expressions;

namespace Microsoft.ML.Data;

/// <summary>Writes a column's value into a member of a row object.</summary>
internal abstract class MemberWriter<TRow>(DataViewSchema.Column column)
    where TRow : class
{
    public DataViewSchema.Column Column { get; } = column;

    public abstract Action<TRow> Bind(DataViewRow row);

    /// <summary>Writers for the members of <typeparamref name="TRow"/> that <paramref name="schema"/> has columns for.</summary>
    public static MemberWriter<TRow>[] CreateAll(DataViewSchema schema, bool ignoreMissingColumns, SchemaDefinition definition)
    {
        definition ??= SchemaDefinition.Create(typeof(TRow), SchemaDefinition.Direction.Write);
        var writers = new List<MemberWriter<TRow>>();
        foreach (MemberColumn member in MemberColumn.Bind(typeof(TRow), definition))
        {
            if (schema.GetColumnOrNull(member.Name) is { } column) { writers.Add(Create(member, column)); }
            else if (!ignoreMissingColumns) { throw Errors.MissingColumn("Schema", member.Name, role: ""); }
        }

        return [.. writers];
    }

    public static Action<TRow> BindAll(IEnumerable<MemberWriter<TRow>> writers, DataViewRow row)
    {
        Action<TRow>[] writes = [.. writers.Select(writer => writer.Bind(row))];
        return target =>
        {
            foreach (Action<TRow> write in writes) { write(target); }
        };
    }

    protected static Action<TRow, TMember> CompileWrite<TMember>(MemberColumn member)
    {
        ParameterExpression row = Expression.Parameter(typeof(TRow)), value = Expression.Parameter(typeof(TMember));
        return Expression.Lambda<Action<TRow, TMember>>(Expression.Assign(Expression.MakeMemberAccess(row, member.Member), value), row, value).Compile();
    }

    protected static Func<TRow, TMember> CompileRead<TMember>(MemberColumn member)
    {
        ParameterExpression row = Expression.Parameter(typeof(TRow));
        return Expression.Lambda<Func<TRow, TMember>>(Expression.MakeMemberAccess(row, member.Member), row).Compile();
    }

    private static MemberWriter<TRow> Create(MemberColumn member, DataViewSchema.Column column)
    {
        (Type item, bool isVector) = MemberTypes.Describe(member.MemberType);
        var vector = column.Type as VectorDataViewType;
        if (isVector != vector is not null || (vector?.ItemType.RawType ?? column.Type.RawType) != item)
        {
            throw new InvalidOperationException($"Can't bind the IDataView column '{column.Name}' of type '{column.Type}' " +
                $"to field or property '{member.Member.Name}' of type '{member.MemberType.FullName}'.");
        }

        Type type = member.MemberType;
        Type kind = type switch
        {
            _ when type == typeof(string) => typeof(TextWriter),
            _ when type == typeof(string[]) => typeof(TextArrayWriter),
            _ when type.IsArray => typeof(ArrayWriter<>).MakeGenericType(typeof(TRow), item),
            _ when isVector => typeof(VectorWriter<>).MakeGenericType(typeof(TRow), item),
            _ => typeof(ValueWriter<>).MakeGenericType(typeof(TRow), type),
        };
        return (MemberWriter<TRow>)Activator.CreateInstance(kind, member, column);
    }

    private sealed class ValueWriter<T>(MemberColumn member, DataViewSchema.Column column) : MemberWriter<TRow>(column)
    {
        private readonly Action<TRow, T> _write = CompileWrite<T>(member);

        public override Action<TRow> Bind(DataViewRow row)
        {
            ValueGetter<T> read = row.GetGetter<T>(Column);
            T value = default;
            return target =>
            {
                read(ref value);
                _write(target, value);
            };
        }
    }

    private sealed class TextWriter(MemberColumn member, DataViewSchema.Column column) : MemberWriter<TRow>(column)
    {
        private readonly Action<TRow, string> _write = CompileWrite<string>(member);

        public override Action<TRow> Bind(DataViewRow row)
        {
            ValueGetter<ReadOnlyMemory<char>> read = row.GetGetter<ReadOnlyMemory<char>>(Column);
            ReadOnlyMemory<char> value = default;
            return target =>
            {
                read(ref value);
                _write(target, value.ToString());
            };
        }
    }

    private sealed class ArrayWriter<T>(MemberColumn member, DataViewSchema.Column column) : MemberWriter<TRow>(column)
    {
        private readonly Action<TRow, T[]> _write = CompileWrite<T[]>(member);
        private readonly Func<TRow, T[]> _read = CompileRead<T[]>(member);

        public override Action<TRow> Bind(DataViewRow row)
        {
            ValueGetter<VBuffer<T>> read = row.GetGetter<VBuffer<T>>(Column);
            VBuffer<T> value = default;
            return target =>
            {
                read(ref value);
                // As in ML.NET, a member that is null stays null where there is nothing to hold.
                T[] array = value.Length == 0 && _read(target) is null ? null : new T[value.Length];
                value.CopyTo(array);
                _write(target, array);
            };
        }
    }

    private sealed class TextArrayWriter(MemberColumn member, DataViewSchema.Column column) : MemberWriter<TRow>(column)
    {
        private readonly Action<TRow, string[]> _write = CompileWrite<string[]>(member);

        public override Action<TRow> Bind(DataViewRow row)
        {
            ValueGetter<VBuffer<ReadOnlyMemory<char>>> read = row.GetGetter<VBuffer<ReadOnlyMemory<char>>>(Column);
            VBuffer<ReadOnlyMemory<char>> value = default;
            return target =>
            {
                read(ref value);
                _write(target, [.. value.DenseValues().Select(text => text.ToString())]);
            };
        }
    }

    private sealed class VectorWriter<T>(MemberColumn member, DataViewSchema.Column column) : MemberWriter<TRow>(column)
    {
        private readonly Action<TRow, VBuffer<T>> _write = CompileWrite<VBuffer<T>>(member);

        public override Action<TRow> Bind(DataViewRow row)
        {
            ValueGetter<VBuffer<T>> read = row.GetGetter<VBuffer<T>>(Column);
            return target =>
            {
                // A fresh buffer: the row object may outlive this row of the cursor.
                VBuffer<T> value = default;
                read(ref value);
                _write(target, value);
            };
        }
    }
}
