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
    /// <param name="baseModelName">What the file calls the base: a hub id or a path. Null keeps what the file said that the adapter came from.</param>
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

    internal void Load(string adapter, PeftAdapter peft, string source)
    {
        try
        {
            var config = PeftMapping.ToLoraConfig(peft.Config, _model);
            using var generator = new Generator(0);
            AddStarted(adapter, config, (layer, rank, scaling) => config.Initialization is LoraInitialization.Pissa or LoraInitialization.Olora
                ? Initializer.Of(config.Initialization).Start(layer, rank, scaling, generator)
                : new StartingPoint(zeros(rank, layer.InputSize), zeros(layer.OutputSize, rank)));
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
