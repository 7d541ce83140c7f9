using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Tool.Data;

namespace Microsoft.ML.Quantization.Tool.Running;

/// <summary>
/// Whole calls of a model whose inputs have no common axis of rows, such as a voice detector that takes sound [batch, samples], a state
/// [2, batch, 64] and a sample rate []. An array is either what the input takes, for every call, or a stack of that, with the calls on a
/// new first axis.
/// </summary>
/// <param name="Inputs">One array for each input of the model.</param>
/// <param name="IsShared">Which of them every call takes as they are.</param>
/// <param name="Count">Number of calls.</param>
internal sealed record ModelCalls(ImmutableArray<Tensor> Inputs, ImmutableArray<bool> IsShared, int Count)
{
    /// <summary>The calls in a file; null when the model's inputs have a common axis of rows.</summary>
    /// <exception cref="QuantizationException">An array is missing, or its type or shape is not the model's; both are named.</exception>
    public static ModelCalls? Match(Graph model, DataFile file)
    {
        if (HasRows(model)) { return null; }
        var inputs = ImmutableArray.CreateBuilder<Tensor>();
        var shared = ImmutableArray.CreateBuilder<bool>();
        (int? count, string? counted) = (null, null);
        foreach (ValueInfo input in model.Inputs)
        {
            Tensor tensor = ModelRows.Read(input, file);
            bool isShared = Fits(input.Fact, tensor.Shape.Sizes.AsSpan());
            if (!isShared && !(tensor.Shape.Rank > 0 && Fits(input.Fact, tensor.Shape.Sizes.AsSpan()[1..])))
            {
                throw new QuantizationException($"Array '{input.Name}' of '{file.FilePath}' has shape {tensor.Shape}; the model takes {input}. Expected this shape, for every call, or the calls on one more axis in front. The inputs of model '{model.Name}' have no common axis of rows.");
            }
            if (!isShared && count is not null && count != tensor.Shape[0])
            {
                throw new QuantizationException($"In '{file.FilePath}', array '{input.Name}' has {tensor.Shape[0]} calls and '{counted}' has {count}; expected the same number.");
            }
            if (!isShared) { (count, counted) = (tensor.Shape[0], input.Name); }
            inputs.Add(tensor);
            shared.Add(isShared);
        }
        return new(inputs.ToImmutable(), shared.ToImmutable(), count ?? 1);
    }

    // Rows are on the first axis of every input, and the model leaves their number open or wants the same of each.
    private static bool HasRows(Graph model) => model.Inputs.All(input => input.Fact.Rank > 0)
        && model.Inputs.Select(input => input.Fact.Dimensions[0].Size).OfType<int>().Distinct().Count() is var sizes
        && (sizes == 0 || sizes == 1 && model.Inputs.All(input => input.Fact.Dimensions[0].Size is not null));

    private static bool Fits(TensorFact fact, ReadOnlySpan<int> sizes)
    {
        if (sizes.Length != fact.Rank) { return false; }
        for (int axis = 0; axis < sizes.Length; axis++)
        {
            if (fact.Dimensions[axis].Size is { } size && size != sizes[axis]) { return false; }
        }
        return true;
    }
}
