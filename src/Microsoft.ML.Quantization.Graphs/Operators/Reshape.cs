using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// The same elements under a constant shape, in which 0 keeps an axis (unless <c>allowzero</c>) and one −1 takes what is left.
/// ONNX Reshape, opset 9 to 28.
/// </summary>
internal sealed class Reshape() : CopyOperator(new("Reshape", 9, 2, 2), BufferLayout.RowMajor)
{
    public override ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact x = site.Input(0);
        if (site.IsOpen(1)) { return [SiteChecks.OpenFact(x.Type, site.Count(1, "shape"))]; }
        ImmutableArray<long> target = site.Setting("shape", 1)!.Value;
        bool zeroIsSize = site.Attributes.Int("allowzero", 0) != 0;
        var result = new Dimension?[target.Length];
        List<Dimension> left = [.. x.Dimensions];
        for (int axis = 0; axis < target.Length; axis++)
        {
            if (target[axis] is < -1 or > int.MaxValue) { throw Wrong($"expected sizes of at least -1"); }
            if (target[axis] == 0 && !zeroIsSize)
            {
                if (axis >= x.Rank) { throw Wrong($"0 on axis {axis} keeps an axis that the input does not have"); }
                result[axis] = x.Dimensions[axis];
                left.Remove(x.Dimensions[axis]);
            }
            else if (target[axis] >= 0) { result[axis] = (int)target[axis]; }
        }
        if (target.Count(size => size == -1) > 1) { throw Wrong("expected at most one -1"); }

        // What the kept axes hold cancels out: the rest of the input must fill the sizes that were stated.
        Dimension rest = Axes.Product(left);
        Dimension stated = Axes.Product(target.Where(size => size > 0 || (size == 0 && zeroIsSize)).Select(size => Dimension.Known((int)size)));
        int open = target.IndexOf(-1);
        if (open >= 0) { result[open] = Open(left, rest, stated); }
        else if (!rest.MayEqual(stated)) { throw Wrong($"that is {stated} elements where the input has {rest}"); }
        return [new(x.Type, [.. result.Select(dimension => dimension!.Value)])];

        Dimension Open(List<Dimension> dimensions, Dimension elements, Dimension others)
        {
            int divisor = others.Size!.Value;
            if (elements.Size is { } count)
            {
                if (divisor == 0) { throw Wrong("-1 beside a size of 0 can be anything"); }
                return count % divisor == 0 ? count / divisor : throw Wrong($"{count} elements cannot be divided by {divisor}");
            }
            Dimension known = Axes.Product(dimensions.Where(dimension => dimension.Size is not null));
            List<Dimension> names = [.. dimensions.Where(dimension => dimension.Size is null)];
            return known.Size == divisor && names.Count == 1 ? names[0] : Dimension.Unknown;
        }

        QuantizationException Wrong(string reason) => site.Refuse($"its target shape is [{string.Join(", ", target)}] and its input {x}; {reason}");
    }
}
