namespace Microsoft.ML.Quantization.Benchmarks.Peers;

/// <summary>What to compare.</summary>
/// <param name="Json">Where to write the rows as JSON; null for nowhere.</param>
/// <param name="Quick">Fewer and shorter rounds.</param>
/// <param name="Kernels">Whether single kernels are compared.</param>
/// <param name="Models">Whether whole models are compared.</param>
/// <param name="Recurrent">Whether recurrent networks are compared.</param>
/// <param name="Folder">A folder of float models with calibration rows; null for the repository's own and generated ones.</param>
/// <param name="Filter">Only names that contain this text; empty for all.</param>
/// <param name="WithoutAmx">Whether neither side has tile registers, see <see cref="TileRegisterBan"/>.</param>
internal sealed record PeersOptions(string? Json, bool Quick, bool Kernels, bool Models, bool Recurrent, string? Folder, string Filter, bool WithoutAmx = false)
{
    public const string Usage = "usage: peers [--json OUT.json] [--quick] [--only kernels|models|recurrent] [--models FOLDER] [--filter TEXT] [--without-amx]";

    public static bool TryParse(ReadOnlySpan<string> arguments, out PeersOptions options, out string problem)
    {
        (options, problem) = (new(null, false, true, true, true, null, ""), "");
        for (int i = 0; i < arguments.Length; i++)
        {
            string? value = i + 1 < arguments.Length ? arguments[i + 1] : null;
            switch (arguments[i])
            {
                case "--quick":
                    options = options with { Quick = true };
                    continue;
                case "--json" when value is not null:
                    options = options with { Json = value };
                    break;
                case "--models" when Directory.Exists(value):
                    options = options with { Folder = value };
                    break;
                case "--filter" when value is not null:
                    options = options with { Filter = value };
                    break;
                case "--only" when value is "kernels" or "models" or "recurrent":
                    options = options with { Kernels = value == "kernels", Models = value == "models", Recurrent = value == "recurrent" };
                    break;
                default:
                    problem = $"'{arguments[i]}{(value is null ? "" : " " + value)}' is not understood.";
                    return false;
            }
            i++;
        }
        return true;
    }
}
