using Microsoft.ML.Lora.Adapters;

namespace Microsoft.ML.Lora;

public sealed partial class LoraFineTuneEstimator
{
    /// <summary>Everything that can be said about the training of a <see cref="LoraFineTuneEstimator"/>.</summary>
    public sealed partial class Options
    {
        /// <summary>The label column: a key with at least two values, or a Single where a number is learnt. Default: "Label".</summary>
        public string LabelColumnName { get; set; } = "Label";

        /// <summary>The output column of class probabilities, a vector of Single, or of the number, a Single. Default: "Score".</summary>
        public string ScoreColumnName { get; set; } = "Score";

        /// <summary>The output column of the predicted class, a key with the label's values; not used where a number is learnt. Default: "PredictedLabel".</summary>
        public string PredictionColumnName { get; set; } = "PredictedLabel";

        /// <summary>The column of the text, or of the first text of a pair. Default: "Sentence1".</summary>
        public string Sentence1ColumnName { get; set; } = "Sentence1";

        /// <summary>The column of the second text of a pair; null where there are no pairs. Default: null.</summary>
        public string? Sentence2ColumnName { get; set; }

        /// <summary>The model to adapt. Default: the one that comes with the library.</summary>
        public BaseModel BaseModel { get; set; } = BaseModel.Bundled;

        /// <summary>r: the inner size of each low-rank product, from 1 to the model's hidden size. Default: 8.</summary>
        public int Rank { get; set; } = 8;

        /// <summary>The low-rank product is scaled by Alpha / Rank; above 0. Default: 16.</summary>
        public double Alpha { get; set; } = 16;

        /// <summary>The share of each adapter's input that is dropped in training, from 0 to below 1. Default: 0.</summary>
        public double LoraDropout { get; set; }

        /// <summary>The modules to adapt, as in PEFT's target_modules. Default: the query and value projections, by the names they have in the base model.</summary>
        public ModuleSelection? TargetModules { get; set; }

        /// <summary>The most tokens a row may have, specials included; longer rows lose their end. Default: 256, or what the base model can read if that is less.</summary>
        public int MaxLength { get; set; } = 256;

        /// <summary>A PEFT adapter directory to go on training, instead of a new adapter; Rank, Alpha, LoraDropout and TargetModules are then the adapter's. Default: none.</summary>
        public string? InitialAdapter { get; set; }

        internal TextColumns Texts => new(Sentence1ColumnName, Sentence2ColumnName);

        internal Options Clone()
        {
            var clone = (Options)MemberwiseClone();
            clone.ClassWeights = ClassWeights is null ? null : new Dictionary<string, double>(ClassWeights);
            return clone;
        }

        internal void Validate()
        {
            CheckColumn(LabelColumnName, nameof(LabelColumnName));
            CheckColumn(ScoreColumnName, nameof(ScoreColumnName));
            CheckColumn(PredictionColumnName, nameof(PredictionColumnName));
            CheckColumn(Sentence1ColumnName, nameof(Sentence1ColumnName));
            if (Sentence2ColumnName is not null) CheckColumn(Sentence2ColumnName, nameof(Sentence2ColumnName));
            ArgumentNullException.ThrowIfNull(BaseModel);
            Check(Rank >= 1, Rank, nameof(Rank), "at least 1");
            Check(Alpha > 0 && double.IsFinite(Alpha), Alpha, nameof(Alpha), "above 0");
            Check(LoraDropout is >= 0 and < 1, LoraDropout, nameof(LoraDropout), "at least 0 and below 1");
            Check(MaxLength >= 8, MaxLength, nameof(MaxLength), "at least 8");
            ValidateTraining();
            ValidateLongRuns();
        }

        private static void CheckColumn(string name, string option)
        {
            if (string.IsNullOrWhiteSpace(name)) throw new ArgumentException($"{option} must name a column.", option);
        }

        private static void Check(bool fits, object? value, string option, string range)
        {
            if (!fits) throw new ArgumentOutOfRangeException(option, value, $"{option} must be {range}.");
        }
    }
}
