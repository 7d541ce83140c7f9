using System.Text.Json;

namespace Microsoft.ML.Quantization.Testing;

/// <summary>A tensor of a golden file, with its quantization parameters when it has some.</summary>
public sealed class GoldenTensor
{
    private readonly JsonElement _json;
    private readonly JsonElement _data;

    internal GoldenTensor(JsonElement json)
    {
        (_json, _data) = (json, json.GetProperty("data"));
        Shape = new Shape(GoldenNumber.ReadInts(json.GetProperty("shape")));
        Type = TypeOf(json.GetProperty("dtype").GetString()!);
        if (_data.GetArrayLength() != Shape.Length) { throw new FormatException($"A golden tensor of shape {Shape} has {_data.GetArrayLength()} numbers."); }
    }

    /// <summary>Whether the element has the form of a tensor.</summary>
    public static bool IsTensor(JsonElement json) => json.ValueKind == JsonValueKind.Object && json.TryGetProperty("data", out _) && json.TryGetProperty("shape", out _);

    /// <summary>Axis sizes; <c>[]</c> for a 0-dimensional tensor.</summary>
    public Shape Shape { get; }

    /// <summary>Plain element type of the numbers (codes when <see cref="IsQuantized"/>).</summary>
    public ElementType Type { get; }

    /// <summary>Whether the numbers are codes.</summary>
    public bool IsQuantized => _json.TryGetProperty("quantized", out JsonElement flag) && flag.GetBoolean();

    /// <summary>Scale of a per-tensor quantized tensor, as PyTorch keeps it: in double precision.</summary>
    public double Scale => GoldenNumber.Read(_json.GetProperty("scale"));

    /// <summary>Zero point of a per-tensor quantized tensor.</summary>
    public int ZeroPoint => _json.GetProperty("zero_point").GetInt32();

    /// <summary>Whether there is a scale for each channel.</summary>
    public bool IsPerChannel => _json.TryGetProperty("scales", out _);

    /// <summary>Scales of a per-channel quantized tensor.</summary>
    public double[] Scales => GoldenNumber.ReadAll(_json.GetProperty("scales"));

    /// <summary>Zero points of a per-channel quantized tensor; real-valued for float-qparams.</summary>
    public double[] ZeroPoints => GoldenNumber.ReadAll(_json.GetProperty("zero_points"));

    /// <summary>Whether the zero points are reals: they are written with a decimal point.</summary>
    public bool ZeroPointsAreReal => _json.TryGetProperty("zero_points", out JsonElement points) && points.EnumerateArray().Any(p => p.GetRawText().AsSpan().IndexOfAny(".eE") >= 0);

    /// <summary>Channel axis of a per-channel quantized tensor.</summary>
    public int Axis => _json.GetProperty("axis").GetInt32();

    /// <summary>The numbers as float32.</summary>
    public float[] Floats => GoldenNumber.ReadFloats(_data);

    /// <summary>The numbers as they are.</summary>
    public double[] Doubles => GoldenNumber.ReadAll(_data);

    /// <summary>The integers, 32 bits wide.</summary>
    public int[] Ints => GoldenNumber.ReadInts(_data);

    /// <summary>The integers, 64 bits wide.</summary>
    public long[] Longs => [.. _data.EnumerateArray().Select(e => e.GetInt64())];

    /// <summary>The only number of a tensor of one element.</summary>
    public double Single => Shape.Length == 1 ? GoldenNumber.Read(_data[0]) : throw new FormatException($"Expected one number; the golden tensor has shape {Shape}.");

    /// <summary>The element type that a golden file's <c>dtype</c> means: f32, f64, f16, u8, i8, i32, i64, bool.</summary>
    public static ElementType TypeOf(string dtype) => dtype switch
    {
        "f32" => ElementType.Float32,
        "f64" => ElementType.Float64,
        "f16" => ElementType.Float16,
        "u8" => ElementType.UInt8,
        "i8" => ElementType.Int8,
        "i32" => ElementType.Int32,
        "i64" => ElementType.Int64,
        "bool" => ElementType.Boolean,
        _ => throw new FormatException($"'{dtype}' is not a dtype of golden files."),
    };

    /// <summary>The quantized type whose codes a golden file calls u8, i8, i32 or u4x2.</summary>
    public static ElementType QuantizedTypeOf(string dtype) => dtype switch
    {
        "u8" => ElementType.QUInt8,
        "i8" => ElementType.QInt8,
        "i32" => ElementType.QInt32,
        "u4x2" => ElementType.QUInt4x2,
        _ => throw new FormatException($"'{dtype}' is not a quantized dtype of golden files."),
    };

    /// <summary>The same shape and numbers as a plain tensor; codes lose their parameters.</summary>
    public Tensor ToTensor() => Type switch
    {
        ElementType.Float32 => Tensor.Create<float>(Floats, Shape),
        ElementType.Float64 => Tensor.Create<double>(Doubles, Shape),
        ElementType.Float16 => Tensor.Create<Half>(Array.ConvertAll(Doubles, d => (Half)d), Shape),
        ElementType.UInt8 => Tensor.Create<byte>(Array.ConvertAll(Ints, i => checked((byte)i)), Shape),
        ElementType.Int8 => Tensor.Create<sbyte>(Array.ConvertAll(Ints, i => checked((sbyte)i)), Shape),
        ElementType.Int32 => Tensor.Create<int>(Ints, Shape),
        ElementType.Int64 => Tensor.Create<long>(Longs, Shape),
        _ => Tensor.Create<bool>(Array.ConvertAll(Doubles, d => d != 0), Shape),
    };

    /// <summary>As <c>uint8[2, 3]</c>.</summary>
    public override string ToString() => Type.Name() + Shape;
}
