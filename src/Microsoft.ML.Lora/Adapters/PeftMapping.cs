using Microsoft.ML.Lora.Formats;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Adapters;

/// <summary>Between a <see cref="LoraModel"/> and the adapter files of Python's PEFT.</summary>
internal static class PeftMapping
{
    private const string SequenceClassification = "SEQ_CLS";

    /// <summary>The modules that PEFT saves with every sequence classifier, under whichever name a family has its head.</summary>
    private static readonly string[] SequenceClassificationHeads = ["classifier", "score"];

    /// <summary>What <paramref name="peft"/> says, for a model whose modules are <paramref name="model"/>'s.</summary>
    /// <exception cref="InvalidDataException">The configuration asks for what is not supported.</exception>
    public static LoraConfig ToLoraConfig(PeftAdapterConfig peft, nn.Module model)
    {
        void Refuse(bool given, string field)
        {
            if (given) throw new InvalidDataException($"{PeftAdapterConfig.FileName}: {field} is not supported; save the adapter without it.");
        }

        Refuse(peft.TargetModules?.Names is null, "target_modules other than a list of names");
        Refuse(peft.ExcludeModules is not null, "exclude_modules");
        Refuse(peft.Bias != "none", $"bias \"{peft.Bias}\"");
        Refuse(peft.FanInFanOut, "fan_in_fan_out");
        Refuse(peft.UseRslora, "use_rslora");
        Refuse(peft.UseDora, "use_dora");
        Refuse(peft.LayersToTransform is not null, "layers_to_transform");
        Refuse(peft.RankPattern.Count > 0, "rank_pattern");
        Refuse(peft.AlphaPattern.Count > 0, "alpha_pattern");
        var present = model.named_modules().Select(m => m.name.Split('.')[^1]).ToHashSet();
        return new LoraConfig
        {
            Rank = peft.Rank,
            Alpha = peft.Alpha,
            Dropout = peft.Dropout,
            TargetModules = peft.TargetModules!.Names!,
            ModulesToSave = [.. (peft.ModulesToSave ?? SequenceClassificationHeads).Where(present.Contains)],
        };
    }

    /// <summary>How many classes the head in an adapter's files tells apart: the rows of its output layer.</summary>
    /// <exception cref="InvalidDataException">The files hold no head.</exception>
    public static int Classes(PeftAdapter peft, string source)
    {
        foreach (var output in new[] { "classifier.out_proj.weight", "classifier.weight" })
        {
            if (peft.Tensors.TryGetValue(PeftKeys.Prefix + output, out var weight) && weight.dim() == 2) return checked((int)weight.shape[0]);
        }

        throw new InvalidDataException($"{source}: there is no classification head; the adapter must have been trained with task_type {SequenceClassification}.");
    }

    /// <summary>The adapter's configuration as PEFT writes it.</summary>
    /// <param name="model">The adapted classifier.</param>
    /// <param name="baseModelName">base_model_name_or_path.</param>
    /// <param name="revision">revision; null where there is none.</param>
    public static PeftAdapterConfig ToPeftConfig(LoraModel model, string baseModelName, string? revision) => new()
    {
        TaskType = SequenceClassification,
        Rank = model.Config.Rank,
        Alpha = model.Config.Alpha,
        Dropout = model.Config.Dropout,
        TargetModules = PeftModules.Named(model.Config.TargetModules),
        ModulesToSave = [.. model.Config.ModulesToSave.Union(SequenceClassificationHeads)],
        BaseModelNameOrPath = baseModelName,
        Revision = revision,
    };

    /// <summary>The trained tensors under their names in the file; they stay the model's.</summary>
    public static IEnumerable<(string Name, Tensor Tensor)> Tensors(LoraModel model) => Keys(model).Select(pair => (pair.Key, (Tensor)pair.Value));

    /// <summary>Gives the model the tensors of a file.</summary>
    /// <exception cref="InvalidDataException">A tensor is missing, of another shape, or belongs nowhere; the model is unchanged then.</exception>
    public static void Load(LoraModel model, IReadOnlyDictionary<string, Tensor> tensors, string source)
    {
        var expected = Keys(model);
        foreach (var (name, parameter) in expected)
        {
            if (!tensors.TryGetValue(name, out var tensor))
                throw new InvalidDataException($"{source}: the tensor \"{name}\" is missing.");
            if (!tensor.shape.SequenceEqual(parameter.shape))
                throw new InvalidDataException(
                    $"{source}: the tensor \"{name}\" has the shape [{string.Join(", ", tensor.shape)}]; the model and adapter_config.json ask for [{string.Join(", ", parameter.shape)}].");
        }

        if (tensors.Keys.FirstOrDefault(name => !expected.ContainsKey(name)) is { } stray)
            throw new InvalidDataException($"{source}: the tensor \"{stray}\" belongs to no adapted module.");
        using var _ = no_grad();
        foreach (var (name, parameter) in expected) parameter.copy_(tensors[name]);
    }

    private static SortedDictionary<string, Parameter> Keys(LoraModel model)
    {
        var keys = new SortedDictionary<string, Parameter>(StringComparer.Ordinal);
        foreach (var (path, layer) in model.Layers)
        {
            keys.Add(PeftKeys.Format(path, PeftPart.LoraA), layer.A);
            keys.Add(PeftKeys.Format(path, PeftPart.LoraB), layer.B);
        }

        foreach (var (name, parameter) in model.SavedParameters) keys.Add(PeftKeys.Prefix + name, parameter);
        return keys;
    }
}
