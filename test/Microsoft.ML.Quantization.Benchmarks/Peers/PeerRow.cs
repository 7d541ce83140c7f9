using System.Text.Json.Serialization;

namespace Microsoft.ML.Quantization.Benchmarks.Peers;

/// <summary>One comparison.</summary>
/// <param name="Name">The shape or the model.</param>
/// <param name="Kind">gemm, gemv, conv, smallk, depthwise, firstconv, weightonly, dynamic, embedding, recurrent or model; wo/float and emb/float compare with our own float.</param>
/// <param name="Precision">int8 or float: ours.</param>
/// <param name="Batch">Rows of a run.</param>
/// <param name="Threads">Threads of both.</param>
/// <param name="OursMilliseconds">Median time of our engine.</param>
/// <param name="PeerMilliseconds">Median time of ONNX Runtime, or of what <paramref name="Peer"/> says.</param>
/// <param name="Ratio">Median over the rounds of peer / ours; above 1 is ahead.</param>
/// <param name="ShareOfPeak">Operations of ours against the vpdpbusd peak of the same rounds; null where no peak is known.</param>
/// <param name="Peer">What the peer ran; of int8 and float whichever was faster.</param>
/// <param name="FusedNodes">Nodes that the peer runs in integers.</param>
/// <param name="Engine">Our engine.</param>
/// <param name="Differing">Share of outputs that differ from the peer's; null for whole models.</param>
internal sealed record PeerRow(
    string Name, string Kind, string Precision, int Batch, int Threads, double OursMilliseconds, double PeerMilliseconds, double Ratio, double? ShareOfPeak,
    string Peer, int FusedNodes, string Engine, double? Differing);

/// <summary>Everything measured in one run.</summary>
internal sealed record PeerReport(string Machine, IReadOnlyDictionary<string, string> Versions, IReadOnlyList<PeerRow> Rows);

/// <summary>How reports are written.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(PeerReport))]
internal sealed partial class PeerJson : JsonSerializerContext;
