using System.Text.Json.Serialization;

namespace Microsoft.ML.Quantization.Benchmarks.Peers;

/// <summary>One row of what <see cref="SpeedCommand"/> measures.</summary>
/// <param name="Work">The kind of work.</param>
/// <param name="Unit">What is counted.</param>
/// <param name="Int8">Nanoseconds of one unit in integers; 0 where there is no such step.</param>
/// <param name="TableInt8">What the table says.</param>
/// <param name="Float">Nanoseconds of one unit in float; 0 where there is no such step.</param>
/// <param name="TableFloat">What the table says.</param>
internal sealed record SpeedMeasure(string Work, string Unit, double Int8, double TableInt8, double Float, double TableFloat);

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(List<SpeedMeasure>))]
internal sealed partial class SpeedJson : JsonSerializerContext;
