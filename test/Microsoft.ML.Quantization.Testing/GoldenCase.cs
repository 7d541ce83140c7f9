using System.Text.Json;

namespace Microsoft.ML.Quantization.Testing;

/// <summary>One case of a golden file: inputs and attributes, and what PyTorch answered.</summary>
public sealed class GoldenCase(JsonElement json)
{
    /// <summary>The whole case.</summary>
    public JsonElement Json { get; } = json;

    /// <summary>Name, unique in its file.</summary>
    public string Name { get; } = json.GetProperty("name").GetString()!;

    /// <summary>Inputs by name.</summary>
    public JsonElement Inputs => Json.GetProperty("inputs");

    /// <summary>Settings by name.</summary>
    public JsonElement Attributes => Json.GetProperty("attrs");

    /// <summary>Answers by name.</summary>
    public JsonElement Expected => Json.GetProperty("expected");

    /// <summary>An input that is a tensor.</summary>
    public GoldenTensor Input(string name) => new(Inputs.GetProperty(name));

    /// <summary>An answer that is a tensor.</summary>
    public GoldenTensor Answer(string name) => new(Expected.GetProperty(name));

    /// <summary>A tensor anywhere in the case.</summary>
    public static GoldenTensor Tensor(JsonElement json) => new(json);

    /// <summary>An attribute; false when absent or null.</summary>
    public bool TryAttribute(string name, out JsonElement value) => Attributes.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;

    /// <summary>An attribute that is text; null when absent.</summary>
    public string? Text(string name) => TryAttribute(name, out JsonElement value) ? value.GetString() : null;

    /// <summary>An attribute that is a number; null when absent.</summary>
    public double? Number(string name) => TryAttribute(name, out JsonElement value) ? GoldenNumber.Read(value) : null;

    /// <summary>An attribute that is an integer; null when absent.</summary>
    public int? Integer(string name) => TryAttribute(name, out JsonElement value) ? value.GetInt32() : null;

    /// <summary>An attribute that is true or false; false when absent.</summary>
    public bool Flag(string name) => TryAttribute(name, out JsonElement value) && value.GetBoolean();

    /// <inheritdoc/>
    public override string ToString() => Name;
}
