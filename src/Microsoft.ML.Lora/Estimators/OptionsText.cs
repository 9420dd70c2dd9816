using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.Lora.Formats;

namespace Microsoft.ML.Lora;

/// <summary>The options of a training as text, by name: for checkpoints, saved models and reports.</summary>
internal static class OptionsText
{
    /// <summary>What the trained weights follow from, beside the data and the base.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Of(LoraFineTuneEstimator.Options options, string task, int seed)
    {
        var all = new List<KeyValuePair<string, string>>();
        void Add(string name, object? value) => all.Add(new(name, Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""));
        Add("Task", task);
        Add(nameof(options.Rank), options.Rank);
        Add(nameof(options.Alpha), options.Alpha);
        Add(nameof(options.LoraDropout), options.LoraDropout);
        Add(nameof(options.TargetModules), options.TargetModules);
        Add(nameof(options.InitialAdapter), options.InitialAdapter is { } directory ? DigestOf(directory) : null);
        Add(nameof(options.MaxLength), options.MaxLength);
        Add(nameof(options.BatchSize), options.BatchSize);
        Add(nameof(options.MaxTokensPerBatch), options.MaxTokensPerBatch);
        Add(nameof(options.GradientAccumulationSteps), options.GradientAccumulationSteps);
        Add(nameof(options.MaxEpochs), options.MaxEpochs);
        Add(nameof(options.LearningRate), options.LearningRate);
        Add(nameof(options.LearningRateDecay), options.LearningRateDecay);
        Add(nameof(options.WarmupRatio), options.WarmupRatio);
        Add(nameof(options.WeightDecay), options.WeightDecay);
        Add(nameof(options.MaxGradientNorm), options.MaxGradientNorm);
        Add(nameof(options.LabelSmoothing), options.LabelSmoothing);
        Add(nameof(options.ClassWeights), options.ClassWeights is { } weights
            ? string.Join(", ", weights.OrderBy(weight => weight.Key, StringComparer.Ordinal).Select(weight => string.Create(CultureInfo.InvariantCulture, $"{weight.Key} = {weight.Value}")))
            : null);
        Add(nameof(options.GradientCheckpointing), options.GradientCheckpointing);
        Add(nameof(options.Precision), options.Precision);
        Add(nameof(options.ValidationFraction), options.ValidationFraction);
        Add(nameof(options.ValidateEverySteps), options.ValidateEverySteps);
        Add(nameof(options.MonitoredMetric), options.MonitoredMetric);
        Add(nameof(options.EarlyStoppingPatience), options.EarlyStoppingPatience);
        Add(nameof(options.EarlyStoppingMinimumChange), options.EarlyStoppingMinimumChange);
        Add(nameof(options.Seed), seed);
        return all;
    }

    private static string DigestOf(string adapterDirectory)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var name in (string[])[PeftAdapterConfig.FileName, PeftAdapterDirectory.WeightsFileName])
        {
            var path = Path.Combine(adapterDirectory, name);
            digest.AppendData(Encoding.UTF8.GetBytes(name));
            if (File.Exists(path)) digest.AppendData(File.ReadAllBytes(path));
        }

        return $"SHA-256 {Convert.ToHexStringLower(digest.GetHashAndReset())}";
    }
}
