using System.CommandLine;
using System.Globalization;
using System.Numerics;

namespace Microsoft.ML.Quantization.Tool.Verbs;

/// <summary>An option that is a whole number of a range; its value is null where the option was not given.</summary>
internal static class NumberOption
{
    /// <summary>Makes the option. Whatever is not a whole number of the range is refused in words, not with the name of a .NET type.</summary>
    public static Option<T?> Create<T>(string name, string description, T least, T most) where T : struct, IBinaryInteger<T>, IMinMaxValue<T> => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (T.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out T number) && number >= least && number <= most) { return number; }
            result.AddError($"{name} is {text}; expected a whole number from {least}{(most < T.MaxValue || text.All(char.IsAsciiDigit) ? $" to {most}" : "")}.");
            return null;
        },
    };
}
