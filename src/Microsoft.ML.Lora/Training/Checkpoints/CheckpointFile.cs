using System.Globalization;
using System.Text.Json;
using Microsoft.ML.Lora.Formats;

namespace Microsoft.ML.Lora.Training.Checkpoints;

/// <summary>The small half of a checkpoint: where the training stood, what it was made of, and the digest of the half with the weights.</summary>
/// <param name="State">Where the training stood, but for its history, which lies with the weights.</param>
/// <param name="Seed">The training's seed.</param>
/// <param name="Parts">The fingerprint.</param>
/// <param name="Best">The best validation so far; null where there was none.</param>
/// <param name="Unfinished">The point of the history that was not complete.</param>
/// <param name="Weights">The digest of the other half.</param>
internal sealed record CheckpointFile(
    TrainingState State,
    int Seed,
    IReadOnlyDictionary<string, string> Parts,
    BestValidation? Best,
    (int StepsPerPoint, double Sum, int Count) Unfinished,
    FileDigest Weights)
{
    private const int Format = 1;
    private const int MaxBytes = 16 << 20;

    /// <summary>The file's content.</summary>
    public byte[] ToUtf8() => JsonSerializer.SerializeToUtf8Bytes(new
    {
        format = Format,
        step = State.Step,
        epoch = State.Epoch,
        epoch_loss_sum = State.EpochLossSum,
        epoch_weight = State.EpochWeight,
        seen_rows = State.SeenRows,
        seen_tokens = State.SeenTokens,
        seconds = State.ElapsedBefore.TotalSeconds,
        validated_step = State.ValidatedStep,
        ended = State.Ended,
        seed = Seed,
        best = Best is null ? null : new { value = Best.Value, step = Best.Step, without_improvement = Best.WithoutImprovement },
        unfinished_point = new { steps_per_point = Unfinished.StepsPerPoint, sum = Unfinished.Sum, count = Unfinished.Count },
        weights_sha256 = Weights.Sha256,
        weights_bytes = Weights.Bytes,
        training = Parts,
    });

    /// <summary>Reads the file.</summary>
    /// <exception cref="InvalidDataException">It is malformed.</exception>
    public static CheckpointFile Read(string path)
    {
        var fields = UntrustedJson.ReadFile(path, MaxBytes, maxDepth: 4);
        int Int(JsonFields of, string field) => of.Require(of.Int(field), field) is var number and >= 0 ? number : throw of.Wrong(field, "at least 0");
        double Double(JsonFields of, string field) => of.Require(of.Double(field), field);
        long Long(string field) => fields.Require(fields.Long(field), field);
        if (Int(fields, "format") != Format) throw fields.Wrong("format", Format.ToString(CultureInfo.InvariantCulture));
        var state = new TrainingState
        {
            Step = Int(fields, "step"),
            Epoch = Int(fields, "epoch"),
            EpochLossSum = Double(fields, "epoch_loss_sum"),
            EpochWeight = Double(fields, "epoch_weight"),
            SeenRows = Long("seen_rows"),
            SeenTokens = Long("seen_tokens"),
            ElapsedBefore = TimeSpan.FromSeconds(Math.Clamp(Double(fields, "seconds"), 0, 1e9)),
            ValidatedStep = Int(fields, "validated_step"),
            Ended = fields.Require(fields.Bool("ended"), "ended"),
        };
        state.ResumedFromStep = state.Step;
        var best = fields.Object("best") is not { } found ? null
            : new BestValidation(Double(found, "value"), Int(found, "step"), Int(found, "without_improvement"));
        var point = fields.Require(fields.Object("unfinished_point"), "unfinished_point");
        var parts = fields.Require(fields.Object("training"), "training");
        return new CheckpointFile(
            state,
            fields.Require(fields.Int("seed"), "seed"),
            parts.All.ToDictionary(part => part.Name, part => parts.Require(parts.String(part.Name), part.Name), StringComparer.Ordinal),
            best,
            (Int(point, "steps_per_point"), Double(point, "sum"), Int(point, "count")),
            new FileDigest(fields.Require(fields.String("weights_sha256"), "weights_sha256"), Long("weights_bytes")));
    }
}

/// <summary>The best validation of a training so far.</summary>
/// <param name="Value">The watched metric's value.</param>
/// <param name="Step">The step it followed.</param>
/// <param name="WithoutImprovement">Validations since.</param>
internal sealed record BestValidation(double Value, int Step, int WithoutImprovement);
