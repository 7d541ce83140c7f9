using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Modules.Reference;

/// <summary>The reference modules by PyTorch's names: <c>torch.ao.nn.quantized.reference</c>. Each takes the float module and what gives the parameters of a weight by its name.</summary>
public static class ReferenceModules
{
    /// <summary>PyTorch's <c>reference.Linear</c>.</summary>
    public static ReferenceModule Linear(Modules.Linear source, Func<string, Tensor, QuantizationParameters> parameters) => new(source, parameters);

    /// <summary>PyTorch's <c>reference.Conv1d</c>.</summary>
    public static ReferenceModule Conv1d(Modules.Conv1d source, Func<string, Tensor, QuantizationParameters> parameters) => new(source, parameters);

    /// <summary>PyTorch's <c>reference.Conv2d</c>.</summary>
    public static ReferenceModule Conv2d(Modules.Conv2d source, Func<string, Tensor, QuantizationParameters> parameters) => new(source, parameters);

    /// <summary>PyTorch's <c>reference.Conv3d</c>.</summary>
    public static ReferenceModule Conv3d(Modules.Conv3d source, Func<string, Tensor, QuantizationParameters> parameters) => new(source, parameters);

    /// <summary>PyTorch's <c>reference.ConvTranspose1d</c>.</summary>
    public static ReferenceModule ConvTranspose1d(Modules.ConvTranspose1d source, Func<string, Tensor, QuantizationParameters> parameters) => new(source, parameters);

    /// <summary>PyTorch's <c>reference.ConvTranspose2d</c>.</summary>
    public static ReferenceModule ConvTranspose2d(Modules.ConvTranspose2d source, Func<string, Tensor, QuantizationParameters> parameters) => new(source, parameters);

    /// <summary>PyTorch's <c>reference.ConvTranspose3d</c>.</summary>
    public static ReferenceModule ConvTranspose3d(Modules.ConvTranspose3d source, Func<string, Tensor, QuantizationParameters> parameters) => new(source, parameters);

    /// <summary>PyTorch's <c>reference.Embedding</c>.</summary>
    public static ReferenceModule Embedding(Modules.Embedding source, Func<string, Tensor, QuantizationParameters> parameters) => new(source, parameters);

    /// <summary>PyTorch's <c>reference.EmbeddingBag</c>.</summary>
    public static ReferenceModule EmbeddingBag(Modules.EmbeddingBag source, Func<string, Tensor, QuantizationParameters> parameters) => new(source, parameters);

    /// <summary>PyTorch's <c>reference.RNNCell</c>.</summary>
    public static ReferenceModule RNNCell(Modules.RNNCell source, Func<string, Tensor, QuantizationParameters> parameters) => new(source, parameters);

    /// <summary>PyTorch's <c>reference.LSTMCell</c>.</summary>
    public static ReferenceModule LSTMCell(Modules.LSTMCell source, Func<string, Tensor, QuantizationParameters> parameters) => new(source, parameters);

    /// <summary>PyTorch's <c>reference.GRUCell</c>.</summary>
    public static ReferenceModule GRUCell(Modules.GRUCell source, Func<string, Tensor, QuantizationParameters> parameters) => new(source, parameters);

    /// <summary>PyTorch's <c>reference.LSTM</c>.</summary>
    public static ReferenceModule LSTM(Modules.LSTM source, Func<string, Tensor, QuantizationParameters> parameters) => new(source, parameters);

    /// <summary>PyTorch's <c>reference.GRU</c>.</summary>
    public static ReferenceModule GRU(Modules.GRU source, Func<string, Tensor, QuantizationParameters> parameters) => new(source, parameters);
}
