using System.CommandLine;
using Microsoft.ML.Lora.Benchmarks.Compare;
using Microsoft.ML.Lora.Benchmarks.Gpu;
using Microsoft.ML.Lora.Benchmarks.Memory;
using Microsoft.ML.Lora.Benchmarks.Merged;
using Microsoft.ML.Lora.Benchmarks.Micro;
using Microsoft.ML.Lora.Benchmarks.Mixed;
using Microsoft.ML.Lora.Benchmarks.Quality;
using Microsoft.ML.Lora.Benchmarks.Scaling;
using Microsoft.ML.Lora.Benchmarks.Speed;
using Microsoft.ML.Lora.Benchmarks.Steps;
using Microsoft.ML.Lora.Benchmarks.Web;

var root = new RootCommand("Measures this library; each command prints a table, and with --json FILE the same figures for programs.")
{
    CompareCommand.Create(),
    CompareCommand.CreateOne(),
    MixedCommand.Create(),
    MergedCommand.Create(),
    SpeedCommand.Create(),
    SpeedCommand.CreateOne(),
    StepsCommand.Create(),
    ScalingCommand.Create(),
    ScalingCommand.CreateOne(),
    QualityCommand.Create(),
    GpuCommand.Create(),
    MicroCommand.Create(),
    MemoryCommand.Create(),
    MemoryCommand.CreateOne(),
    WebCommand.Create(),
};
try
{
    return root.Parse(args).Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception error) when (error is ArgumentException or IOException or InvalidDataException or InvalidOperationException)
{
    Console.Error.WriteLine("Error: " + error.Message);
    return 1;
}
