using Microsoft.ML.Lora.Training;

namespace Microsoft.ML.Lora.Tests.Estimators;

/// <summary>Validation, checkpoints, cancellation and the report, through ML.NET.</summary>
[TestClass]
public class LongRunTests
{
    private static IDataView Keyed(MLContext ml, int count, int seed = 1) =>
        ml.Transforms.Conversion.MapValueToKey("Label").Fit(Sentences.View(ml, 10)).Transform(Sentences.View(ml, count, seed));

    private static LoraFineTuneTransformer Fit(MLContext ml, LoraFineTuneEstimator.Options options, IDataView keyed) =>
        ml.MulticlassClassification.Trainers.LoraTextClassification(options).Fit(keyed);

    [TestMethod]
    public void ValidationAgreesWithTheEvaluator()
    {
        using var tiny = new TinyBaseModel();
        var ml = new MLContext(seed: 1);
        var held = Keyed(ml, 77, seed: 5);
        var options = Sentences.Options(tiny);
        (options.MaxEpochs, options.LearningRate, options.ValidationSet) = (4, 0.02, held);
        using var model = Fit(ml, options, Keyed(ml, 90));
        var (ours, theirs) = (model.Training!.BestValidation!, ml.MulticlassClassification.Evaluate(model.Transform(held)));
        Assert.AreEqual(theirs.LogLoss, ours.Loss, 1e-6);
        Assert.AreEqual(theirs.MicroAccuracy, ours.Accuracy, 1e-6);
        var counts = theirs.ConfusionMatrix.Counts;
        for (var label = 0; label < 2; label++)
            for (var predicted = 0; predicted < 2; predicted++) Assert.AreEqual(counts[label][predicted], ours.Confusion![label][predicted]);
        var f1 = theirs.ConfusionMatrix.PerClassPrecision.Zip(theirs.ConfusionMatrix.PerClassRecall, (p, r) => p + r > 0 ? 2 * p * r / (p + r) : 0).Average();
        Assert.AreEqual(f1, ours.MacroF1, 1e-6);
        var (tp, fn, fp, tn) = (counts[0][0], counts[0][1], counts[1][0], counts[1][1]);
        var scale = Math.Sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn));
        Assert.AreEqual(scale > 0 ? (tp * tn - fp * fn) / scale : 0, ours.MatthewsCorrelation, 1e-6);
        Assert.IsTrue(ours.Accuracy is > 0.5 and <= 1, $"{ours.Accuracy}");
    }

    [TestMethod]
    public void AValidationSetWhoseKeysStandForOtherValuesIsRefused()
    {
        using var tiny = new TinyBaseModel();
        var ml = new MLContext(seed: 1);
        var options = Sentences.Options(tiny);
        var reversed = ml.Data.LoadFromEnumerable(Sentences.Make(20, seed: 5).Reverse());
        options.ValidationSet = ml.Transforms.Conversion.MapValueToKey("Label").Fit(reversed).Transform(reversed);
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Fit(ml, options, Keyed(ml, 20)));
        foreach (var part in new[] { "'Label'", "validation set", "1 is 'neg', and 'pos' in the training set", "one MapValueToKey" }) StringAssert.Contains(error.Message, part);
    }

    [TestMethod]
    public void AValidationSetThatDidNotPassThroughThePipelineIsNamed()
    {
        using var tiny = new TinyBaseModel();
        var ml = new MLContext(seed: 1);
        void Check(IDataView set, params string[] parts)
        {
            var options = Sentences.Options(tiny);
            options.ValidationSet = set;
            var error = Assert.ThrowsExactly<InvalidOperationException>(() => Sentences.Pipeline(ml, options).Fit(Sentences.View(ml, 20)));
            foreach (var part in parts.Append("The validation set lacks what the trainer reads")) StringAssert.Contains(error.Message, part);
        }

        Check(Sentences.View(ml, 20), "label column 'Label'", "String");
        Check(ml.Data.LoadFromEnumerable([new { Label = "pos" }]), "'Label'");
        Check(ml.Transforms.CopyColumns("Words", "Text").Append(ml.Transforms.DropColumns("Text")).Fit(Keyed(ml, 20)).Transform(Keyed(ml, 20)), "text column 'Text'");
    }

    [TestMethod]
    public void EachEpochIsLoggedAlsoWhereTheyDifferInSteps()
    {
        using var tiny = new TinyBaseModel();
        var ml = new MLContext(seed: 1);
        var epochs = new List<string>();
        var steps = new Dictionary<int, int>();
        ml.Log += (_, e) =>
        {
            if (e.RawMessage.StartsWith("Epoch ", StringComparison.Ordinal)) epochs.Add(e.RawMessage);
        };
        var random = new Random(1);
        var rows = Sentences.Make(90).Select(row => new Sentence { Text = row.Text + string.Concat(Enumerable.Repeat(" good", random.Next(20))), Label = row.Label }).ToArray();
        var options = Sentences.Options(tiny);
        (options.MaxEpochs, options.BatchSize, options.MaxTokensPerBatch, options.Progress) = (6, 1, 60, p => steps[p.Epoch] = steps.GetValueOrDefault(p.Epoch) + 1);
        Sentences.Pipeline(ml, options).Fit(ml.Data.LoadFromEnumerable(rows));
        Assert.IsGreaterThan(1, steps.Values.Distinct().Count(), "The epochs should differ, or this test shows nothing.");
        CollectionAssert.AreEqual(Enumerable.Range(1, 6).Select(epoch => $"Epoch {epoch}:").ToArray(), epochs.Select(each => each[..8]).ToArray());
    }

    [TestMethod]
    public void AFractionIsHeldOut()
    {
        using var tiny = new TinyBaseModel();
        var ml = new MLContext(seed: 1);
        var options = Sentences.Options(tiny);
        var validations = new List<int>();
        (options.MaxEpochs, options.ValidationFraction, options.ValidateEverySteps) = (2, 0.25, 4);
        options.Progress = p => { if (p.Validation is not null) validations.Add(p.Step); };
        using var model = Fit(ml, options, Keyed(ml, 200));
        Assert.AreEqual(150, model.Training!.Rows);
        Assert.AreEqual(50, model.Training.BestValidation!.Confusion!.Sum(row => row.Sum()));
        CollectionAssert.AreEqual(new[] { 4, 8, 12, 16, 20 }, validations);
        options.ValidationSet = Keyed(ml, 10);
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => Fit(ml, options, Keyed(ml, 20))).Message, "ValidationFraction");
    }

    [TestMethod]
    public void ATrainingGoesOnFromItsFolderAndAnotherIsRefused()
    {
        using var tiny = new TinyBaseModel();
        using var folder = new TemporaryFolder();
        float[] Scores(Action<LoraFineTuneEstimator.Options> change, int rows = 100, int? seed = 1)
        {
            var ml = new MLContext(seed);
            var options = Sentences.Options(tiny);
            (options.MaxEpochs, options.LoraDropout, options.CheckpointEverySteps, options.ValidationFraction) = (2, 0.1, 1, 0.1);
            change(options);
            using var model = Fit(ml, options, Keyed(ml, rows));
            return [.. Sentences.Scores(model.Transform(Sentences.View(ml, 20))).SelectMany(s => s)];
        }

        var whole = Scores(_ => { });
        using (var source = new CancellationTokenSource())
        {
            Assert.ThrowsExactly<OperationCanceledException>(() => Scores(o =>
            {
                (o.CheckpointDirectory, o.CancellationToken) = (folder.Root, source.Token);
                o.Progress = p => { if (p.Step == 5) source.Cancel(); };
            }));
        }

        string Refusal(Action<LoraFineTuneEstimator.Options> change, int rows = 100) => Assert.ThrowsExactly<InvalidOperationException>(() => Scores(o =>
        {
            o.CheckpointDirectory = folder.Root;
            change(o);
        }, rows)).Message;
        StringAssert.Contains(Refusal(o => o.LearningRate = 0.5), "LearningRate was 0.02 and is 0.5");
        StringAssert.Contains(Refusal(_ => { }, rows: 102), "Training rows was");
        StringAssert.Contains(Refusal(o => o.Seed = 9), "Seed was 1 and is 9");
        using (var other = new TinyBaseModel(seed: 8)) StringAssert.Contains(Refusal(o => o.BaseModel = other.Base), "Base model, model.safetensors was");

        var steps = new List<int>();
        var resumed = Scores(o => (o.CheckpointDirectory, o.Progress) = (folder.Root, p => steps.Add(p.Step)));
        Assert.AreEqual(6, steps[0]);
        CollectionAssert.AreEqual(whole, resumed);
    }

    [TestMethod]
    public void WithoutASeedTheCheckpointsSeedGoesOn()
    {
        using var tiny = new TinyBaseModel();
        using var folder = new TemporaryFolder();
        var ml = new MLContext();
        var options = Sentences.Options(tiny);
        (options.CheckpointDirectory, options.MaxEpochs) = (folder.Root, 1);
        var data = Keyed(ml, 40);
        using var first = Fit(ml, options, data);
        using var second = Fit(ml, options, data);
        Assert.AreEqual(first.Training!.Steps, second.Training!.ResumedFromStep);
        Assert.AreEqual(first.TrainingOptions!["Seed"], second.TrainingOptions!["Seed"]);
    }

    [TestMethod]
    public void ACancelledTrainingGivesTheBestModelWhereAskedTo()
    {
        using var tiny = new TinyBaseModel();
        var ml = new MLContext(seed: 1);
        using var source = new CancellationTokenSource();
        var options = Sentences.Options(tiny);
        (options.CancellationToken, options.WhenCancelled) = (source.Token, CancellationBehavior.ReturnBestModel);
        options.Progress = p => { if (p.Step == 2) source.Cancel(); };
        using var model = Fit(ml, options, Keyed(ml, 100));
        Assert.AreEqual((TrainingEnd.Cancelled, 2), (model.Training!.End, model.Training.Steps));
        Assert.HasCount(10, Sentences.Scores(model.Transform(Sentences.View(ml, 10))));
    }

    [TestMethod]
    [TestCategory("Soak")]
    public void CancellingLeavesNothingBehind()
    {
        using var tiny = TinyBaseModel.ForSoak();
        var random = new Random(1);
        void Cancel()
        {
            var ml = new MLContext(seed: 1);
            using var source = new CancellationTokenSource();
            var options = Sentences.Options(tiny);
            var (at, last) = (random.Next(1, 30), 0);
            (options.CancellationToken, options.ValidationFraction, options.ValidateEverySteps) = (source.Token, 0.2, 2);
            options.Progress = p =>
            {
                last = p.Step;
                if (p.Step == at) source.Cancel();
            };
            Assert.ThrowsExactly<OperationCanceledException>(() => Fit(ml, options, Keyed(ml, 120)));
            Assert.AreEqual(at, last);
        }

        const int baseAndHead = 41, lowRank = 8;
        Soak.Repeat("cancelled trainings", Soak.Count(ordinary: 5, full: 50), _ => Cancel(), LiveTensors.CountedTwicePerParameter * (baseAndHead + lowRank));
    }

    [TestMethod]
    public void TheReportIsOnePageThatNeedsNothingElse()
    {
        using var tiny = new TinyBaseModel();
        using var folder = new TemporaryFolder();
        var ml = new MLContext(seed: 1);
        var options = Sentences.Options(tiny);
        (options.MaxEpochs, options.ValidationFraction, options.ReportPath) = (3, 0.2, folder["reports", "report.html"]);
        using var model = Fit(ml, options, Keyed(ml, 100));
        var page = File.ReadAllText(options.ReportPath);
        foreach (var part in new[] { "<svg", "Confusion matrix", ">pos<", "LearningRate", "trained of", "macro F1" }) StringAssert.Contains(page, part);
        foreach (var foreign in new[] { "http:", "https:", "<script", "<link", "<img", "NaN" }) Assert.IsFalse(page.Contains(foreign, StringComparison.OrdinalIgnoreCase), foreign);
        System.Xml.Linq.XElement.Parse(page[page.IndexOf("<svg", StringComparison.Ordinal)..(page.IndexOf("</svg>", StringComparison.Ordinal) + 6)]);
    }

    [TestMethod]
    public void AReportThatCannotBeWrittenStopsATrainingBeforeItBeginsOrIsAWarning()
    {
        using var tiny = new TinyBaseModel();
        using var folder = new TemporaryFolder();
        var ml = new MLContext(seed: 1);
        var warnings = new List<string>();
        ml.Log += (_, e) => { if (e.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning) warnings.Add(e.Message); };
        folder.Write("file", "");
        var (options, steps) = (Sentences.Options(tiny), 0);
        (options.MaxEpochs, options.ReportPath, options.Progress) = (1, folder["file", "report.html"], _ => steps++);
        var error = Assert.ThrowsExactly<IOException>(() => Fit(ml, options, Keyed(ml, 20)));
        foreach (var part in new[] { options.ReportPath, "ReportPath" }) StringAssert.Contains(error.Message, part);
        Assert.AreEqual(0, steps);

        (options.ReportPath, options.Progress) = (folder["report.html"], _ => Directory.CreateDirectory(folder["report.html"]));
        using var model = Fit(ml, options, Keyed(ml, 20));
        Assert.HasCount(1, model.Predict(["good"]));
        StringAssert.Contains(string.Join('\n', warnings), $"its report could not be written to {options.ReportPath}");
    }

    [TestMethod]
    public void ClassWeightsAreGivenByName()
    {
        using var tiny = new TinyBaseModel();
        var ml = new MLContext(seed: 1);
        var options = Sentences.Options(tiny);
        options.ClassWeights = new Dictionary<string, double> { ["poss"] = 2 };
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Fit(ml, options, Keyed(ml, 20))).Message, "'pos', 'neg'");
        (options.MaxEpochs, options.LearningRate, options.ClassWeights) = (1, 0.02, new Dictionary<string, double> { ["pos"] = 1000 });
        var estimator = ml.MulticlassClassification.Trainers.LoraTextClassification(options);
        ((Dictionary<string, double>)options.ClassWeights)["typo"] = -1;
        using var model = estimator.Fit(Keyed(ml, 60));
        Assert.IsTrue(model.Predict(["a bad 1", "b good 2"]).All(p => p.Label == "pos"));
    }

    [TestMethod]
    public void Bfloat16TrainsAndScoresInFloat32()
    {
        using var tiny = new TinyBaseModel();
        using var folder = new TemporaryFolder();
        var ml = new MLContext(seed: 1);
        var options = Sentences.Options(tiny);
        options.Precision = TrainingPrecision.BFloat16;
        var data = Sentences.View(ml, 200);
        var model = Sentences.Pipeline(ml, options).Fit(data);
        Assert.IsGreaterThan(0.95, ml.MulticlassClassification.Evaluate(model.Transform(Sentences.View(ml, 60, seed: 2))).MicroAccuracy);
        ml.Model.Save(model, data.Schema, folder["model.zip"]);
        var loaded = ml.Model.Load(folder["model.zip"], out _);
        CollectionAssert.AreEqual(Sentences.Scores(model.Transform(data)).SelectMany(s => s).ToArray(), Sentences.Scores(loaded.Transform(data)).SelectMany(s => s).ToArray());
    }

    [TestMethod]
    public void AGpuThatIsNotThereIsAnErrorOrTheCpu()
    {
        if (TorchSharp.torch.cuda.is_available()) Assert.Inconclusive("There is a GPU.");
        using var tiny = new TinyBaseModel();
        var ml = new MLContext(seed: 1);
        var options = Sentences.Options(tiny);
        (options.GpuDeviceId, options.MaxEpochs) = (0, 1);
        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(() => Fit(ml, options, Keyed(ml, 20))).Message, "GpuDeviceId is 0");
        options.FallbackToCpu = true;
        Fit(ml, options, Keyed(ml, 20)).Dispose();
    }

    [TestMethod]
    public void OptionsOutOfRangeAreNamed()
    {
        using var tiny = new TinyBaseModel();
        var ml = new MLContext(seed: 1);
        void Check(string name, Action<LoraFineTuneEstimator.Options> change)
        {
            var options = Sentences.Options(tiny);
            change(options);
            StringAssert.Contains(Assert.Throws<ArgumentException>(() => ml.MulticlassClassification.Trainers.LoraTextClassification(options)).Message, name);
        }

        Check("GradientAccumulationSteps", o => o.GradientAccumulationSteps = 0);
        Check("MaxTokensPerBatch", o => o.MaxTokensPerBatch = 7);
        Check("LearningRateDecay", o => o.LearningRateDecay = (LearningRateDecay)7);
        Check("LabelSmoothing", o => o.LabelSmoothing = 1);
        Check("ClassWeights[\"a\"]", o => o.ClassWeights = new Dictionary<string, double> { ["a"] = -1 });
        Check("ClassWeights[\"a\"]", o => o.ClassWeights = new Dictionary<string, double> { ["a"] = 1e300 });
        Check("ClassWeights[\"a\"]", o => o.ClassWeights = new Dictionary<string, double> { ["a"] = 1e-300 });
        Check("GpuDeviceId", o => o.GpuDeviceId = -1);
        Check("ValidationFraction", o => o.ValidationFraction = 1);
        Check("ValidateEverySteps", o => o.ValidateEverySteps = -1);
        Check("EarlyStoppingPatience", o => o.EarlyStoppingPatience = 2);
        Check("EarlyStoppingMinimumChange", o => o.EarlyStoppingMinimumChange = double.NaN);
        Check("MonitoredMetric", o => o.MonitoredMetric = MonitoredMetric.PearsonCorrelation);
        Check("CheckpointDirectory", o => o.CheckpointDirectory = " ");
        Check("CheckpointEverySteps", o => o.CheckpointEverySteps = -1);
        Check("CheckpointInterval", o => o.CheckpointInterval = TimeSpan.FromSeconds(-1));
        Check("KeepCheckpoints", o => o.KeepCheckpoints = 0);
        Check("WhenCancelled", o => o.WhenCancelled = (CancellationBehavior)5);
        Check("ReportPath", o => o.ReportPath = "");
        Check("Precision", o => o.Precision = (TrainingPrecision)5);
    }
}
