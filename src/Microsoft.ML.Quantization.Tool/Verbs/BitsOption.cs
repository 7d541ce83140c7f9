using System.CommandLine;

namespace Microsoft.ML.Quantization.Tool.Verbs;

/// <summary>An option that is a number of bits, 8 or 4; its value is null where the option was not given.</summary>
internal static class BitsOption
{
    /// <summary>Makes the option.</summary>
    public static Option<int?> Create(string name, string description)
    {
        Option<int?> option = NumberOption.Create(name, description, 4, 8);
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: "5" or "6" or "7" } token]) { result.AddError($"{name} is {token.Value}; expected 8 or 4."); }
        });
        return option;
    }
}
