using Microsoft.ML.Lora.Adapters.Layers;
using Microsoft.ML.Lora.Adapters.Targeting;
using Microsoft.ML.Lora.Adapters.Trained;
using Microsoft.ML.Lora.Backbones;
using Microsoft.ML.Lora.Formats;

namespace Microsoft.ML.Lora.Adapters;

/// <content>Configurations as PEFT writes them.</content>
internal static partial class PeftMapping
{
    /// <summary>
    /// An adapter's configuration as PEFT writes it. One whose start was taken out of W is an ordinary adapter of the double rank there.
    /// </summary>
    /// <param name="model">The adapted model.</param>
    /// <param name="baseModelName">base_model_name_or_path; null keeps that of the file the adapter came from.</param>
    /// <param name="revision">revision; null where there is none.</param>
    /// <param name="adapter">Which adapter; null for the first active one.</param>
    /// <exception cref="NotSupportedException">The model's head is none that PEFT has.</exception>
    public static PeftAdapterConfig ToPeftConfig(LoraModel model, string? baseModelName, string? revision, string? adapter = null)
    {
        RequirePeftHead(model);
        var found = model.Find(adapter ?? model.Active[0]);
        var config = found.Config;
        var ranks = IsTakenOut(config) ? 2 : 1;
        var targets = config.TargetModules.IsAllLinear ? ExactNames.Targets(found.Targets, model.Model) : config.TargetModules;
        var alphas = IsTakenOut(config) ? config.UseRankStabilizedScaling ? Math.Sqrt(2) : 2 : 1;
        var origin = found.Origin ?? new PeftAdapterConfig
        {
            Rank = 1,
            Alpha = 1,
            TaskType = model.Model is SequenceClassifier ? SequenceClassification : null,
        };
        return origin with
        {
            Rank = ranks * config.Rank,
            Alpha = alphas * config.Alpha,
            Dropout = config.Dropout,
            TargetModules = ToPeftModules(targets),
            ExcludeModules = config.ExcludeModules is { } excluded ? ToPeftModules(excluded) : null,
            ModulesToSave = SavedModules(model, found, origin.TaskType),
            Bias = config.EffectiveBias switch { LoraBias.All => "all", LoraBias.LoraOnly => "lora_only", _ => "none" },
            FanInFanOut = found.Targets.Any(path => model.Layers[path] is LoraTransposedLinear),
            UseRslora = config.UseRankStabilizedScaling,
            UseDora = config.UseDora,
            InitLoraWeights = IsTakenOut(config) || found.Origin is null ? ToPeftName(config.Initialization) : origin.InitLoraWeights,
            LayersToTransform = targets.Pattern is null ? config.LayersToTransform : null,
            LayersPattern = targets.Pattern is null ? config.LayersPattern : null,
            RankPattern = new ModulePattern<int>(config.RankPattern, nameof(config.RankPattern))
                .InAnyOrder(found.Targets).ToDictionary(each => each.Key, each => ranks * each.Value),
            AlphaPattern = new ModulePattern<double>(config.AlphaPattern, nameof(config.AlphaPattern))
                .InAnyOrder(found.Targets).ToDictionary(each => each.Key, each => alphas * each.Value),
            BaseModelNameOrPath = baseModelName ?? origin.BaseModelNameOrPath,
            Revision = revision,
            InferenceMode = true,
        };
    }

    /// <summary>Sees that the model's head is one that PEFT and transformers have.</summary>
    /// <exception cref="NotSupportedException">It is not.</exception>
    public static void RequirePeftHead(LoraModel model)
    {
        if (model.Model is SequenceClassifier { HasPeftHead: false })
            throw new NotSupportedException(
                "The model's head (a normalisation and a linear layer) is none that PEFT and transformers have, so it cannot be written for them.");
    }

    private static bool IsTakenOut(LoraConfig config) => config.Initialization is LoraInitialization.Pissa or LoraInitialization.Olora;

    /// <summary>A choice of modules as files have it.</summary>
    public static PeftModules ToPeftModules(ModuleSelection modules) =>
        modules.Names is { } names ? PeftModules.Named([.. names]) : PeftModules.Matching(modules.ToString());

    private static string ToPeftName(LoraInitialization initialization) => initialization switch
    {
        LoraInitialization.Gaussian => "gaussian",
        LoraInitialization.None => "false",
        _ => "true",
    };

    // PEFT knows no switches for normalisations and embeddings; to it they are modules to save.
    private static IReadOnlyList<string>? SavedModules(LoraModel model, NamedAdapter adapter, string? taskType)
    {
        var switched = adapter.Units
            .Where(unit => unit.Kind is TrainedKind.Normalization or TrainedKind.Embedding)
            .Select(unit => unit.Module).ToHashSet();
        IReadOnlyList<string> names =
        [
            .. adapter.Config.ModulesToSave.Concat(ExactNames.Saved(switched, model.Model))
                .Concat(taskType == SequenceClassification ? SequenceClassificationHeads : []).Distinct(),
        ];
        return names.Count == 0 ? null : names;
    }
}
