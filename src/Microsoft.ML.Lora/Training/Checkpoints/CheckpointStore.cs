using System.Globalization;
using System.Security.Cryptography;
using Microsoft.ML.Lora.Formats;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Training.Checkpoints;

/// <summary>
/// The checkpoints of one training in a folder. Each is a file of weights and a file that says where the training stood; the latter is written last
/// and holds the digest of the former, so that a checkpoint is there whole or not at all. While this object lives, no other training may use the folder.
/// </summary>
internal sealed class CheckpointStore : IDisposable
{
    private const string Prefix = "checkpoint-";
    private const string LockName = ".lock";

    private readonly string _directory;
    private readonly int _keep;
    private readonly FileStream _lock;

    private CheckpointStore(string directory, int keep, FileStream held) => (_directory, _keep, _lock) = (directory, keep, held);

    /// <summary>Why checkpoints that lie in the folder were left aside, a sentence each.</summary>
    public List<string> Skipped { get; } = [];

    /// <summary>Takes a folder, which is made where needed.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="keep">How many checkpoints stay.</param>
    /// <exception cref="InvalidOperationException">Another training uses the folder.</exception>
    public static CheckpointStore Open(string directory, int keep)
    {
        directory = Path.GetFullPath(directory);
        Directory.CreateDirectory(directory);
        FileStream held;
        try
        {
            held = new FileStream(Path.Combine(directory, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error)
        {
            throw new InvalidOperationException($"Another training keeps its checkpoints in {directory} now; give each training a folder of its own.", error);
        }

        foreach (var unfinished in Directory.GetFiles(directory, $".{Prefix}*.tmp")) File.Delete(unfinished);
        return new CheckpointStore(directory, keep, held);
    }

    /// <summary>The newest checkpoint that is whole; null where there is none. Others are named in <see cref="Skipped"/>.</summary>
    public StoredCheckpoint? Newest()
    {
        foreach (var step in Steps().OrderDescending())
        {
            try
            {
                var file = CheckpointFile.Read(Description(step));
                if (file.State.Step != step) throw new InvalidDataException($"{Description(step)} speaks of step {file.State.Step}.");
                if (Digest(Weights(step)) != file.Weights) throw new InvalidDataException($"{Weights(step)} is not what was written.");
                return new StoredCheckpoint(file, SafetensorsFile.Open(Weights(step), map: false), Description(step));
            }
            catch (Exception error) when (error is IOException or InvalidDataException)
            {
                Skipped.Add(error.Message);
            }
        }

        return null;
    }

    /// <summary>Writes a checkpoint and removes those that are too many.</summary>
    public void Save(
        TrainingState state, int seed, TrainingFingerprint fingerprint, BestValidation? best, IEnumerable<(string Name, Tensor Tensor)> tensors)
    {
        using var scope = NewDisposeScope();
        SafetensorsWriter.Write(Weights(state.Step), tensors.Concat(HistoryTensors.Of(state.History)));
        var file = new CheckpointFile(state, seed, fingerprint.Parts, best, state.History.Unfinished, Digest(Weights(state.Step)));
        AtomicFile.Write(Description(state.Step), file.ToUtf8());
        foreach (var step in Steps().OrderDescending().Skip(_keep)) File.Delete(Description(step));
        foreach (var orphan in StepsOf(".safetensors").Except(Steps())) File.Delete(Weights(orphan));
    }

    public void Dispose() => _lock.Dispose();

    private IEnumerable<int> Steps() => StepsOf(".json");

    private IEnumerable<int> StepsOf(string extension) => Directory.GetFiles(_directory, $"{Prefix}*{extension}").Select(StepOf).OfType<int>();

    private static string NameOf(int step) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{step:D8}");

    private string Description(int step) => Path.Combine(_directory, NameOf(step) + ".json");

    private string Weights(int step) => Path.ChangeExtension(Description(step), ".safetensors");

    // Files of other names are the user's.
    private static int? StepOf(string path)
    {
        var name = Path.GetFileNameWithoutExtension(path);
        return int.TryParse(name[Prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var step) && name == NameOf(step) ? step : null;
    }

    private static FileDigest Digest(string path)
    {
        using var stream = File.OpenRead(path);
        return new FileDigest(Convert.ToHexStringLower(SHA256.HashData(stream)), stream.Length);
    }
}

/// <summary>A whole checkpoint; its tensors are loaded one by one.</summary>
/// <param name="File">What it says.</param>
/// <param name="Tensors">What it holds.</param>
/// <param name="Path">What errors call it.</param>
internal sealed record StoredCheckpoint(CheckpointFile File, SafetensorsFile Tensors, string Path) : IDisposable
{
    /// <summary>Refuses a checkpoint of another training.</summary>
    /// <exception cref="InvalidOperationException">Data, base or options differ; the message names which.</exception>
    public void Require(TrainingFingerprint fingerprint)
    {
        if (fingerprint.DifferenceFrom(File.Parts) is { } difference)
            throw new InvalidOperationException(
                $"The checkpoint {Path} is of another training: {difference}. Give this training another folder, or delete the checkpoint to begin anew.");
    }

    /// <summary>A tensor of the checkpoint in the type it was stored in; it belongs to the open dispose scope.</summary>
    public Tensor Load(string name)
    {
        using var tensor = Tensors.Load(name, Tensors.Tensors.GetValueOrDefault(name)?.Dtype.ScalarType);
        return tensor.alias();
    }

    public void Dispose() => Tensors.Dispose();
}
