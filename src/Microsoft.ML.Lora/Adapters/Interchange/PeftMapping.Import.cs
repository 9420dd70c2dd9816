using Microsoft.ML.Lora.Adapters.Targeting;
using Microsoft.ML.Lora.Formats;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Adapters;

/// <content>Configurations as PEFT means them.</content>
internal static partial class PeftMapping
{
    /// <summary>The modules that PEFT saves with every sequence classifier, under whichever name a family has its head.</summary>
    private static readonly string[] SequenceClassificationHeads = ["classifier", "score"];

    // What PEFT adapts in the families of encoders when a configuration does not say.
    private static readonly string[][] UsualTargets = [["query", "value"], ["q_lin", "v_lin"], ["c_attn"]];

    /// <summary>What <paramref name="peft"/> says, for a model whose modules are <paramref name="model"/>'s.</summary>
    /// <param name="peft">The configuration.</param>
    /// <param name="model">The model.</param>
    /// <param name="tensors">The names of the tensors that go with it, which tell modules that PEFT saved though no name is theirs.</param>
    /// <exception cref="InvalidDataException">The configuration asks for what cannot be had here; the message names the field.</exception>
    public static LoraConfig ToLoraConfig(PeftAdapterConfig peft, nn.Module model, params IEnumerable<string> tensors)
    {
        var names = ModuleTree.Modules(model).Select(module => module.Path).ToList();
        var config = new LoraConfig
        {
            Rank = peft.Rank,
            Alpha = peft.Alpha,
            Dropout = peft.Dropout,
            TargetModules = Targets(peft, names),
            ExcludeModules = peft.ExcludeModules is { } excluded ? ToSelection(excluded) : null,
            ModulesToSave = [.. SavedModules(peft, names), .. ExactNames.Saved(SavedUnnamed(peft, names, tensors), model)],
            Bias = peft.Bias switch { "all" => LoraBias.All, "lora_only" => LoraBias.LoraOnly, _ => LoraBias.None },
            FanInFanOut = peft.FanInFanOut,
            UseRankStabilizedScaling = peft.UseRslora,
            UseDora = peft.UseDora,
            Initialization = ToInitialization(peft.InitLoraWeights),
            LayersToTransform = peft.LayersToTransform is { Count: > 0 } layers ? layers : null,
            LayersPattern = peft.LayersPattern is { Count: > 0 } lists ? lists : null,
            RankPattern = peft.RankPattern,
            AlphaPattern = peft.AlphaPattern,
        };
        try
        {
            config.Validate();
            return config;
        }
        catch (ArgumentException error)
        {
            throw new InvalidDataException($"{PeftAdapterConfig.FileName}: {error.Message}", error);
        }
    }

    // A list may have been made for several families: as in PEFT, one name that matches is enough.
    private static ModuleSelection Targets(PeftAdapterConfig peft, List<string> paths)
    {
        if (peft.TargetModules is { Names: { } names } && names.Where(name => paths.Any(path => TargetSelection.IsNamed(path, name))).ToArray() is { Length: > 0 } present)
            return present;
        if (peft.TargetModules is { } targets) return ToSelection(targets);
        var usual = UsualTargets.FirstOrDefault(each => each.All(name => paths.Any(path => TargetSelection.IsNamed(path, name))));
        return usual ?? throw new InvalidDataException(
            $"{PeftAdapterConfig.FileName}: target_modules is not set, and the model is of no family for which there is a usual choice.");
    }

    // PEFT passes over names that match nothing: it adds "score" itself, whatever the family.
    private static IEnumerable<string> SavedModules(PeftAdapterConfig peft, List<string> paths) =>
        NamesToSave(peft).Where(name => paths.Any(path => TargetSelection.IsNamedToSave(path, name)));

    // PEFT saves every module whose path ends with a name, even within a word: "classifier" means DistilBERT's pre_classifier too.
    private static List<string> SavedUnnamed(PeftAdapterConfig peft, List<string> paths, IEnumerable<string> tensors)
    {
        var names = NamesToSave(peft);
        var owners = tensors.Select(name => PeftKeys.Parse(name, PeftAdapterDirectory.WeightsFileName))
            .Where(key => key.Part == PeftPart.Parameter && key.Parameter != "bias").Select(key => key.Module).ToHashSet();
        return [.. paths.Where(path => !names.Any(name => TargetSelection.IsNamedToSave(path, name))
            && names.Any(name => path.EndsWith(name, StringComparison.Ordinal))
            && owners.Any(owner => owner == path || owner.StartsWith(path + ".", StringComparison.Ordinal)))];
    }

    private static IReadOnlyList<string> NamesToSave(PeftAdapterConfig peft) =>
        peft.ModulesToSave ?? (peft.TaskType == SequenceClassification ? SequenceClassificationHeads : []);

    private static LoraInitialization ToInitialization(string name) => name switch
    {
        "true" or "eva" or "orthogonal" or "mica" => LoraInitialization.Kaiming,
        "gaussian" => LoraInitialization.Gaussian,
        "false" => LoraInitialization.None,
        "pissa" => LoraInitialization.Pissa,
        "olora" => LoraInitialization.Olora,
        _ => throw new InvalidDataException(
            $"{PeftAdapterConfig.FileName}: init_lora_weights \"{name}\" changed the base's weights in a way that cannot be repeated from the files alone; "
            + "save the adapter from Python with save_pretrained(..., path_initial_model_for_weight_conversion=...), which makes an ordinary one of it."),
    };

    private static ModuleSelection ToSelection(PeftModules modules) =>
        modules.Names is { } names ? ModuleSelection.Named([.. names]) : ModuleSelection.Matching(modules.Pattern!);
}
