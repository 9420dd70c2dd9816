namespace Microsoft.ML.Lora.Formats;

/// <summary>What a tensor of an adapter file is to its module.</summary>
internal enum PeftPart
{
    /// <summary>A, [r, in] (for convolutions [r, in, …]).</summary>
    LoraA,

    /// <summary>B, [out, r].</summary>
    LoraB,

    /// <summary>A of an embedding, [r, rows].</summary>
    EmbeddingA,

    /// <summary>B of an embedding, [columns, r].</summary>
    EmbeddingB,

    /// <summary>DoRA's magnitude, [out].</summary>
    Magnitude,

    /// <summary>A parameter of the layer that carries an adapter, such as its trained bias.</summary>
    BaseLayer,

    /// <summary>A parameter of a module that carries none: one to save, or a trained bias.</summary>
    Parameter,

    /// <summary>The untrained copy of a module to save, which peft stores in passing when all biases are trained. Nothing needs it.</summary>
    Original,
}

/// <summary>A tensor of an adapter file.</summary>
/// <param name="Module">The path of the module in the plain model, such as <c>roberta.encoder.layer.0.attention.self.query</c>.</param>
/// <param name="Part">What the tensor is to that module.</param>
/// <param name="Parameter">The parameter's name (weight, bias) for the last three parts, otherwise null.</param>
internal readonly record struct PeftKey(string Module, PeftPart Part, string? Parameter = null);

/// <summary>The names tensors have in adapter files, and what they mean.</summary>
internal static class PeftKeys
{
    /// <summary>What every name begins with: peft's model, and LoRA's within it.</summary>
    public const string Prefix = "base_model.model.";

    private static readonly (PeftPart Part, string Suffix)[] Suffixes =
    [
        (PeftPart.LoraA, "lora_A.weight"),
        (PeftPart.LoraB, "lora_B.weight"),
        (PeftPart.EmbeddingA, "lora_embedding_A"),
        (PeftPart.EmbeddingB, "lora_embedding_B"),
        (PeftPart.Magnitude, "lora_magnitude_vector"),
    ];

    /// <summary>The name of a tensor in the file.</summary>
    public static string Format(PeftKey key) => key.Part switch
    {
        PeftPart.BaseLayer => $"{Prefix}{key.Module}.base_layer.{key.Parameter}",
        PeftPart.Parameter => key.Module.Length == 0 ? $"{Prefix}{key.Parameter}" : $"{Prefix}{key.Module}.{key.Parameter}",
        PeftPart.Original => throw new ArgumentException("The untrained copy of a module is never written.", nameof(key)),
        _ => $"{Prefix}{key.Module}.{Suffixes.First(each => each.Part == key.Part).Suffix}",
    };

    /// <summary>The name of a low-rank or magnitude tensor in the file.</summary>
    public static string Format(string module, PeftPart part) => Format(new PeftKey(module, part));

    /// <summary>The meaning of a name.</summary>
    /// <param name="name">A tensor's name in an adapter file.</param>
    /// <param name="file">What errors call the file.</param>
    /// <exception cref="InvalidDataException">The name is not one that a LoRA adapter has.</exception>
    public static PeftKey Parse(string name, string file)
    {
        if (!name.StartsWith(Prefix, StringComparison.Ordinal) || name.Length == Prefix.Length)
            throw new InvalidDataException($"{file}: tensor '{name}' is not of a LoRA adapter: its name should begin with '{Prefix}'.");
        var path = name[Prefix.Length..];
        foreach (var (part, suffix) in Suffixes)
            if (ModuleBefore(path, suffix) is { } module) return new(module, part);
        if (ModuleBefore(path, "lora_magnitude_vector.weight") is { } decomposed) return new(decomposed, PeftPart.Magnitude);
        if (path.Contains(".lora_", StringComparison.Ordinal) || path.StartsWith("lora_", StringComparison.Ordinal))
            throw new InvalidDataException($"{file}: tensor '{name}' belongs to a kind of LoRA layer that is not supported.");
        return ParseParameter(path);
    }

    /// <summary>
    /// The names that the parameter of a module to save may have besides <paramref name="name"/>, where that is its name within PEFT's wrapper: PEFT stores
    /// biases under both when all are trained, some versions with the adapter's name after "modules_to_save". None for other names.
    /// </summary>
    public static IEnumerable<string> PlainNames(string name)
    {
        var parts = name.Split('.').ToList();
        var at = parts.IndexOf("modules_to_save");
        if (at < 0) yield break;
        parts.RemoveAt(at);
        yield return string.Join('.', parts);
        if (at == parts.Count) yield break;
        parts.RemoveAt(at);
        yield return string.Join('.', parts);
    }

    private static PeftKey ParseParameter(string path)
    {
        var dot = path.LastIndexOf('.');
        var (module, parameter) = dot < 0 ? ("", path) : (path[..dot], path[(dot + 1)..]);
        if (module.EndsWith(".base_layer", StringComparison.Ordinal))
            return new(module[..^".base_layer".Length], PeftPart.BaseLayer, parameter);
        var parts = module.Split('.');
        return parts.Contains("original_module")
            ? new(string.Join('.', parts.Where(part => part != "original_module")), PeftPart.Original, parameter)
            : new(string.Join('.', parts.Where(part => part != "modules_to_save")), PeftPart.Parameter, parameter);
    }

    private static string? ModuleBefore(string path, string suffix) =>
        path.Length > suffix.Length + 1 && path[^(suffix.Length + 1)] == '.' && path.EndsWith(suffix, StringComparison.Ordinal)
            ? path[..^(suffix.Length + 1)] : null;
}
