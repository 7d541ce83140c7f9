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
    /// | Input column data type | Known-sized vector, dense or sparse, or one value, of <xref:System.Single>; for a network of tokens of <xref:System.Int64>, <xref:System.Int32> or [key](xref:Microsoft.ML.Data.KeyDataViewType) |
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
    /// Creates a <see cref="FakeQuantizeEstimator"/>, which calibrates the float <paramref name="model"/> on the data it is fitted on and appends the
    /// scores of its simulation: the float network with every observed value quantized and dequantized again. <see cref="QuantizeConvertStatic"/>
    /// behind it converts the network to int8.
    /// </summary>
    /// <remarks>
    /// <format type="text/markdown"><![CDATA[
    /// ### Estimator Characteristics
    /// |  |  |
    /// | -- | -- |
    /// | Does this estimator need to look at the data to train its parameters? | Yes |
    /// | Input column data type | Known-sized vector, dense or sparse, or one value, of <xref:System.Single>; for a network of tokens of <xref:System.Int64>, <xref:System.Int32> or [key](xref:Microsoft.ML.Data.KeyDataViewType) |
    /// | Output column data type | Known-sized vector of <xref:System.Single>: the scores of the simulation |
    /// | Exportable to ONNX | No |
    /// | Required NuGet in addition to Microsoft.ML | Microsoft.ML.Quantization |
    /// ]]></format>
    /// This version calibrates and does not train: the weights stay those of <paramref name="model"/>, and a label column is not read.
    /// </remarks>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="outputColumnName">Name of the column for the simulated scores. Not the input's: conversion reads the input again.</param>
    /// <param name="inputColumnName">Name of the column to read. Null: the name of the network's only input.</param>
    /// <param name="model">The float network, with one input and one output.</param>
    /// <param name="labelColumnName">Name of the column with the right answers, see <see cref="QuantizeAwareOptions.LabelColumnName"/>; or null.</param>
    /// <param name="options">Settings. Its column names are replaced by the other parameters.</param>
    /// <exception cref="QuantizationException">The network cannot be fed from columns.</exception>
    public static FakeQuantizeEstimator QuantizeAware(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName, QuantizableModel model,
        string? labelColumnName = null, QuantizeAwareOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(outputColumnName);
        options ??= new();
        return catalog.QuantizeAware(model, options with { OutputColumnName = outputColumnName, InputColumnName = inputColumnName, LabelColumnName = labelColumnName ?? options.LabelColumnName });
    }

    /// <summary>
    /// Creates a <see cref="FakeQuantizeEstimator"/>, with options: several inputs and outputs, a sample of the rows, progress, cancellation.
    /// </summary>
    /// <inheritdoc cref="QuantizeAware(TransformsCatalog, string, string, QuantizableModel, string, QuantizeAwareOptions)" path="/remarks"/>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="model">The float network.</param>
    /// <param name="options">Columns and settings.</param>
    /// <exception cref="ArgumentException">The column map does not fit the network.</exception>
    /// <exception cref="QuantizationException">The network cannot be fed from columns.</exception>
    public static FakeQuantizeEstimator QuantizeAware(this TransformsCatalog catalog, QuantizableModel model, QuantizeAwareOptions options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        return new(model, options);
    }

    /// <summary>
    /// Creates a <see cref="ConvertStaticEstimator"/>, which converts the network behind a calibrated column to int8 and appends its scores.
    /// </summary>
    /// <remarks>
    /// <format type="text/markdown"><![CDATA[
    /// ### Estimator Characteristics
    /// |  |  |
    /// | -- | -- |
    /// | Does this estimator need to look at the data to train its parameters? | No; it needs <xref:Microsoft.ML.QuantizationCatalog.QuantizeObserve*> or <xref:Microsoft.ML.QuantizationCatalog.QuantizeAware*> before it |
    /// | Input column data type | A column of one of these; the features it was computed from are read again by name |
    /// | Output column data type | Known-sized vector of <xref:System.Single>: the scores of the int8 network |
    /// | Exportable to ONNX | Through `transformer.Model.SaveOnnx` |
    /// | Required NuGet in addition to Microsoft.ML | Microsoft.ML.Quantization |
    /// ]]></format>
    /// Under the name of the observed column the int8 scores hide the float ones, which are then never computed.
    /// </remarks>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="outputColumnName">Name of the column for the int8 scores.</param>
    /// <param name="calibratedColumnName">Name of the column of <c>QuantizeObserve</c> or <c>QuantizeAware</c>. Null: <paramref name="outputColumnName"/>.</param>
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
    /// | Input column data type | Known-sized vector, dense or sparse, or one value, of <xref:System.Single>; for a network of tokens of <xref:System.Int64>, <xref:System.Int32> or [key](xref:Microsoft.ML.Data.KeyDataViewType) |
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

    /// <summary>
    /// Creates a <see cref="QuantizeDynamicEstimator"/>, which stores the weights of the float <paramref name="model"/> as 8-bit codes and quantizes
    /// activations while it scores, each row by its own range.
    /// </summary>
    /// <remarks>
    /// <format type="text/markdown"><![CDATA[
    /// ### Estimator Characteristics
    /// |  |  |
    /// | -- | -- |
    /// | Does this estimator need to look at the data to train its parameters? | No |
    /// | Input column data type | Known-sized vector, dense or sparse, or one value, of <xref:System.Single>; for a network of tokens of <xref:System.Int64>, <xref:System.Int32> or [key](xref:Microsoft.ML.Data.KeyDataViewType) |
    /// | Output column data type | Known-sized vector of <xref:System.Single>: the scores of the dynamically quantized network |
    /// | Exportable to ONNX | Through `transformer.Model.SaveOnnx` |
    /// | Required NuGet in addition to Microsoft.ML | Microsoft.ML.Quantization |
    /// ]]></format>
    /// No calibration data is needed. A row's scores do not depend on its neighbours, so <c>Transform</c> and <c>PredictionEngine</c> agree.
    /// </remarks>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="outputColumnName">Name of the column for the scores.</param>
    /// <param name="inputColumnName">Name of the column to read. Null: the name of the network's only input.</param>
    /// <param name="model">The float network, with one input and one output.</param>
    /// <param name="qconfigs">Which layers take part, and how their weights are quantized; <see cref="QConfigMapping.DefaultDynamic"/> when null.</param>
    /// <exception cref="QuantizationException">The network cannot be fed from columns, or the configuration cannot be met.</exception>
    public static QuantizeDynamicEstimator QuantizeDynamic(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName, QuantizableModel model, QConfigMapping? qconfigs = null) =>
        catalog.QuantizeDynamic(model, Columns(outputColumnName, inputColumnName), qconfigs);

    /// <summary>Creates a <see cref="QuantizeDynamicEstimator"/>, with options: several inputs and outputs, batch size, engine.</summary>
    /// <inheritdoc cref="QuantizeDynamic(TransformsCatalog, string, string, QuantizableModel, QConfigMapping)" path="/remarks"/>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="model">The float network.</param>
    /// <param name="options">Columns and settings of scoring.</param>
    /// <param name="qconfigs">Which layers take part, and how their weights are quantized; <see cref="QConfigMapping.DefaultDynamic"/> when null.</param>
    /// <exception cref="ArgumentException">The column map does not fit the network.</exception>
    /// <exception cref="QuantizationException">The network cannot be fed from columns, or the configuration cannot be met.</exception>
    public static QuantizeDynamicEstimator QuantizeDynamic(this TransformsCatalog catalog, QuantizableModel model, ScoringOptions options, QConfigMapping? qconfigs = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        return new(model, qconfigs, options);
    }

    /// <summary>
    /// Creates a <see cref="QuantizeWeightOnlyEstimator"/>, which stores the weights of the float <paramref name="model"/> as 8- or 4-bit codes and
    /// computes in float.
    /// </summary>
    /// <remarks>
    /// <format type="text/markdown"><![CDATA[
    /// ### Estimator Characteristics
    /// |  |  |
    /// | -- | -- |
    /// | Does this estimator need to look at the data to train its parameters? | No |
    /// | Input column data type | Known-sized vector, dense or sparse, or one value, of <xref:System.Single>; for a network of tokens of <xref:System.Int64>, <xref:System.Int32> or [key](xref:Microsoft.ML.Data.KeyDataViewType) |
    /// | Output column data type | Known-sized vector of <xref:System.Single>: the scores of the weight-only quantized network |
    /// | Exportable to ONNX | Through `transformer.Model.SaveOnnx` |
    /// | Required NuGet in addition to Microsoft.ML | Microsoft.ML.Quantization |
    /// ]]></format>
    /// No calibration data is needed.
    /// </remarks>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="outputColumnName">Name of the column for the scores.</param>
    /// <param name="inputColumnName">Name of the column to read. Null: the name of the network's only input.</param>
    /// <param name="model">The float network, with one input and one output.</param>
    /// <param name="options">Bits, block size and which layers take part; 8 bits and a scale for each channel when null.</param>
    /// <exception cref="QuantizationException">The network cannot be fed from columns, or the options cannot be met.</exception>
    public static QuantizeWeightOnlyEstimator QuantizeWeightOnly(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName, QuantizableModel model, WeightOnlyOptions? options = null) =>
        catalog.QuantizeWeightOnly(model, Columns(outputColumnName, inputColumnName), options);

    /// <summary>Creates a <see cref="QuantizeWeightOnlyEstimator"/>, with options: several inputs and outputs, batch size, engine.</summary>
    /// <inheritdoc cref="QuantizeWeightOnly(TransformsCatalog, string, string, QuantizableModel, WeightOnlyOptions)" path="/remarks"/>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="model">The float network.</param>
    /// <param name="options">Columns and settings of scoring.</param>
    /// <param name="weights">Bits, block size and which layers take part; 8 bits and a scale for each channel when null.</param>
    /// <exception cref="ArgumentException">The column map does not fit the network.</exception>
    /// <exception cref="QuantizationException">The network cannot be fed from columns, or the options cannot be met.</exception>
    public static QuantizeWeightOnlyEstimator QuantizeWeightOnly(this TransformsCatalog catalog, QuantizableModel model, ScoringOptions options, WeightOnlyOptions? weights = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        return new(model, weights, options);
    }

    /// <summary>
    /// Creates a <see cref="QuantizedModelEstimator"/>, which scores with a quantized network from an ONNX file on the engines of this package: the way
    /// back for files of <see cref="QuantizedNetwork.SaveOnnx(string)"/>, statically, dynamically or weight-only quantized.
    /// </summary>
    /// <remarks>
    /// <format type="text/markdown"><![CDATA[
    /// ### Estimator Characteristics
    /// |  |  |
    /// | -- | -- |
    /// | Does this estimator need to look at the data to train its parameters? | No |
    /// | Input column data type | Known-sized vector, dense or sparse, or one value, of <xref:System.Single>; for a network of tokens of <xref:System.Int64>, <xref:System.Int32> or [key](xref:Microsoft.ML.Data.KeyDataViewType) |
    /// | Output column data type | Known-sized vector of <xref:System.Single>: the scores of the network |
    /// | Exportable to ONNX | Through `transformer.Model.SaveOnnx` |
    /// | Required NuGet in addition to Microsoft.ML | Microsoft.ML.Quantization |
    /// ]]></format>
    /// The scores are those of the transformer that wrote the file, bit for bit.
    /// </remarks>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="outputColumnName">Name of the column for the scores.</param>
    /// <param name="inputColumnName">Name of the column to read. Null: the name of the network's only input.</param>
    /// <param name="modelPath">Path of the file.</param>
    /// <exception cref="QuantizationException">The file is missing, holds no valid or no quantized network, or one that cannot be fed from columns.</exception>
    public static QuantizedModelEstimator QuantizedOnnx(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName, string modelPath) =>
        catalog.QuantizedOnnx(modelPath, Columns(outputColumnName, inputColumnName));

    /// <summary>Creates a <see cref="QuantizedModelEstimator"/>, with options: several inputs and outputs, batch size, engine.</summary>
    /// <inheritdoc cref="QuantizedOnnx(TransformsCatalog, string, string, string)" path="/remarks"/>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="modelPath">Path of the file.</param>
    /// <param name="options">Columns and settings. Null: columns are named as the network's inputs and outputs.</param>
    /// <exception cref="ArgumentException">The column map does not fit the network.</exception>
    /// <exception cref="QuantizationException">The file is missing, holds no valid or no quantized network, or one that cannot be fed from columns.</exception>
    public static QuantizedModelEstimator QuantizedOnnx(this TransformsCatalog catalog, string modelPath, ScoringOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentException.ThrowIfNullOrEmpty(modelPath);
        return new(modelPath, options ?? new());
    }

    private static ScoringOptions Columns(string outputColumnName, string? inputColumnName)
    {
        ArgumentException.ThrowIfNullOrEmpty(outputColumnName);
        return new() { OutputColumnName = outputColumnName, InputColumnName = inputColumnName };
    }

    private static QuantizeObserveOptions Options(string outputColumnName, string? inputColumnName, QConfigMapping? qconfigs)
    {
        ArgumentException.ThrowIfNullOrEmpty(outputColumnName);
        return new() { OutputColumnName = outputColumnName, InputColumnName = inputColumnName, QConfigs = qconfigs ?? QConfigMapping.Default };
    }
}
