using System.Runtime.CompilerServices;

namespace Microsoft.ML.Lora.Tests.Estimators;

[TestClass]
public class DirectScoringTests
{
    private static LoraFineTuneTransformer Fit(MLContext ml, TinyBaseModel tiny)
    {
        var options = Sentences.Options(tiny);
        options.MaxEpochs = 2;
        var keyed = ml.Transforms.Conversion.MapValueToKey("Label").Fit(Sentences.View(ml, 10)).Transform(Sentences.View(ml, 60));
        return ml.MulticlassClassification.Trainers.LoraTextClassification(options).Fit(keyed);
    }

    [TestMethod]
    public void TextsAreScoredAsThePipelineScoresThem()
    {
        using var tiny = new TinyBaseModel();
        var ml = new MLContext(seed: 1);
        using var model = Fit(ml, tiny);
        var sentences = Sentences.Make(70, seed: 4).ToArray();
        var expected = Sentences.Scores(model.Transform(ml.Data.LoadFromEnumerable(sentences)));
        var predictions = model.Predict([.. sentences.Select(s => s.Text)]);
        for (var i = 0; i < expected.Length; i++)
        {
            for (var c = 0; c < 2; c++) Assert.AreEqual(expected[i][c], predictions[i].Scores[c], 1e-6);
            Assert.AreEqual(expected[i][0] >= expected[i][1] ? "pos" : "neg", predictions[i].Label);
            Assert.AreEqual(expected[i].Max(), predictions[i].Score, 1e-6);
        }

        Assert.IsEmpty(model.Predict(Array.Empty<string>()));
        Assert.AreEqual(model.Predict("").Score, model.Predict((string?)null).Score);
        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(() => model.Predict([("a", "b")])).Message, "single texts");
        model.Dispose();
        Assert.ThrowsExactly<ObjectDisposedException>(() => model.Predict("good"));
    }

    [TestMethod]
    public async Task ThoseWhoScoreWhileTheModelIsDisposedOfGetAnAnswerOrAreTold()
    {
        using var tiny = new TinyBaseModel();
        var ml = new MLContext(seed: 1);
        using var folder = new TemporaryFolder();
        using (var model = Fit(ml, tiny)) model.SaveAdapter(folder.Root);
        for (var round = 0; round < 10; round++)
        {
            var model = ml.Model.LoadLoraAdapter(folder.Root, tiny.Base, ["pos", "neg"], sentence1ColumnName: "Text");
            var scored = new CountdownEvent(3);
            var scoring = Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
            {
                for (var first = true; ; first = false)
                {
                    model.Predict(["a good 1", "b bad 2"]);
                    if (first) scored.Signal();
                }
            })).ToArray();
            scored.Wait();
            model.Dispose();
            foreach (var task in scoring) await Assert.ThrowsExactlyAsync<ObjectDisposedException>(() => task);
        }
    }

    [TestMethod]
    public async Task AStreamIsScoredAsItComes()
    {
        using var tiny = new TinyBaseModel();
        using var model = Fit(new MLContext(seed: 1), tiny);
        var gate = new TaskCompletionSource();
        async IAsyncEnumerable<string?> Texts([EnumeratorCancellation] CancellationToken token = default)
        {
            for (var i = 0; i < 300; i++) yield return $"good {i}";
            await gate.Task.WaitAsync(token);
            for (var i = 300; i < 310; i++) yield return $"good {i}";
        }

        var seen = 0;
        await foreach (var prediction in model.PredictAsync(Texts()))
        {
            Assert.AreEqual(model.Predict($"good {seen}").Score, prediction.Score, 1e-6, $"{seen}");
            if (++seen == 300) gate.SetResult();
        }

        Assert.AreEqual(310, seen);

        // Leaving a stream that waits for its next item ends the wait.
        gate = new TaskCompletionSource();
        await foreach (var prediction in model.PredictAsync(Texts())) break;
        await using var waiting = model.PredictAsync(Texts()).GetAsyncEnumerator();
        for (var i = 0; i < 300; i++) Assert.IsTrue(await waiting.MoveNextAsync());

        using var source = new CancellationTokenSource();
        await Assert.ThrowsAsync<OperationCanceledException>(async () =>
        {
            await foreach (var prediction in model.PredictAsync(Texts(), source.Token)) source.Cancel();
        });
    }

    [TestMethod]
    [TestCategory("Soak")]
    public void SixteenThreadsEachWithAnEngineScoreAsOne()
    {
        using var tiny = TinyBaseModel.ForSoak();
        var ml = new MLContext(seed: 1);
        using var model = Fit(ml, tiny);
        var sentences = Sentences.Make(Soak.Count(ordinary: 640, full: 10_000), seed: 6).ToArray();
        var single = ml.Model.CreatePredictionEngine<Sentence, Scored>(model);
        var expected = sentences.Select(s => single.Predict(s).Score[0]).ToArray();
        var actual = new float[sentences.Length];
        var threads = Enumerable.Range(0, 16).Select(t => new Thread(() =>
        {
            var engine = ml.Model.CreatePredictionEngine<Sentence, Scored>(model);
            for (var i = t; i < sentences.Length; i += 16) actual[i] = engine.Predict(sentences[i]).Score[0];
        })).ToArray();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        CollectionAssert.AreEqual(expected, actual);
    }

    [TestMethod]
    [TestCategory("Soak")]
    public void PredictionsLeaveNeitherTensorsNorMemoryBehind()
    {
        using var tiny = TinyBaseModel.ForSoak();
        var ml = new MLContext(seed: 1);
        using var model = Fit(ml, tiny);
        var engine = ml.Model.CreatePredictionEngine<Sentence, Scored>(model);
        Soak.Repeat("predictions", Soak.Count(ordinary: 2_000, full: 100_000), i => engine.Predict(new Sentence { Text = $"{(i % 2 == 0 ? "good" : "bad")} {i}" }));
    }

    [TestMethod]
    [TestCategory("Soak")]
    public void LoadsLeaveNeitherTensorsNorMemoryBehind()
    {
        using var tiny = TinyBaseModel.ForSoak();
        using var folder = new TemporaryFolder();
        var ml = new MLContext(seed: 1);
        using (var model = Fit(ml, tiny)) ml.Model.Save(model, Sentences.View(ml, 1).Schema, folder["model.zip"]);
        const int baseAndHead = 41, lowRank = 8;
        Soak.Repeat("model loads", Soak.Count(ordinary: 50, full: 1_000), i =>
        {
            var loaded = new MLContext().Model.Load(folder["model.zip"], out _);
            using var model = (IDisposable)(loaded as LoraFineTuneTransformer ?? (object)((IEnumerable<ITransformer>)loaded).OfType<LoraFineTuneTransformer>().Single());
        }, LiveTensors.CountedTwicePerParameter * (baseAndHead + lowRank));
    }

    private sealed class Scored
    {
        public float[] Score { get; set; } = [];
    }
}
