using System.Text.Json;
using Microsoft.ML.Lora.Formats;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Pretrain.Training;

/// <summary>Where a run stands, kept in a folder so that an interrupted run goes on: weights and AdamW's moments in float32, step and time.</summary>
internal sealed class PretrainingState(string directory)
{
    private const string WeightsName = "state.safetensors";
    private const string ProgressName = "state.json";

    /// <summary>Whether a run was interrupted here.</summary>
    public bool Exists => File.Exists(Path.Combine(directory, ProgressName));

    public (int Step, double Seconds) Load(nn.Module model, AdamW optimizer)
    {
        using var progress = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(directory, ProgressName)));
        var step = progress.RootElement.GetProperty("step").GetInt32();
        using var file = SafetensorsFile.Open(Path.Combine(directory, $"{step}-{WeightsName}"), map: false);
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        foreach (var (name, parameter) in model.named_parameters()) parameter.copy_(file.Load(name));
        var states = optimizer.state_dict();
        foreach (var (state, index) in states.State.Cast<AdamW.State>().Select((state, index) => (state, index)))
        {
            state.step = step;
            state.exp_avg!.copy_(file.Load($"exp_avg.{index}"));
            state.exp_avg_sq!.copy_(file.Load($"exp_avg_sq.{index}"));
        }

        return (step, progress.RootElement.GetProperty("seconds").GetDouble());
    }

    public void Save(nn.Module model, AdamW optimizer, int step, double seconds)
    {
        Directory.CreateDirectory(directory);
        var moments = optimizer.state_dict().State.Cast<AdamW.State>()
            .SelectMany((state, index) => new[] { ($"exp_avg.{index}", state.exp_avg!), ($"exp_avg_sq.{index}", state.exp_avg_sq!) });
        var weights = model.named_parameters().Select(p => (p.name, (Tensor)p.parameter));
        SafetensorsWriter.Write(Path.Combine(directory, $"{step}-{WeightsName}"), weights.Concat(moments));
        AtomicFile.Write(Path.Combine(directory, ProgressName), JsonSerializer.SerializeToUtf8Bytes(new { step, seconds }));
        foreach (var old in Directory.GetFiles(directory, $"*-{WeightsName}").Where(path => Path.GetFileName(path) != $"{step}-{WeightsName}")) File.Delete(old);
    }
}
