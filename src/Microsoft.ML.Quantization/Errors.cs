using Microsoft.ML.Data;

namespace Microsoft.ML.Quantization;

/// <summary>Every refusal of the estimators: what was found, what was expected, what to do.</summary>
internal static class Errors
{
    private const string Schema = "inputSchema";

    public static Exception MissingColumn(string name) =>
        new ArgumentOutOfRangeException(Schema, $"Could not find input column '{name}'.");

    public static Exception ColumnDoesNotFit(InputColumn input, string found, bool lengthVaries) => new ArgumentOutOfRangeException(Schema,
        $"Schema mismatch for input column '{input.Name}': expected {input.Expected}, got {found}. The network's input is {input.Value}. " +
        (lengthVaries
            ? "Its vectors must have one length on every row: give the column a size where it is loaded, or cut and pad it in a CustomMapping."
            : "Convert the column with ConvertType or assemble it with Concatenate."));

    public static Exception KeyIsMissing(string column, long row) => new QuantizationException(
        $"Column '{column}' holds a missing key in row {row}; expected one of its categories, because a token is the number of a category. Filter such rows or replace missing keys.");

    public static Exception NotObserved(string name) => new InvalidOperationException(
        $"Column '{name}' carries no calibrated network. Put QuantizeObserve(\"{name}\", ..) before QuantizeConvertStatic, and nothing between them that replaces '{name}'.");

    public static Exception InputReplaced(string input, string observed) => new InvalidOperationException(
        $"Column '{input}' was replaced after '{observed}' was observed from it, so int8 would be computed from other values than those that were calibrated. " +
        $"Move the step that replaces '{input}' before QuantizeObserve, or give its output another name.");

    public static Exception OutputHidesInput(string step, string name) => new ArgumentException(
        $"{step} reads and writes '{name}'. Give the output another name: QuantizeConvertStatic reads the input again.", "outputColumnName");

    public static Exception OutputTwice(string name) => new ArgumentException(
        $"Two outputs of the network are mapped to column '{name}'; expected another name for each.", "options");

    public static Exception UnknownValue(string name, string kind, IEnumerable<string> known) => new ArgumentException(
        $"The network has no {kind} '{name}'; it has '{string.Join("', '", known)}'. Name one of these in the column map.", "options");

    public static Exception UnmappedInput(string name) => new ArgumentException(
        $"No column is mapped to the network's input '{name}'. Add an InputOutputColumnPair whose output is '{name}' and whose input is the column.", "options");

    public static Exception SeveralValues(string kind, IEnumerable<string> known) => new ArgumentException(
        $"The network has several {kind}s ('{string.Join("', '", known)}'), so one column name is not enough. Map them in the options, {(kind == "input" ? "Inputs" : "Outputs")}.", "options");

    public static Exception NameAndMap(string name, string map) => new ArgumentException(
        $"Both {name} and {map} are set; expected one of them. {name} is the short form for a network with one of these.", "options");

    public static Exception OptionBelowOne(string name, long value) => new ArgumentOutOfRangeException("options",
        $"{name} is {value}; expected 1 or more.");

    public static Exception NoItemType(string kind, Graphs.ValueInfo value) => new QuantizationException(
        $"The network's {kind} {value} holds elements that no column of a data view holds; expected float32, float64, whole numbers or bool. " +
        (kind == "input" ? "Convert them inside the network." : "Leave it out of the map of outputs."));

    public static Exception NoRowAxis(string kind, Graphs.ValueInfo value) => new QuantizationException(
        $"The network's {kind} {value} has no first axis for the rows; expected a first axis of any size (a name in the ONNX file) or 1. Export the model with a dynamic batch axis.");

    public static Exception UnknownSize(string kind, Graphs.ValueInfo value) => new QuantizationException(
        $"The network's {kind} {value} has an axis whose size is not known; expected numbers on every axis but the first, because a column holds vectors of one size. " +
        "Export the model with fixed inner sizes.");

    public static Exception OutputRows(string name, Shape found, int rows) => new QuantizationException(
        $"The network's output '{name}' has shape {found} for {rows} rows; expected a first axis of {rows}. A network that mixes rows cannot score them one by one.");

    public static Exception AlreadyQuantized(string name, string node) => new QuantizationException(
        $"Network '{name}' is quantized already: node '{node}'. Expected a float network. Load the file the quantized one was made from.");

    public static Exception NothingToObserve(string columns) => new InvalidOperationException(
        $"There is no row to calibrate on: the view behind '{columns}' is empty. Fit on a view with data; about 1,000 rows are usual.");

    public static Exception ValueIsNaN(string column, long row, int slot) => new QuantizationException(
        $"Column '{column}' holds NaN in row {row}, slot {slot}; expected finite values to calibrate on. Filter such rows or replace missing values before QuantizeObserve.");

    public static Exception BatchTooLarge(string value, int rows, long bytes) => new QuantizationException(
        $"{rows} rows of '{value}' take {bytes:N0} bytes; expected at most {Array.MaxLength:N0}. Score with a smaller BatchSize.");

    public static Exception RowLength(string column, int found, int expected) => new InvalidOperationException(
        $"Column '{column}' gave a vector of {found} values; its type promises {expected}. Repair the component that makes the column.");

    public static Exception CannotSave(Exception reason) => new NotSupportedException(
        "A quantized network is stored in an ML.NET model file as the step ApplyOnnxModel, and making that step needs ONNX Runtime, which was not found. Add the package " +
        "Microsoft.ML.OnnxRuntime, or write the network to a file of its own with transformer.Model.SaveOnnx(path) " +
        $"and bring it back with mlContext.Transforms.QuantizedOnnx(output, input, path). {reason.Message}", reason);

    public static Exception NameCannotBeSaved(string column) => new NotSupportedException(
        $"Column '{column}' cannot be stored in an ML.NET model file: the step ApplyOnnxModel cuts '.output' from the names of its columns. Give the column another name.");

    public static Exception NameInsideGraph(Graphs.Node outer, string column) => new NotSupportedException(
        $"Column '{column}' has the name of a value that the graphs inside {outer} may read, so the network cannot be stored in an ML.NET model file. Give the column another name.");

    public static Exception NotQuantized(string name) => new QuantizationException(
        $"Network '{name}' is a float network; expected one that was quantized. Load it with QuantizableModel.LoadOnnx and quantize it.");

    public static Exception NoCurrentRow() => new InvalidOperationException(
        "The cursor is not on a row. Call MoveNext first, and stop when it returns false.");

    public static Exception InactiveColumn(string name) => new ArgumentOutOfRangeException("column",
        $"Column '{name}' is not active in this cursor. Name it when opening the cursor.");

    public static Exception WrongGetter(DataViewSchema.Column column, Type asked) => new InvalidOperationException(
        $"Column '{column.Name}' holds {column.Type.RawType}; a getter of {asked} was asked for. Ask for its own type.");
}
