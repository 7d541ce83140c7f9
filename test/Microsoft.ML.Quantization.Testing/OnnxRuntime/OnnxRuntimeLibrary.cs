using System.Runtime.InteropServices;

namespace Microsoft.ML.Quantization.Testing;

/// <summary>
/// ONNX Runtime's native library, by absolute path only: the environment variable <c>MLQ_ONNXRUNTIME</c>, then the application's
/// folder, then what <c>build/get-onnxruntime.sh</c> installed.
/// </summary>
internal static unsafe class OnnxRuntimeLibrary
{
    /// <summary>The variable that names the library.</summary>
    public const string Variable = "MLQ_ONNXRUNTIME";

    private const uint ApiVersion = 17;

    private static readonly Lazy<(nint[]? Functions, string Reason, string Version)> s_loaded = new(Load);

    /// <summary>Whether the library was found and loaded; if not, why.</summary>
    public static bool IsAvailable(out string reason)
    {
        reason = s_loaded.Value.Reason;
        return s_loaded.Value.Functions is not null;
    }

    /// <summary>Function number <paramref name="index"/> of the table <c>OrtApi</c> in <c>onnxruntime_c_api.h</c>.</summary>
    public static nint Function(int index) => s_loaded.Value.Functions is { } functions
        ? functions[index]
        : throw new InvalidOperationException(s_loaded.Value.Reason);

    /// <summary>The version it says it is; empty where it is absent.</summary>
    public static string Version => s_loaded.Value.Version;

    private static (nint[]? Functions, string Reason, string Version) Load()
    {
        string? path = Candidates().FirstOrDefault(File.Exists);
        if (path is null)
        {
            return (null, $"ONNX Runtime was not found; run build/get-onnxruntime.sh, or set {Variable} to the absolute path of its library.", "");
        }
        if (!NativeLibrary.TryLoad(path, out nint library)) { return (null, $"ONNX Runtime at {path} could not be loaded; expected a library for this processor and system.", ""); }
        var apis = ((delegate* unmanaged<nint*>)NativeLibrary.GetExport(library, "OrtGetApiBase"))();
        var table = (nint*)((delegate* unmanaged<uint, nint>)apis[0])(ApiVersion);
        return table is null
            ? (null, $"ONNX Runtime at {path} is older than version 1.{ApiVersion}.", "")
            : (new ReadOnlySpan<nint>(table, OnnxRuntimeApi.Count).ToArray(), "", Marshal.PtrToStringUTF8(((delegate* unmanaged<nint>)apis[1])()) ?? "");
    }

    private static IEnumerable<string> Candidates()
    {
        // A path that is not absolute would be looked for in the working folder, where anybody may have put a library.
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named && Path.IsPathFullyQualified(named)) { yield return named; }
        string[] names = OperatingSystem.IsWindows() ? ["onnxruntime.dll"] : OperatingSystem.IsMacOS() ? ["libonnxruntime.dylib"] : ["libonnxruntime.so", "libonnxruntime.so.1"];
        foreach (string name in names) { yield return Path.Combine(AppContext.BaseDirectory, name); }
        string system = OperatingSystem.IsWindows() ? "win32" : OperatingSystem.IsMacOS() ? "darwin" : "linux";
        string processor = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "x64";
        string package = RepositoryFolder.At("eng", "onnxruntime", "node_modules", "onnxruntime-node", "bin");
        if (!Directory.Exists(package)) { yield break; }
        foreach (string file in Directory.EnumerateFiles(package, "*onnxruntime*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileName(file), folder = Path.GetDirectoryName(file)!;
            bool isLibrary = names.Contains(name) || (OperatingSystem.IsMacOS() && name.EndsWith(".dylib", StringComparison.Ordinal));
            if (isLibrary && folder.EndsWith(Path.Combine(system, processor), StringComparison.Ordinal)) { yield return file; }
        }
    }
}
