using System.Runtime.InteropServices;

namespace Microsoft.ML.Transforms.Onnx;

/// <summary>
/// ONNX Runtime's native library, by absolute path only: the environment variable MLQ_ONNXRUNTIME, the application's folder, and
/// the npm package onnxruntime-node installed in eng/onnxruntime of a folder above it.
/// </summary>
internal static unsafe class OrtLibrary
{
    public const string Variable = "MLQ_ONNXRUNTIME";

    // The version of the interface that ML.NET 5.0's own ONNX Runtime has.
    private const uint ApiVersion = 17;

    private static readonly Lazy<(nint[] Functions, string Reason)> s_loaded = new(Load);

    /// <summary>Function number <paramref name="index"/> of the table OrtApi in onnxruntime_c_api.h.</summary>
    public static nint Function(int index) => s_loaded.Value.Functions is { } functions
        ? functions[index]
        : throw new DllNotFoundException(s_loaded.Value.Reason);

    private static (nint[] Functions, string Reason) Load()
    {
        string path = Candidates().FirstOrDefault(File.Exists);
        if (path is null)
        {
            return (null, "ONNX Runtime was not found. Install the npm package onnxruntime-node in eng/onnxruntime (build/get-onnxruntime.sh does), " +
                $"put its library beside the application, or set {Variable} to the absolute path of the library. With the package Microsoft.ML.OnnxTransformer it comes with Microsoft.ML.OnnxRuntime.");
        }
        if (!NativeLibrary.TryLoad(path, out nint library)) { return (null, $"ONNX Runtime at {path} could not be loaded; expected a library for this processor and system."); }
        var apis = ((delegate* unmanaged<nint*>)NativeLibrary.GetExport(library, "OrtGetApiBase"))();
        var table = (nint*)((delegate* unmanaged<uint, nint>)apis[0])(ApiVersion);
        return table is null
            ? (null, $"ONNX Runtime at {path} is older than version 1.{ApiVersion}.")
            : (new ReadOnlySpan<nint>(table, OrtApi.Count).ToArray(), "");
    }

    private static IEnumerable<string> Candidates()
    {
        // A path that is not absolute would be looked for in the working folder, where anybody may have put a library.
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named && Path.IsPathFullyQualified(named)) { yield return named; }
        string[] names = OperatingSystem.IsWindows() ? ["onnxruntime.dll"] : OperatingSystem.IsMacOS() ? ["libonnxruntime.dylib"] : ["libonnxruntime.so", "libonnxruntime.so.1"];
        foreach (string name in names) { yield return Path.Combine(AppContext.BaseDirectory, name); }

        string system = OperatingSystem.IsWindows() ? "win32" : OperatingSystem.IsMacOS() ? "darwin" : "linux";
        string processor = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "x64";
        for (DirectoryInfo folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string package = Path.Combine(folder.FullName, "eng", "onnxruntime", "node_modules", "onnxruntime-node", "bin");
            if (!Directory.Exists(package)) { continue; }
            foreach (string file in Directory.EnumerateFiles(package, "*onnxruntime*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            {
                bool isLibrary = names.Contains(Path.GetFileName(file)) || (OperatingSystem.IsMacOS() && file.EndsWith(".dylib", StringComparison.Ordinal));
                if (isLibrary && Path.GetDirectoryName(file).EndsWith(Path.Combine(system, processor), StringComparison.Ordinal)) { yield return file; }
            }
        }
    }
}
