using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

/// <summary>A user's method on one row at a time.</summary>
internal sealed class CustomMappingRun<TSrc, TDst>(Action<TSrc, TDst> map, MemberWriter<TSrc>[] writers, DataViewRow row)
    where TSrc : class, new()
    where TDst : class, new()
{
    private readonly Action<TSrc> _write = MemberWriter<TSrc>.BindAll(writers, row);
    private readonly RowSource<TDst> _result = new() { Current = new() };
    private readonly TSrc _source = new();
    private long _position = -1;

    public Delegate MakeGetter(MemberColumn column)
    {
        Func<Delegate, Delegate> refresh = Refresh<int>;
        return (Delegate)refresh.Method.GetGenericMethodDefinition().MakeGenericMethod(column.Type.RawType)
            .Invoke(this, [MemberReader<TDst>.Create(column).MakeGetter(_result)]);
    }

    private Delegate Refresh<T>(Delegate getter)
    {
        var read = (ValueGetter<T>)getter;
        return (ValueGetter<T>)((ref T value) =>
        {
            if (_position < 0 || _position != row.Position)
            {
                _write(_source);
                map(_source, _result.Current);
                _position = row.Position;
            }
            read(ref value);
        });
    }
}
