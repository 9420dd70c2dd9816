using Microsoft.ML.Lora.Adapters.Initialization;
using Microsoft.ML.Lora.Formats;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Adapters;

/// <content>Adapters in files.</content>
public sealed partial class LoraModel
{
    /// <summary>Adds an adapter out of a directory as Python's PEFT writes it; when it is the first, it becomes the active one.</summary>
    /// <param name="adapter">The name it gets: no dots, nothing that paths are made of.</param>
    /// <param name="directory">Holds adapter_config.json and adapter_model.safetensors.</param>
    /// <exception cref="FileNotFoundException">The directory or a file in it is missing.</exception>
    /// <exception cref="InvalidDataException">A file is malformed or does not fit the model; nothing is changed then.</exception>
    /// <exception cref="ArgumentException">The adapter's name is unfit or taken.</exception>
    public void Load(string adapter, string directory)
    {
        using var peft = PeftAdapterDirectory.Read(directory);
        Load(adapter, peft, directory);
    }

    /// <summary>Writes an adapter as a directory that Python's PEFT reads.</summary>
    /// <param name="adapter">Its name.</param>
    /// <param name="directory">Created where needed; files of an adapter that lie in it are replaced.</param>
    /// <param name="baseModelName">What the file calls the base: a hub id or a path. Null keeps what the file said that the adapter came
    /// from.</param>
    /// <param name="revision">The base's revision; null where there is none.</param>
    /// <exception cref="ArgumentException">There is no adapter of this name.</exception>
    /// <exception cref="NotSupportedException">PEFT has nothing that corresponds to the adapter.</exception>
    public void Save(string adapter, string directory, string? baseModelName = null, string? revision = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        Find(adapter);
        using var scope = NewDisposeScope();
        PeftAdapterDirectory.Write(directory, PeftMapping.ToPeftConfig(this, baseModelName, revision, adapter), PeftMapping.Tensors(this, adapter));
    }

    /// <summary>Adds an adapter out of a checkpoint of the LoRA authors' package loralib, saved as safetensors.</summary>
    /// <param name="adapter">The name it gets.</param>
    /// <param name="path">The file. Its tensors are named <c>….lora_A</c> and <c>….lora_B</c>; modules whose weights it holds are modules
    /// to save.</param>
    /// <param name="alpha">lora_alpha of the training, which the file does not tell; above 0.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is malformed or does not fit the model; nothing is changed then.</exception>
    public void LoadLoralib(string adapter, string path, double alpha)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!(alpha > 0) || !double.IsFinite(alpha)) throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "Alpha must be above 0.");
        using var peft = LoralibCheckpoint.Read(path, _model, alpha);
        Load(adapter, peft, path);
    }

    /// <summary>
    /// Writes a classifier with the active adapters folded in as a directory that Python's transformers loads: config.json, model.safetensors and the
    /// tokenizer's files. The model itself is as before afterwards.
    /// </summary>
    /// <param name="directory">Created where needed.</param>
    /// <param name="baseDirectory">Where the base's config.json and the tokenizer's files are.</param>
    /// <param name="labels">The names of the classes in order; null where they have none.</param>
    /// <exception cref="InvalidDataException">The base's configuration is malformed.</exception>
    /// <exception cref="NotSupportedException">transformers has no class for the model that is known here.</exception>
    /// <exception cref="ArgumentException">There are not as many labels as classes.</exception>
    public void SaveMerged(string directory, string baseDirectory, IReadOnlyList<string>? labels = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        ArgumentException.ThrowIfNullOrEmpty(baseDirectory);
        MergedModelDirectory.Write(this, baseDirectory, directory, labels);
    }

    internal void Load(string adapter, PeftAdapter peft, string source)
    {
        try
        {
            var config = PeftMapping.ToLoraConfig(peft.Config, _model, peft.Tensors.Keys);
            using var generator = new Generator(0);
            AddStarted(adapter, config, (layer, rank, scaling) =>
            {
                PeftMapping.CheckRank(layer, rank, config.Initialization, peft.Tensors, source);
                return config.Initialization is LoraInitialization.Pissa or LoraInitialization.Olora
                    ? Initializer.Of(config.Initialization).Start(layer, rank, scaling, generator)
                    : new StartingPoint(zeros(rank, layer.InputSize), zeros(layer.OutputSize, rank));
            });
            _adapters[adapter] = _adapters[adapter] with { Origin = peft.Config };
        }
        catch (ArgumentException error) when (error.ParamName is not nameof(adapter))
        {
            throw new InvalidDataException($"{source}: {error.Message}", error);
        }

        try
        {
            PeftMapping.Load(this, peft.Tensors, source, adapter);
        }
        catch
        {
            Delete(adapter);
            throw;
        }
    }

    internal Tensor TrainedValue(string adapter, string path) => _trained.Value(adapter, path);

    internal void SetTrainedValue(string adapter, string path, Tensor value) => _trained.Set(adapter, path, value);
}
