using System.Collections.Immutable;
using System.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// Sums of products by an equation such as <c>bij,bjk-&gt;bik</c>: over all letters that the result does not have, in the order in which they
/// first occur, the last one fastest. ONNX Einsum, opset 12 to 28, for numbers.
/// </summary>
internal sealed class Einsum : IOperator
{
    /// <summary>More than any network asks of one node: five letters of 2⁸.</summary>
    private const double MostProducts = 1L << 40;

    public OperatorSchema Schema { get; } = new("Einsum", 12, 1, int.MaxValue);

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact first = site.Number(0);
        EinsumEquation equation = EinsumEquation.Read(site.Node, [.. Enumerable.Range(0, site.Node.Inputs.Length).Select(i => site.Input(i, first.Type).Rank)]);
        var sizes = new Dictionary<char, Dimension>();
        for (int i = 0; i < equation.Operands.Length; i++)
        {
            for (int axis = 0; axis < equation.Operands[i].Length; axis++)
            {
                char letter = equation.Operands[i][axis];
                Dimension size = site.Input(i).Dimensions[axis];
                if (!sizes.TryGetValue(letter, out Dimension known) || known.Size == 1) { sizes[letter] = size; }
                else if (size.Size != 1)
                {
                    if (!known.MayEqual(size)) { throw site.Refuse($"equation '{site.Attributes.String("equation")}' gives one letter sizes {known} and {size}; expected the same, or 1"); }
                    sizes[letter] = known.Merge(size);
                }
            }
        }
        return [new(first.Type, [.. equation.Result.Select(letter => sizes[letter])])];
    }

    public void Forward(StepCall call) => NumberTypes.Run(default(Loop), call.InputType(0), call);

    private readonly struct Loop : INumberCall
    {
        public void Run<T>(StepCall call) where T : unmanaged, INumber<T>
        {
            EinsumEquation equation = EinsumEquation.Read(call.Node, [.. call.Inputs.Select(input => input!.Value.Shape.Rank)]);
            string letters = equation.Result + string.Concat(string.Concat(equation.Operands).Distinct().Where(letter => !equation.Result.Contains(letter)));
            int[] sizes = new int[letters.Length];
            int[][] strides = new int[call.Inputs.Length][];
            for (int i = 0; i < strides.Length; i++)
            {
                strides[i] = new int[letters.Length];
                int[] own = call.InputShape(i).Strides();
                for (int axis = 0; axis < own.Length; axis++)
                {
                    int letter = letters.IndexOf(equation.Operands[i][axis]), size = call.InputShape(i)[axis];
                    sizes[letter] = Math.Max(sizes[letter], size);
                    strides[i][letter] += size == 1 ? 0 : own[axis];
                }
            }
            Span<T> y = call.Output<T>(0);
            double products = y.Length;
            foreach (int size in sizes.AsSpan(equation.Result.Length)) { products *= size; }
            if (products > MostProducts)
            {
                throw new QuantizationException($"{call.Node} sums {products:0.#e0} products; expected at most {MostProducts:0.#e0}. Split the equation into products of two.");
            }
            long summed = 1;
            foreach (int size in sizes.AsSpan(equation.Result.Length)) { summed *= size; }
            int[] index = new int[letters.Length], at = new int[strides.Length];
            for (int target = 0; target < y.Length; target++)
            {
                T sum = T.Zero;
                for (long k = 0; k < summed; k++)
                {
                    T product = T.One;
                    for (int i = 0; i < at.Length; i++) { product *= call.Input<T>(i)[at[i]]; }
                    sum += product;
                    Next(index, sizes, strides, at);
                }
                y[target] = sum;
            }
        }

        private static void Next(int[] index, int[] sizes, int[][] strides, int[] at)
        {
            for (int letter = index.Length - 1; letter >= 0; letter--)
            {
                bool wraps = ++index[letter] == sizes[letter];
                for (int i = 0; i < at.Length; i++) { at[i] += wraps ? -strides[i][letter] * (sizes[letter] - 1) : strides[i][letter]; }
                if (!wraps) { return; }
                index[letter] = 0;
            }
        }
    }
}
