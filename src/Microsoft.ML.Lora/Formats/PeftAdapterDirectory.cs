using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Formats;

/// <summary>A directory as peft's save_pretrained writes it: adapter_config.json and adapter_model.safetensors.</summary>
internal static class PeftAdapterDirectory
{
    public const string WeightsFileName = "adapter_model.safetensors";
    private const string PickleFileName = "adapter_model.bin";

    /// <summary>Reads an adapter directory.</summary>
    /// <exception cref="FileNotFoundException">The directory or a file in it is missing.</exception>
    /// <exception cref="InvalidDataException">A file is malformed, or of a kind of adapter that is not supported; the message says which.</exception>
    public static PeftAdapter Read(string directory)
    {
        directory = Path.GetFullPath(directory);
        var weights = Path.Combine(directory, WeightsFileName);
        RequireFiles(directory, weights);
        var config = PeftAdapterConfig.Read(Path.Combine(directory, PeftAdapterConfig.FileName));
        using var file = SafetensorsFile.Open(weights, map: false);
        return new(config, LoadAll(file));
    }

    /// <summary>Reads an adapter from the contents of its two files, such as entries of a zip.</summary>
    /// <param name="config">The content of adapter_config.json.</param>
    /// <param name="weights">The content of adapter_model.safetensors.</param>
    /// <param name="source">What errors call the place they come from.</param>
    /// <exception cref="InvalidDataException">A file is malformed, or of a kind of adapter that is not supported.</exception>
    public static PeftAdapter Read(byte[] config, byte[] weights, string source)
    {
        var parsed = PeftAdapterConfig.Parse(config, $"{source}/{PeftAdapterConfig.FileName}");
        using var file = SafetensorsFile.FromBytes(weights, $"{source}/{WeightsFileName}");
        return new(parsed, LoadAll(file));
    }

    /// <summary>Writes an adapter directory; each file is there whole or not at all, the configuration last.</summary>
    /// <param name="directory">The directory, created where needed.</param>
    /// <param name="config">The configuration.</param>
    /// <param name="tensors">The tensors by their names in the file; they stay the caller's.</param>
    public static void Write(string directory, PeftAdapterConfig config, IEnumerable<(string Name, Tensor Tensor)> tensors)
    {
        directory = Path.GetFullPath(directory);
        if (File.Exists(directory)) throw new IOException($"{directory} is a file; an adapter is saved as a directory.");
        var content = config.ToUtf8();
        SafetensorsWriter.Write(Path.Combine(directory, WeightsFileName), tensors, SafetensorsWriter.PyTorchMetadata);
        AtomicFile.Write(Path.Combine(directory, PeftAdapterConfig.FileName), content);
    }

    private static void RequireFiles(string directory, string weights)
    {
        if (File.Exists(directory))
            throw new InvalidDataException($"{directory} is a file, not a PEFT adapter, which is a directory with {PeftAdapterConfig.FileName} and {WeightsFileName}; "
                + "the zip of a fine-tuned model is loaded with mlContext.Model.Load.");
        if (!Directory.Exists(directory)) throw new FileNotFoundException($"The adapter directory {directory} does not exist.", directory);
        if (!File.Exists(Path.Combine(directory, PeftAdapterConfig.FileName)))
            throw new FileNotFoundException($"{directory} is not a PEFT adapter: it has no {PeftAdapterConfig.FileName}.", directory);
        if (File.Exists(weights)) return;
        if (File.Exists(Path.Combine(directory, PickleFileName)))
            throw new InvalidDataException($"{directory} holds {PickleFileName}, a Python pickle, which can run code when it is read and so is not. "
                + "Convert it in that directory: python -c \"import torch, safetensors.torch as s; "
                + $"s.save_file({{k: v.contiguous() for k, v in torch.load('{PickleFileName}', map_location='cpu', weights_only=True).items()}}, "
                + $"'{WeightsFileName}', {{'format': 'pt'}})\"");
        throw new FileNotFoundException($"{directory} is not a whole PEFT adapter: it has no {WeightsFileName}.", weights);
    }

    private static SortedDictionary<string, Tensor> LoadAll(SafetensorsFile file)
    {
        foreach (var name in file.Tensors.Keys) PeftKeys.Parse(name, file.Name);
        var tensors = new SortedDictionary<string, Tensor>(StringComparer.Ordinal);
        try
        {
            foreach (var name in file.Tensors.Keys) tensors.Add(name, file.Load(name));
            return tensors;
        }
        catch
        {
            foreach (var tensor in tensors.Values) tensor.Dispose();
            throw;
        }
    }
}
