using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Modules;

/// <summary>Reads the header of a <see cref="StateFile"/> and what it names; nothing is believed before it is checked against the length of the file.</summary>
internal static class StateFileReader
{
    private const int MostAxes = 64;

    public static StateDict Read(JsonElement header, Stream stream, long bytes, string name)
    {
        if (header.ValueKind != JsonValueKind.Object) { throw StateFile.Damaged(name, $"its header is {header.ValueKind}; expected an object"); }
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        var places = new List<(string Name, ElementType Type, Shape Shape, long Start, long End)>();
        foreach (JsonProperty entry in header.EnumerateObject())
        {
            if (entry.Name == StateFile.Keys.Metadata) { ReadMetadata(entry.Value, metadata, name); }
            else { places.Add(Place(entry.Name, entry.Value, name)); }
        }
        CheckVersion(metadata, name);
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        long at = 0;
        foreach ((string tensor, ElementType type, Shape shape, long start, long end) in places.OrderBy(place => place.Start).ThenBy(place => place.End))
        {
            if (start != at || end > bytes || end - start != (long)shape.Length * type.SizeInBytes()) { throw StateFile.Damaged(name, $"tensor '{tensor}' {type.Name()}{shape} lies at {start} to {end}; expected {(long)shape.Length * type.SizeInBytes()} bytes from {at} on, inside of {bytes}"); }
            byte[] data = new byte[end - start];
            stream.ReadExactly(data);
            if (!tensors.TryAdd(tensor, new Tensor(type, shape, data))) { throw StateFile.Damaged(name, $"it holds tensor '{tensor}' twice"); }
            at = end;
        }
        if (at != bytes) { throw StateFile.Damaged(name, $"{bytes - at} bytes behind its tensors belong to none"); }
        return new(Entries(tensors, metadata, name));
    }

    private static void CheckVersion(Dictionary<string, string> metadata, string name)
    {
        string key = StateFile.Keys.VersionKey;
        if (!metadata.TryGetValue(key, out string? text) || !int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int version)) { throw StateFile.Damaged(name, $"its metadata has no '{key}'"); }
        if (version > StateFile.Keys.Version) { throw new QuantizationException($"State file '{name}' has version {version}; this package reads up to {StateFile.Keys.Version}. Use a newer package."); }
    }

    private static void ReadMetadata(JsonElement json, Dictionary<string, string> metadata, string name)
    {
        if (json.ValueKind != JsonValueKind.Object) { throw StateFile.Damaged(name, "its metadata are no object"); }
        foreach (JsonProperty entry in json.EnumerateObject())
        {
            if (entry.Value.ValueKind != JsonValueKind.String || !metadata.TryAdd(entry.Name, entry.Value.GetString()!)) { throw StateFile.Damaged(name, $"metadata '{entry.Name}' are given twice, or are no text"); }
        }
    }

    private static (string, ElementType, Shape, long, long) Place(string tensor, JsonElement json, string name)
    {
        if (json.ValueKind != JsonValueKind.Object
            || !json.TryGetProperty("dtype", out JsonElement dtype) || dtype.ValueKind != JsonValueKind.String || StateFile.TypeOf(dtype.GetString()!) is not { } type
            || !json.TryGetProperty("shape", out JsonElement shape) || shape.ValueKind != JsonValueKind.Array || shape.GetArrayLength() > MostAxes
            || !json.TryGetProperty("data_offsets", out JsonElement offsets) || offsets.ValueKind != JsonValueKind.Array || offsets.GetArrayLength() != 2)
        {
            throw StateFile.Damaged(name, $"tensor '{tensor}' is not described by a known dtype, a shape of at most {MostAxes} axes and two data_offsets");
        }
        int[] sizes = [.. shape.EnumerateArray().Select(size => (int)Number(size, int.MaxValue))];
        try
        {
            return (tensor, type, new Shape(sizes), Number(offsets[0], long.MaxValue), Number(offsets[1], long.MaxValue));
        }
        catch (QuantizationException exception)
        {
            throw new QuantizationException(StateFile.Damaged(name, $"tensor '{tensor}' cannot be: {exception.Message}").Message, exception);
        }

        long Number(JsonElement json, long largest) => json.ValueKind == JsonValueKind.Number && json.TryGetInt64(out long number) && number >= 0 && number <= largest
            ? number : throw StateFile.Damaged(name, $"tensor '{tensor}' has {json} as a size or offset; expected a whole number from 0 on");
    }

    private static IEnumerable<KeyValuePair<string, StateEntry>> Entries(Dictionary<string, Tensor> tensors, Dictionary<string, string> metadata, string name)
    {
        (_, _, string quantized, string scaleName, string zeroName, _) = StateFile.Keys;
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach ((string key, string text) in metadata.Where(entry => entry.Key.StartsWith(quantized, StringComparison.Ordinal)))
        {
            string codes = key[quantized.Length..];
            if (!tensors.TryGetValue(codes, out Tensor? tensor) || !tensors.TryGetValue(codes + scaleName, out Tensor? scales) || !tensors.TryGetValue(codes + zeroName, out Tensor? zeros)) { throw StateFile.Damaged(name, $"codes '{codes}' lack elements, scales or zero points"); }
            used.UnionWith([codes, codes + scaleName, codes + zeroName]);
            yield return new(codes, new(null, Codes(codes, tensor, scales, zeros, text, name), IsParameter: false));
        }
        foreach ((string key, Tensor tensor) in tensors.Where(entry => !used.Contains(entry.Key))) { yield return new(key, new(tensor, null, IsParameter: false)); }
    }

    private static QuantizedTensor Codes(string codes, Tensor tensor, Tensor scales, Tensor zeros, string text, string name)
    {
        try
        {
            string[] words = text.Split(' ');
            QScheme scheme = QSchemes.Parse(words[0]);
            ElementType type = ElementTypes.Parse(words.ElementAtOrDefault(1) ?? "");
            int axis = scheme.IsPerChannel() && int.TryParse(words.ElementAtOrDefault(2), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int given) ? given : -1;
            if (scheme.IsPerChannel() != axis >= 0 || axis >= tensor.Shape.Rank || scales.Length == 0 || zeros.Length != scales.Length || !scheme.IsPerChannel() && scales.Length != 1) { throw new QuantizationException("scheme, axis and numbers of parameters do not fit"); }
            double[] values = scales.AsSpan<double>().ToArray();
            return QuantizedTensor.FromCodes(tensor, scheme == QScheme.PerChannelAffineFloatQParams ? TensorQuantizer.PerChannelFloat(Array.ConvertAll(values, value => (float)value), zeros.AsSpan<float>(), axis, type)
                : axis >= 0 ? TensorQuantizer.PerChannel(values, zeros.AsSpan<int>(), axis, type, scheme.IsSymmetric())
                : TensorQuantizer.PerTensor(values[0], zeros.AsSpan<int>()[0], type, scheme.IsSymmetric()));
        }
        catch (QuantizationException exception)
        {
            throw new QuantizationException(StateFile.Damaged(name, $"codes '{codes}' ({text}) cannot be: {exception.Message}").Message, exception);
        }
    }
}
