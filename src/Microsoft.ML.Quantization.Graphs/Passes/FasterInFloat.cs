using System.Collections.Immutable;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// Takes nodes out of a prepared graph that would run slower quantized than in float: those that have no integer form as they stand, and
/// stretches of neighbouring nodes whose gain does not pay for quantizing what they read.
/// <code>
/// stretch stays float   when   Σ int8(node) + quantize(inputs from float) + dequantize(outputs to float)  &gt;  Σ float(node)
/// </code>
/// </summary>
/// <remarks>Costs are those of <see cref="SpeedTable"/> for one row, so the decision depends on the model alone.</remarks>
internal sealed class FasterInFloat
{
    private const string Pass = "PreferSpeed";

    private readonly Graph _graph;
    private readonly PreparedGraph _prepared;
    private readonly ImmutableDictionary<string, QuantizationParameters> _parameters;
    private readonly HashSet<string> _kept;
    private readonly ImmutableArray<PassNote>.Builder _notes = ImmutableArray.CreateBuilder<PassNote>();

    private FasterInFloat(PreparedGraph prepared, ImmutableDictionary<string, QuantizationParameters> parameters)
    {
        (_graph, _prepared, _parameters) = (prepared.Graph, prepared, parameters);
        _kept = new(prepared.Quantized.Keys, StringComparer.Ordinal);
    }

    /// <summary>What is left to quantize, the parameters of the values it needs, and a note for each node taken out.</summary>
    public static (PreparedGraph Prepared, ImmutableDictionary<string, QuantizationParameters> Parameters, ImmutableArray<PassNote> Notes) Run(
        PreparedGraph prepared, Calibration calibration, ImmutableDictionary<string, QuantizationParameters> parameters)
    {
        var pass = new FasterInFloat(prepared, parameters);
        // Every round takes out at least one node; what is left around it is judged anew.
        while (pass.TakeOutDeclined(calibration) || pass.TakeOutStretches()) { }
        return (pass.Rest(), pass.RestParameters(), pass._notes.ToImmutable());
    }

    private bool TakeOutDeclined(Calibration calibration)
    {
        Graph converted = new QdqRewrite(Rest(), RestParameters(), calibration.ObserverNames).Run().Graph;
        PassNote[] declined = [.. IntegerGroups.Find(converted, _prepared.Operators).Notes.Where(note => !note.Applied && _kept.Contains(note.Node))];
        foreach (PassNote note in declined) { TakeOut(note.Node, $"stays float: quantized it would still compute in float ({note.Text}) and only pay for codes"); }
        return declined.Length > 0;
    }

    private bool TakeOutStretches()
    {
        bool any = false;
        foreach (List<Node> stretch in Stretches())
        {
            SpeedRow cost = stretch.Aggregate(default(SpeedRow), (sum, node) => sum + SpeedTable.Call + Work(node));
            double border = Border(stretch);
            if (cost.Int8 + border <= cost.Float) { continue; }
            foreach (Node node in stretch)
            {
                TakeOut(node.Name, string.Create(System.Globalization.CultureInfo.InvariantCulture,
                    $"stays float: {stretch.Count} operators here take about {cost.Int8 + border:F0} ns in integers, {border:F0} of them for codes at the borders, and {cost.Float:F0} ns in float"));
            }
            any = true;
        }
        return any;
    }

    private void TakeOut(string node, string reason)
    {
        _kept.Remove(node);
        _notes.Add(new(Pass, node, true, reason));
    }

    private bool IsKept(Node? node) => node is not null && _kept.Contains(node.Name);

    /// <summary>Nodes that hand each other codes.</summary>
    private IEnumerable<List<Node>> Stretches()
    {
        var seen = new HashSet<Node>(ReferenceEqualityComparer.Instance);
        foreach (Node first in _graph.Nodes.Where(node => IsKept(node)).ToArray())
        {
            if (!seen.Add(first)) { continue; }
            List<Node> stretch = [first];
            for (int i = 0; i < stretch.Count; i++)
            {
                IEnumerable<Node> before = stretch[i].Inputs.Where(_parameters.ContainsKey).Select(_graph.Producer).OfType<Node>();
                IEnumerable<Node> after = stretch[i].Outputs.Where(_parameters.ContainsKey).SelectMany(output => _graph.Consumers(output));
                stretch.AddRange(before.Concat(after).Where(node => IsKept(node) && seen.Add(node)));
            }
            yield return stretch;
        }
    }

    /// <summary>What it costs to make codes of the values that come from float, and reals of those that go there.</summary>
    private double Border(List<Node> stretch)
    {
        double cost = 0;
        foreach (string input in stretch.SelectMany(node => node.Inputs).Where(_parameters.ContainsKey).Distinct(StringComparer.Ordinal))
        {
            if (!IsKept(_graph.Producer(input)) && _graph.Constant(input) is null) { cost += SpeedTable.Call.Int8 + SpeedTable.Quantize * Length(input); }
        }
        foreach (string output in stretch.SelectMany(node => node.Outputs).Where(output => output.Length > 0))
        {
            bool toFloat = _graph.IsOutput(output) || _graph.Consumers(output).Any(reader => !IsKept(reader));
            // Without parameters the operator itself writes reals.
            if (toFloat && _parameters.ContainsKey(output)) { cost += SpeedTable.Call.Int8 + SpeedTable.Dequantize * Length(output); }
        }
        return cost;
    }

    private SpeedRow Work(Node node)
    {
        OperatorTraits traits = _prepared.Operators.Find(node, _graph.Opset).Traits;
        double elements = Length(node.Operator == "GlobalAveragePool" ? node.Inputs[0] : node.Outputs[0]);
        if (traits.WeightInput is not { } at || !node.HasInput(at) || _graph.Constant(node.Inputs[at]) is not { } weights)
        {
            return SpeedTable.Elements.GetValueOrDefault(node.Operator) * elements;
        }
        int channels = Math.Max(1, Rewriting.OutputChannels(node, weights));
        bool scatters = node.Operator == "ConvTranspose";
        double positions = scatters ? (double)Length(node.Inputs[at == 0 ? 1 : 0]) / Math.Max(1, weights.Shape[0]) : elements / channels;
        bool depthwise = node.Attributes.Int("group", 1) == channels && channels > 1;
        return (depthwise ? SpeedTable.DepthwiseProduct : positions > 1 ? SpeedTable.Product : SpeedTable.RowProduct) * (positions * weights.Length);
    }

    // Sizes that are not known beforehand (the batch) count as one.
    private long Length(string value) => _graph.Fact(value).Dimensions.Aggregate(1L, (product, dimension) => product * Math.Max(1, dimension.Size ?? 1));

    private PreparedGraph Rest()
    {
        HashSet<string> values = Needed();
        return new(_graph, [.. _prepared.Groups.Where(group => group.Values.Any(values.Contains)).Select(group => group with { Values = [.. group.Values.Where(values.Contains)] })],
            _prepared.Quantized.Where(pair => _kept.Contains(pair.Key)).ToImmutableSortedDictionary(StringComparer.Ordinal), _prepared.Notes, _prepared.Operators);
    }

    private ImmutableDictionary<string, QuantizationParameters> RestParameters()
    {
        HashSet<string> values = Needed();
        return _parameters.Where(pair => values.Contains(pair.Key)).ToImmutableDictionary(StringComparer.Ordinal);
    }

    // A value is quantized for a reader that takes codes, or where the node that writes it gives codes.
    private HashSet<string> Needed() => [.. _parameters.Keys.Where(value => IsKept(_graph.Producer(value)) || _graph.Consumers(value).Any(reader => IsKept(reader)))];
}
