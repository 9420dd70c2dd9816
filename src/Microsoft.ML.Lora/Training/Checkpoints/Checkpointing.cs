namespace Microsoft.ML.Lora.Training.Checkpoints;

/// <summary>How one training keeps its checkpoints.</summary>
/// <param name="Store">Where.</param>
/// <param name="Policy">When.</param>
/// <param name="Fingerprint">What must be the same for it to go on.</param>
/// <param name="Start">What it goes on from; null where it begins anew.</param>
internal sealed record Checkpointing(CheckpointStore Store, CheckpointPolicy Policy, TrainingFingerprint Fingerprint, StoredCheckpoint? Start);
