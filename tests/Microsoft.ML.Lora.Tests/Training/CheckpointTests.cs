using Microsoft.ML.Lora.Adapters;
using Microsoft.ML.Lora.Training;
using Microsoft.ML.Lora.Training.Checkpoints;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Tests.Training;

[TestClass]
public class CheckpointTests
{
    private static readonly TrainingOptions Options = new() { Epochs = 3, Seed = 4, LearningRate = 0.01, GradientAccumulation = 2, BatchSize = 8, MinimumChange = 0.001 };
    private static TrainingFingerprint Fingerprint(IReadOnlyList<TokenizedRow>? rows = null, int epochs = 3) =>
        new TrainingFingerprint().With("Training rows", rows ?? TaughtRows.Make(90)).With("MaxEpochs", epochs);

    /// <summary>Trains with a checkpoint after every step; after <paramref name="stopAfter"/> steps the callback throws, as a crash would.</summary>
    private static (TrainingResult? Result, float[] Weights) Train(string? directory, int stopAfter = int.MaxValue, TrainingFingerprint? fingerprint = null, int keep = 2)
    {
        using var model = Tiny.Classifier(configuration: TaughtRows.WithDropout);
        using var adapter = Tiny.Adapt(model, new LoraConfig { Rank = 4, Alpha = 8, Dropout = 0.1 });
        fingerprint ??= Fingerprint();
        using var store = directory is null ? null : CheckpointStore.Open(directory, keep);
        using var start = store?.Newest();
        start?.Require(fingerprint);
        var checkpoints = store is null ? null : new Checkpointing(store, new CheckpointPolicy(everySteps: 1, TimeSpan.Zero), fingerprint, start);
        var trainer = new Trainer(model, adapter, Options, CPU) { Checkpoints = checkpoints };
        TrainingResult? result = null;
        try
        {
            result = trainer.Run(TaughtRows.Make(90), TaughtRows.Make(30, seed: 9), progress =>
            {
                if (progress.Step >= stopAfter) throw new TimeoutException();
            }, CancellationToken.None);
        }
        catch (TimeoutException)
        {
        }

        using var scope = NewDisposeScope();
        return (result, [.. adapter.TrainableParameters().SelectMany(p => p.Parameter.detach().data<float>().ToArray())]);
    }

    [TestMethod]
    public void FilesOfOtherNamesStay()
    {
        using var folder = new TemporaryFolder();
        string[] others = ["checkpoint-best.safetensors", "checkpoint-5.safetensors", "checkpoint-5.json", "checkpoint-notes.json"];
        foreach (var name in others) folder.Write(name, "mine");
        Train(folder.Root);
        foreach (var name in others) Assert.AreEqual("mine", File.ReadAllText(folder[name]), name);
        Assert.HasCount(2, Directory.GetFiles(folder.Root, "checkpoint-0*.safetensors"));
        using var store = CheckpointStore.Open(folder.Root, keep: 2);
        using var newest = store.Newest();
        Assert.IsNotNull(newest);
        Assert.IsEmpty(store.Skipped);
    }

    [TestMethod]
    public void AnInterruptedTrainingEndsWithTheSameWeights()
    {
        using var folder = new TemporaryFolder();
        var (whole, expected) = Train(null);
        Assert.AreEqual(18, whole!.Steps);
        foreach (var stop in new[] { 1, 5, 6, 7, 17, 18 })
        {
            var directory = folder[$"{stop}"];
            Train(directory, stop);
            var (result, weights) = Train(directory);
            CollectionAssert.AreEqual(expected, weights, $"interrupted after step {stop}");
            Assert.AreEqual(Math.Min(stop, 17), result!.ResumedFromStep);
            Assert.AreEqual((whole.FinalLoss, whole.BestStep, whole.Steps), (result.FinalLoss, result.BestStep, result.Steps));
            Assert.AreEqual(whole.BestValidation!.MacroF1, result.BestValidation!.MacroF1);
        }
    }

    [TestMethod]
    public void ManyInterruptionsAddUp()
    {
        using var folder = new TemporaryFolder();
        var expected = Train(null).Weights;
        for (var stop = 2; stop < 18; stop += 3) Train(folder.Root, stop);
        CollectionAssert.AreEqual(expected, Train(folder.Root).Weights);
    }

    [TestMethod]
    public void AFinishedTrainingIsNotRepeated()
    {
        using var folder = new TemporaryFolder();
        var first = Train(folder.Root);
        var second = Train(folder.Root, stopAfter: 0);
        CollectionAssert.AreEqual(first.Weights, second.Weights);
        Assert.AreEqual(18, second.Result!.ResumedFromStep);
    }

    [TestMethod]
    public void AnotherTrainingIsRefusedByName()
    {
        using var folder = new TemporaryFolder();
        Train(folder.Root, 3);
        var other = Fingerprint(TaughtRows.Make(89), epochs: 4);
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Train(folder.Root, fingerprint: other));
        StringAssert.Contains(error.Message, "MaxEpochs was 3 and is 4");
        StringAssert.Contains(error.Message, "Training rows was 90 rows");
        Assert.IsFalse(error.Message.Contains("is not set", StringComparison.Ordinal));
    }

    [TestMethod]
    [DataRow(".safetensors", 0.9)]
    [DataRow(".safetensors", 0.0)]
    [DataRow(".json", 0.5)]
    [DataRow(".json", 0.0)]
    public void ATruncatedCheckpointIsLeftForTheOneBefore(string extension, double left)
    {
        using var folder = new TemporaryFolder();
        Train(folder.Root, 5);
        var newest = Directory.GetFiles(folder.Root, "*" + extension).Order().Last();
        using (var file = File.OpenWrite(newest)) file.SetLength((long)(file.Length * left));
        Assert.AreEqual(4, Newest(folder.Root));
        CollectionAssert.AreEqual(Train(null).Weights, Train(folder.Root).Weights);
    }

    [TestMethod]
    public void AChangedByteIsSeen()
    {
        using var folder = new TemporaryFolder();
        Train(folder.Root, 5);
        var newest = Directory.GetFiles(folder.Root, "*.safetensors").Order().Last();
        var content = File.ReadAllBytes(newest);
        content[^1] ^= 1;
        File.WriteAllBytes(newest, content);
        Assert.AreEqual(4, Newest(folder.Root));
    }

    [TestMethod]
    public void TheLastOnesAreKeptAndNothingElse()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder[".checkpoint-00000001.json.0123.tmp"], "unfinished");
        Train(folder.Root, 7, keep: 3);
        CollectionAssert.AreEquivalent(
            new[] { ".lock", "checkpoint-00000004.json", "checkpoint-00000004.safetensors", "checkpoint-00000005.json", "checkpoint-00000005.safetensors", "checkpoint-00000006.json", "checkpoint-00000006.safetensors" }
                .Select(name => name.Replace("00000004", "00000007")).ToArray(),
            Directory.GetFiles(folder.Root).Select(Path.GetFileName).ToArray());
    }

    [TestMethod]
    public void AFolderServesOneTrainingAtATime()
    {
        using var folder = new TemporaryFolder();
        using var held = CheckpointStore.Open(folder.Root, 2);
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => CheckpointStore.Open(folder.Root, 2));
        StringAssert.Contains(error.Message, folder.Root);
    }

    private static int? Newest(string directory)
    {
        using var store = CheckpointStore.Open(directory, 2);
        using var newest = store.Newest();
        Assert.HasCount(1, store.Skipped);
        return newest?.File.State.Step;
    }
}
