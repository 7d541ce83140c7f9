using Microsoft.ML.Quantization;
using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML;

/// <summary>Quantization of neural networks in ML.NET pipelines: extension methods of <c>mlContext.Transforms</c>.</summary>
public static class QuantizationCatalog
{
    /// <summary>
    /// Creates an <see cref="ObserveEstimator"/>, which runs the float <paramref name="model"/> over the data it is fitted on and remembers the
    /// range of every activation. <see cref="QuantizeConvertStatic"/> behind it converts the network to int8.
    /// </summary>
    /// <remarks>
    /// <format type="text/markdown"><![CDATA[
    /// ### Estimator Characteristics
    /// |  |  |
    /// | -- | -- |
    /// | Does this estimator need to look at the data to train its parameters? | Yes |
    /// | Input column data type | Known-sized vector of <xref:System.Single>, dense or sparse, or one <xref:System.Single> |
    /// | Output column data type | Known-sized vector of <xref:System.Single>: the scores of the float network |
    /// | Exportable to ONNX | No |
    /// | Required NuGet in addition to Microsoft.ML | Microsoft.ML.Quantization |
    /// ]]></format>
    /// The output column carries the calibration as an annotation, which survives caching, copying, splitting and shuffling.
    /// </remarks>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="outputColumnName">Name of the column for the float scores. Not the input's: conversion reads the input again.</param>
    /// <param name="inputColumnName">Name of the column to read. Null: the name of the network's only input.</param>
    /// <param name="model">The float network, with one input and one output.</param>
    /// <param name="qconfigs">Which observers watch what, and what stays float; <see cref="QConfigMapping.Default"/> when null.</param>
    /// <exception cref="QuantizationException">The network cannot be fed from columns.</exception>
    public static ObserveEstimator QuantizeObserve(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName, QuantizableModel model, QConfigMapping? qconfigs = null) =>
        catalog.QuantizeObserve(model, Options(outputColumnName, inputColumnName, qconfigs));

    /// <summary>
    /// Creates an <see cref="ObserveEstimator"/>, with options: several inputs and outputs, a sample of the rows, progress, cancellation.
    /// </summary>
    /// <inheritdoc cref="QuantizeObserve(TransformsCatalog, string, string, QuantizableModel, QConfigMapping)" path="/remarks"/>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="model">The float network.</param>
    /// <param name="options">Columns and settings. Null: columns are named as the network's inputs and outputs.</param>
    /// <exception cref="ArgumentException">The column map does not fit the network.</exception>
    /// <exception cref="QuantizationException">The network cannot be fed from columns.</exception>
    public static ObserveEstimator QuantizeObserve(this TransformsCatalog catalog, QuantizableModel model, QuantizeObserveOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new(model, options ?? new());
    }

    /// <summary>
    /// Creates a <see cref="ConvertStaticEstimator"/>, which converts the network behind an observed column to int8 and appends its scores.
    /// </summary>
    /// <remarks>
    /// <format type="text/markdown"><![CDATA[
    /// ### Estimator Characteristics
    /// |  |  |
    /// | -- | -- |
    /// | Does this estimator need to look at the data to train its parameters? | No; it needs <xref:Microsoft.ML.QuantizationCatalog.QuantizeObserve*> before it |
    /// | Input column data type | A column of <xref:Microsoft.ML.QuantizationCatalog.QuantizeObserve*>; the features it was computed from are read again by name |
    /// | Output column data type | Known-sized vector of <xref:System.Single>: the scores of the int8 network |
    /// | Exportable to ONNX | Through `transformer.Model.SaveOnnx` |
    /// | Required NuGet in addition to Microsoft.ML | Microsoft.ML.Quantization |
    /// ]]></format>
    /// Under the name of the observed column the int8 scores hide the float ones, which are then never computed.
    /// </remarks>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="outputColumnName">Name of the column for the int8 scores.</param>
    /// <param name="calibratedColumnName">Name of the observed column. Null: <paramref name="outputColumnName"/>.</param>
    /// <param name="options">Settings of scoring.</param>
    public static ConvertStaticEstimator QuantizeConvertStatic(this TransformsCatalog catalog, string outputColumnName, string? calibratedColumnName = null, ConvertOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new(outputColumnName, calibratedColumnName ?? outputColumnName, options ?? new());
    }

    /// <summary>
    /// Creates a <see cref="QuantizeStaticEstimator"/>, which calibrates the float <paramref name="model"/> on the data it is fitted on and
    /// appends the scores of its int8 form: observing and converting in one step.
    /// </summary>
    /// <remarks>
    /// <format type="text/markdown"><![CDATA[
    /// ### Estimator Characteristics
    /// |  |  |
    /// | -- | -- |
    /// | Does this estimator need to look at the data to train its parameters? | Yes |
    /// | Input column data type | Known-sized vector of <xref:System.Single>, dense or sparse, or one <xref:System.Single> |
    /// | Output column data type | Known-sized vector of <xref:System.Single>: the scores of the int8 network |
    /// | Exportable to ONNX | Through `transformer.Model.SaveOnnx` |
    /// | Required NuGet in addition to Microsoft.ML | Microsoft.ML.Quantization |
    /// ]]></format>
    /// </remarks>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="outputColumnName">Name of the column for the int8 scores.</param>
    /// <param name="inputColumnName">Name of the column to read. Null: the name of the network's only input.</param>
    /// <param name="model">The float network, with one input and one output.</param>
    /// <param name="qconfigs">Which observers watch what, and what stays float; <see cref="QConfigMapping.Default"/> when null.</param>
    /// <exception cref="QuantizationException">The network cannot be fed from columns.</exception>
    public static QuantizeStaticEstimator QuantizeStatic(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName, QuantizableModel model, QConfigMapping? qconfigs = null) =>
        catalog.QuantizeStatic(model, Options(outputColumnName, inputColumnName, qconfigs));

    /// <summary>
    /// Creates a <see cref="QuantizeStaticEstimator"/>, with options: several inputs and outputs, a sample of the rows, progress, cancellation.
    /// </summary>
    /// <inheritdoc cref="QuantizeStatic(TransformsCatalog, string, string, QuantizableModel, QConfigMapping)" path="/remarks"/>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="model">The float network.</param>
    /// <param name="options">Columns and settings.</param>
    /// <exception cref="ArgumentException">The column map does not fit the network.</exception>
    /// <exception cref="QuantizationException">The network cannot be fed from columns.</exception>
    public static QuantizeStaticEstimator QuantizeStatic(this TransformsCatalog catalog, QuantizableModel model, QuantizeObserveOptions options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        return new(model, options);
    }

    private static QuantizeObserveOptions Options(string outputColumnName, string? inputColumnName, QConfigMapping? qconfigs)
    {
        ArgumentException.ThrowIfNullOrEmpty(outputColumnName);
        return new() { OutputColumnName = outputColumnName, InputColumnName = inputColumnName, QConfigs = qconfigs ?? QConfigMapping.Default };
    }
}
