using Microsoft.ML.Lora.Training;

namespace Microsoft.ML.Lora;

public sealed partial class LoraFineTuneEstimator
{
    /// <content>How the weights are trained.</content>
    public sealed partial class Options
    {
        /// <summary>Rows of one forward pass, at least 1. Default: 16.</summary>
        public int BatchSize { get; set; } = 16;

        /// <summary>
        /// The most tokens of one forward pass, padding included: a batch then has as many rows as fit (a longer row is a batch of its own), and
        /// <see cref="BatchSize"/> does not bound it. From 8; null for batches of BatchSize rows. Default: null.
        /// </summary>
        public int? MaxTokensPerBatch { get; set; }

        /// <summary>Batches whose gradients make one optimiser step, at least 1: the effect of a batch so many times as large, without its memory. Default: 1.</summary>
        public int GradientAccumulationSteps { get; set; } = 1;

        /// <summary>Passes over the data, at least 1. Default: 6.</summary>
        public int MaxEpochs { get; set; } = 6;

        /// <summary>The highest learning rate, above 0. Default: 5e-4.</summary>
        public double LearningRate { get; set; } = 5e-4;

        /// <summary>How the learning rate goes on after the warm-up. Default: linear.</summary>
        public LearningRateDecay LearningRateDecay { get; set; } = LearningRateDecay.Linear;

        /// <summary>The share of the steps over which the learning rate rises from 0, from 0 to 1. Default: 0.06.</summary>
        public double WarmupRatio { get; set; } = 0.06;

        /// <summary>AdamW's decoupled weight decay, at least 0; biases and normalisations are spared. Default: 0.01.</summary>
        public double WeightDecay { get; set; } = 0.01;

        /// <summary>The gradients' joint norm is cut to this, at least 0; 0 leaves them. Default: 1.</summary>
        public double MaxGradientNorm { get; set; } = 1;

        /// <summary>The share of each label that is spread evenly over all classes, from 0 to below 1; not where a number is learnt. Default: 0.</summary>
        public double LabelSmoothing { get; set; }

        /// <summary>
        /// Weights in the loss by class name (the key's value as text), above 0; classes that are not named weigh 1. Not where a number is learnt.
        /// Default: null, which is 1 each.
        /// </summary>
        public IReadOnlyDictionary<string, double>? ClassWeights { get; set; }

        /// <summary>Keeps only each layer's input in the forward pass and computes the layer again in the backward pass: less memory, about a third more time, the same result. Default: false.</summary>
        public bool GradientCheckpointing { get; set; }

        /// <summary>The type of the frozen base's weights and of activations during training; what is trained stays in float32, and so does scoring. Default: float32.</summary>
        public TrainingPrecision Precision { get; set; } = TrainingPrecision.Float32;

        /// <summary>The GPU to train on, from 0. Default: MLContext.GpuDeviceId; the CPU where that is not set either.</summary>
        public int? GpuDeviceId { get; set; }

        /// <summary>Whether the CPU is used where that GPU is not there, instead of an exception. Default: MLContext.FallbackToCpu.</summary>
        public bool? FallbackToCpu { get; set; }

        /// <summary>Decides shuffling, dropout, the rows held out for validation and the start of new weights. Default: the seed of the MLContext, or a random one where that has none.</summary>
        public int? Seed { get; set; }

        /// <summary>The options as the training loop takes them.</summary>
        internal TrainingOptions ForTraining(int seed, IReadOnlyList<float>? classWeights) => new()
        {
            Epochs = MaxEpochs,
            BatchSize = BatchSize,
            MaxTokensPerBatch = MaxTokensPerBatch ?? 0,
            GradientAccumulation = GradientAccumulationSteps,
            LearningRate = LearningRate,
            Decay = LearningRateDecay,
            WarmupRatio = WarmupRatio,
            WeightDecay = WeightDecay,
            MaxGradientNorm = MaxGradientNorm,
            LabelSmoothing = LabelSmoothing,
            ClassWeights = classWeights,
            GradientCheckpointing = GradientCheckpointing,
            ValidateEverySteps = ValidateEverySteps,
            Metric = MonitoredMetric,
            Patience = EarlyStoppingPatience,
            MinimumChange = EarlyStoppingMinimumChange,
            ReturnBestWhenCancelled = WhenCancelled == CancellationBehavior.ReturnBestModel,
            Seed = seed,
        };

        /// <summary>Checks what depends on the task.</summary>
        internal void ValidateFor(bool regression)
        {
            if (!regression && ScoreColumnName == PredictionColumnName)
                throw new ArgumentException($"{nameof(ScoreColumnName)} and {nameof(PredictionColumnName)} are both '{ScoreColumnName}'; they must differ.", nameof(ScoreColumnName));
            Check(!regression || LabelSmoothing == 0, LabelSmoothing, nameof(LabelSmoothing), "0 where a number is learnt");
            Check(!regression || ClassWeights is null, "set", nameof(ClassWeights), "null where a number is learnt");
            Check(regression ? MonitoredMetric is MonitoredMetric.Loss or MonitoredMetric.PearsonCorrelation : MonitoredMetric != MonitoredMetric.PearsonCorrelation,
                MonitoredMetric, nameof(MonitoredMetric), regression ? "Loss or PearsonCorrelation where a number is learnt" : "a metric of classes");
        }

        private const int MostEpochs = 100_000;

        private void ValidateTraining()
        {
            Check(BatchSize >= 1, BatchSize, nameof(BatchSize), "at least 1");
            Check(MaxTokensPerBatch is null or >= 8, MaxTokensPerBatch, nameof(MaxTokensPerBatch), "at least 8, or null");
            Check(GradientAccumulationSteps >= 1, GradientAccumulationSteps, nameof(GradientAccumulationSteps), "at least 1");
            Check(MaxEpochs is >= 1 and <= MostEpochs, MaxEpochs, nameof(MaxEpochs), $"from 1 to {MostEpochs}");
            Check(LearningRate > 0 && double.IsFinite(LearningRate), LearningRate, nameof(LearningRate), "above 0");
            Check(Enum.IsDefined(LearningRateDecay), LearningRateDecay, nameof(LearningRateDecay), "one of " + string.Join(", ", Enum.GetNames<LearningRateDecay>()));
            Check(WarmupRatio is >= 0 and <= 1, WarmupRatio, nameof(WarmupRatio), "from 0 to 1");
            Check(WeightDecay >= 0 && double.IsFinite(WeightDecay), WeightDecay, nameof(WeightDecay), "at least 0");
            Check(MaxGradientNorm >= 0 && double.IsFinite(MaxGradientNorm), MaxGradientNorm, nameof(MaxGradientNorm), "at least 0");
            Check(LabelSmoothing is >= 0 and < 1, LabelSmoothing, nameof(LabelSmoothing), "at least 0 and below 1");
            foreach (var (name, weight) in ClassWeights ?? new Dictionary<string, double>())
                Check((float)weight is > 0 and < float.PositiveInfinity, weight, $"{nameof(ClassWeights)}[\"{name}\"]", "above 0 and within what a Single holds");
            Check(Enum.IsDefined(Precision), Precision, nameof(Precision), "one of " + string.Join(", ", Enum.GetNames<TrainingPrecision>()));
            Check(GpuDeviceId is null or >= 0, GpuDeviceId, nameof(GpuDeviceId), "at least 0, or null for the CPU");
        }
    }
}
