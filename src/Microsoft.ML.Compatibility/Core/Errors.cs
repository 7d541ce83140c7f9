namespace Microsoft.ML;

/// <summary>The exceptions ML.NET throws for columns that do not fit, with its types, parameters and words.</summary>
internal static class Errors
{
    public static ArgumentOutOfRangeException MissingColumn(string parameter, string column, string role = "input") =>
        new(parameter, $"Could not find {role} column '{column}'");

    public static ArgumentOutOfRangeException WrongColumn(string parameter, string role, string column, string expected, string actual) =>
        new(parameter, $"Schema mismatch for {role} column '{column}': expected {expected}, got {actual}");

    public static ArgumentOutOfRangeException Inactive() => new("column", "requested column not active");

    public static InvalidOperationException WrongGetter(DataViewSchema.Column column, Type asked) =>
        new($"Invalid TValue: '{asked}', expected type: '{column.Type.RawType}'.");

    public static void RequireNotEmpty(string value, string parameter)
    {
        if (string.IsNullOrEmpty(value)) { throw new ArgumentOutOfRangeException(parameter, $"{parameter} cannot be null or empty"); }
    }
}
