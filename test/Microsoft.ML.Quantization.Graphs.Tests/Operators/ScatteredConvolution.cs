namespace Microsoft.ML.Quantization.Graphs.Tests;

/// <summary>Conv and ConvTranspose the other way round, in double precision: every input element is added to the outputs it reaches.</summary>
internal static class ScatteredConvolution
{
    public static float[] Run(OperatorCase test, Shape output)
    {
        (Tensor x, Tensor w) = (test.Inputs[0]!, test.Inputs[1]!);
        bool transposed = test.Operator == "ConvTranspose";
        int axes = x.Shape.Rank - 2, groups = (int)test.Attributes.Int("group", 1);
        int[] strides = Ints("strides", 1, axes), dilations = Ints("dilations", 1, axes), pads = Ints("pads", 0, 2 * axes);
        int inputsPerGroup = x.Shape[1] / groups, outputsPerGroup = output[1] / groups;
        var sums = new double[output.Length];
        for (int i = 0; i < x.Length; i++)
        {
            int[] at = Index(i, x.Shape);
            for (int j = 0; j < w.Length; j++)
            {
                int[] weight = Index(j, w.Shape);
                int group = at[1] / inputsPerGroup;
                bool meets = transposed ? weight[0] == at[1] : weight[0] / outputsPerGroup == group && weight[1] == at[1] % inputsPerGroup;
                if (!meets) { continue; }
                int[] target = new int[x.Shape.Rank];
                target[0] = at[0];
                target[1] = transposed ? group * outputsPerGroup + weight[1] : weight[0];
                bool inside = true;
                for (int axis = 0; axis < axes; axis++)
                {
                    // Conv: input = o · stride − pad + tap · dilation. ConvTranspose: o = input · stride − pad + tap · dilation.
                    int tap = weight[axis + 2] * dilations[axis];
                    int o = transposed ? at[axis + 2] * strides[axis] - pads[axis] + tap : at[axis + 2] + pads[axis] - tap;
                    inside &= o >= 0 && (transposed || o % strides[axis] == 0);
                    target[axis + 2] = transposed ? o : o / strides[axis];
                    inside &= target[axis + 2] < output[axis + 2];
                }
                if (inside) { sums[Offset(target, output)] += (double)x.AsSpan<float>()[i] * w.AsSpan<float>()[j]; }
            }
        }
        if (test.Inputs.Length > 2)
        {
            for (int i = 0; i < sums.Length; i++) { sums[i] += test.Inputs[2]!.AsSpan<float>()[Index(i, output)[1]]; }
        }
        return [.. sums.Select(sum => (float)sum)];

        int[] Ints(string name, int otherwise, int length) => test.Attributes.Ints(name) is { } list ? [.. list.Select(value => (int)value)] : [.. Enumerable.Repeat(otherwise, length)];
    }

    private static int[] Index(int offset, Shape shape)
    {
        int[] index = new int[shape.Rank];
        for (int axis = shape.Rank - 1; axis >= 0; axis--) { (offset, index[axis]) = Math.DivRem(offset, shape[axis]); }
        return index;
    }

    private static int Offset(int[] index, Shape shape) => index.Select((value, axis) => (value, axis)).Aggregate(0, (offset, pair) => offset * shape[pair.axis] + pair.value);
}
