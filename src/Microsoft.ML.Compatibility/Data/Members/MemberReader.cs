using System.Linq.Expressions;

namespace Microsoft.ML.Data;

/// <summary>Makes getters that read a member of the current row: compiled once per column, and no value is boxed.</summary>
internal abstract class MemberReader<TRow>
    where TRow : class
{
    public abstract Delegate MakeGetter(RowSource<TRow> source);

    public static MemberReader<TRow> Create(MemberColumn column)
    {
        Type member = column.MemberType;
        Type kind = column.Type switch
        {
            KeyDataViewType => typeof(KeyReader<>).MakeGenericType(typeof(TRow), member),
            _ when member == typeof(string) => typeof(TextReader),
            _ when member == typeof(string[]) => typeof(TextArrayReader),
            _ when member.IsArray => typeof(ArrayReader<>).MakeGenericType(typeof(TRow), member.GetElementType()),
            VectorDataViewType => typeof(VectorReader<>).MakeGenericType(typeof(TRow), member.GetGenericArguments()[0]),
            _ => typeof(ValueReader<>).MakeGenericType(typeof(TRow), member),
        };
        return (MemberReader<TRow>)Activator.CreateInstance(kind, column);
    }

    protected static Func<TRow, TMember> Compile<TMember>(MemberColumn column)
    {
        ParameterExpression row = Expression.Parameter(typeof(TRow));
        return Expression.Lambda<Func<TRow, TMember>>(Expression.MakeMemberAccess(row, column.Member), row).Compile();
    }

    private sealed class ValueReader<T>(MemberColumn column) : MemberReader<TRow>
    {
        private readonly Func<TRow, T> _read = Compile<T>(column);

        public override Delegate MakeGetter(RowSource<TRow> source) => (ValueGetter<T>)((ref T value) => value = _read(source.Current));
    }

    /// <summary>Members count categories from 0; a column keeps 0 for a missing one.</summary>
    private sealed class KeyReader<T>(MemberColumn column) : MemberReader<TRow>
        where T : struct, System.Numerics.IUnsignedNumber<T>, System.Numerics.IBinaryInteger<T>
    {
        private readonly Func<TRow, T> _read = Compile<T>(column);
        private readonly ulong _count = ((KeyDataViewType)column.Type).Count;

        public override Delegate MakeGetter(RowSource<TRow> source) => (ValueGetter<T>)((ref T value) =>
        {
            T member = _read(source.Current);
            value = ulong.CreateTruncating(member) < _count ? member + T.One : T.Zero;
        });
    }

    private sealed class TextReader(MemberColumn column) : MemberReader<TRow>
    {
        private readonly Func<TRow, string> _read = Compile<string>(column);

        public override Delegate MakeGetter(RowSource<TRow> source) =>
            (ValueGetter<ReadOnlyMemory<char>>)((ref ReadOnlyMemory<char> value) => value = _read(source.Current).AsMemory());
    }

    private sealed class ArrayReader<T>(MemberColumn column) : MemberReader<TRow>
    {
        private readonly Func<TRow, T[]> _read = Compile<T[]>(column);

        public override Delegate MakeGetter(RowSource<TRow> source) => (ValueGetter<VBuffer<T>>)((ref VBuffer<T> value) =>
        {
            T[] array = _read(source.Current);
            VBuffer<T>.Copy(array, 0, ref value, array?.Length ?? 0);
        });
    }

    private sealed class TextArrayReader(MemberColumn column) : MemberReader<TRow>
    {
        private readonly Func<TRow, string[]> _read = Compile<string[]>(column);

        public override Delegate MakeGetter(RowSource<TRow> source) => (ValueGetter<VBuffer<ReadOnlyMemory<char>>>)((ref VBuffer<ReadOnlyMemory<char>> value) =>
        {
            string[] array = _read(source.Current) ?? [];
            VBufferEditor<ReadOnlyMemory<char>> editor = VBufferEditor.Create(ref value, array.Length);
            for (int i = 0; i < array.Length; i++) { editor.Values[i] = array[i].AsMemory(); }
            value = editor.Commit();
        });
    }

    private sealed class VectorReader<T>(MemberColumn column) : MemberReader<TRow>
    {
        private readonly Func<TRow, VBuffer<T>> _read = Compile<VBuffer<T>>(column);

        public override Delegate MakeGetter(RowSource<TRow> source) =>
            (ValueGetter<VBuffer<T>>)((ref VBuffer<T> value) => _read(source.Current).CopyTo(ref value));
    }
}
