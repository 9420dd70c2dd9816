namespace Microsoft.ML.Lora.Adapters;

/// <summary>What a low-rank adapter is made of; the names are those of PEFT's LoraConfig.</summary>
public sealed partial record LoraConfig
{
    /// <summary>r: the inner size of the low-rank product. From 1 to the smaller side of each adapted matrix. Default: 8.</summary>
    public int Rank { get; init; } = 8;

    /// <summary>lora_alpha: the product is scaled by alpha / rank. Above 0. Default: 16.</summary>
    public double Alpha { get; init; } = 16;

    /// <summary>lora_dropout: the share of the adapter's input that is dropped in training. From 0 to below 1. Default: 0.</summary>
    public double Dropout { get; init; }

    /// <summary>
    /// target_modules: what is adapted, as names, an expression, or <see cref="ModuleSelection.AllLinear"/>. Default: query, value.
    /// </summary>
    public ModuleSelection TargetModules { get; init; } = ["query", "value"];

    /// <summary>exclude_modules: what is not adapted although it is a target. Default: none.</summary>
    public ModuleSelection? ExcludeModules { get; init; }

    /// <summary>
    /// modules_to_save: modules of these names are trained in full and saved with the adapter; each adapter has its own copy. They are
    /// never targets. A name is a path or its end after a dot; one that begins with PEFT's <c>base_model.model.</c> is a whole path.
    /// Default: none.
    /// </summary>
    public IReadOnlyList<string> ModulesToSave { get; init; } = [];

    /// <summary>bias: which biases are trained. Default: none.</summary>
    public LoraBias Bias { get; init; }

    /// <summary>
    /// rank_pattern: ranks that differ from <see cref="Rank"/>. A key is an expression that matches a module's path or its end after a dot;
    /// the first that matches counts. Default: none.
    /// </summary>
    public IReadOnlyDictionary<string, int> RankPattern { get; init; } = new Dictionary<string, int>();

    /// <summary>
    /// alpha_pattern: alphas that differ from <see cref="Alpha"/>; keys are as in <see cref="RankPattern"/>. Default: none.
    /// </summary>
    public IReadOnlyDictionary<string, double> AlphaPattern { get; init; } = new Dictionary<string, double>();

    /// <summary>
    /// layers_to_transform: only targets in layers of these indices are adapted; null means all. Not with an expression. Default: null.
    /// </summary>
    public IReadOnlyList<int>? LayersToTransform { get; init; }

    /// <summary>layers_pattern: the names of the lists that those indices count in; null means any list. Default: null.</summary>
    public IReadOnlyList<string>? LayersPattern { get; init; }

    /// <summary>use_rslora: the scaling is alpha / sqrt(rank) (Kalajdzievski 2023). Default: false.</summary>
    public bool UseRankStabilizedScaling { get; init; }

    /// <summary>use_dora: weights are decomposed into magnitude and direction (Liu et al. 2024). Default: false.</summary>
    public bool UseDora { get; init; }

    /// <summary>init_lora_weights: where A and B start. Default: Kaiming.</summary>
    public LoraInitialization Initialization { get; init; }

    /// <summary>
    /// fan_in_fan_out: as PEFT records it. Whether a weight is [in, out] is known from the module's class, so this changes nothing here.
    /// Default: false.
    /// </summary>
    public bool FanInFanOut { get; init; }

    /// <summary>LoRA+ (Hayou et al. 2024): the learning rate of B is this many times that of A. Above 0. Default: 1.</summary>
    public double LoraPlusRatio { get; init; } = 1;

    /// <summary>Whether every bias of the model is trained too; the same as <see cref="LoraBias.All"/>. Default: false.</summary>
    public bool TrainBiases { get; init; }

    /// <summary>Whether every layer normalisation is trained too. Default: false.</summary>
    public bool TrainLayerNorms { get; init; }

    /// <summary>Whether every embedding table is trained too. Default: false.</summary>
    public bool TrainEmbeddings { get; init; }

    /// <summary>The factor before B A where no pattern says otherwise.</summary>
    public double Scaling => ScalingOf(Rank, Alpha);

    internal LoraBias EffectiveBias => TrainBiases ? LoraBias.All : Bias;

    internal double ScalingOf(int rank, double alpha) => UseRankStabilizedScaling ? alpha / Math.Sqrt(rank) : alpha / rank;
}
