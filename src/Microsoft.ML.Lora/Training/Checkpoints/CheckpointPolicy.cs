using System.Diagnostics;

namespace Microsoft.ML.Lora.Training.Checkpoints;

/// <summary>When a checkpoint is due.</summary>
/// <param name="everySteps">After so many steps; 0 for not by steps.</param>
/// <param name="interval">After so much time since the last one; zero for not by time.</param>
internal sealed class CheckpointPolicy(int everySteps, TimeSpan interval)
{
    private readonly Stopwatch _sinceLast = Stopwatch.StartNew();

    /// <summary>Whether one is due after <paramref name="step"/> steps.</summary>
    public bool IsDue(int step) => everySteps > 0 && step % everySteps == 0 || interval > TimeSpan.Zero && _sinceLast.Elapsed >= interval;

    /// <summary>One has been written.</summary>
    public void Written() => _sinceLast.Restart();
}
