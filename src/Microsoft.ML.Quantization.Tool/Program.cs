using Microsoft.ML.Quantization.Tool;

return await Application.RunAsync(args, ToolConsole.System());
