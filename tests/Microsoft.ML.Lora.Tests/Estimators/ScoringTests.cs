using Microsoft.ML.Data;

namespace Microsoft.ML.Lora.Tests.Estimators;

[TestClass]
public class ScoringTests
{
    private sealed class RichRow
    {
        public int Id { get; set; }
        public string Text { get; set; } = "";
        [VectorType(2)] public float[] Numbers { get; set; } = [];
        public string Label { get; set; } = "";
    }

    private static IEnumerable<RichRow> Rich(int count) =>
        Sentences.Make(count).Select((s, i) => new RichRow { Id = i, Text = s.Text, Numbers = [i, -i], Label = s.Label });

    private static ITransformer Model(MLContext ml, TinyBaseModel tiny, IDataView data)
    {
        var options = Sentences.Options(tiny);
        options.MaxEpochs = 1;
        return Sentences.Pipeline(ml, options).Fit(data);
    }

    [TestMethod]
    public void OtherColumnsPassThroughInStep()
    {
        using var tiny = new TinyBaseModel();
        var ml = new MLContext(seed: 1);
        var data = ml.Data.LoadFromEnumerable(Rich(700));
        var model = Model(ml, tiny, data);
        var scored = model.Transform(data);
        var engine = ml.Model.CreatePredictionEngine<RichRow, Prediction>(model);
        var rows = Rich(700).ToArray();
        var (ids, numbers, scores) = (scored.GetColumn<int>("Id").ToArray(), scored.GetColumn<float[]>("Numbers").ToArray(), Sentences.Scores(scored));
        for (var i = 0; i < rows.Length; i++)
        {
            Assert.AreEqual(i, ids[i]);
            CollectionAssert.AreEqual(rows[i].Numbers, numbers[i]);
        }

        foreach (var i in new[] { 0, 15, 16, 79, 80, 335, 336, 699 })
            Assert.AreEqual(engine.Predict(rows[i]).Score[0], scores[i][0], 1e-6, $"row {i}");
    }

    [TestMethod]
    public void AllColumnsOfARowBelongTogether()
    {
        using var tiny = new TinyBaseModel();
        var ml = new MLContext(seed: 1);
        var data = ml.Data.LoadFromEnumerable(Rich(300));
        var scored = Model(ml, tiny, data).Transform(data);
        var alone = Sentences.Scores(scored);
        using var cursor = scored.GetRowCursor(scored.Schema);
        var (id, score, rowId) = (cursor.GetGetter<int>(scored.Schema["Id"]), cursor.GetGetter<VBuffer<float>>(scored.Schema["Score"]), cursor.GetIdGetter());
        var (row, vector, ids) = (0, default(VBuffer<float>), new HashSet<DataViewRowId>());
        while (cursor.MoveNext())
        {
            var current = -1;
            DataViewRowId identity = default;
            id(ref current);
            score(ref vector);
            rowId(ref identity);
            Assert.AreEqual(row, current);
            Assert.AreEqual(row, cursor.Position);
            Assert.AreEqual(alone[row][0], vector.GetItemOrDefault(0));
            Assert.IsTrue(ids.Add(identity));
            row++;
        }

        Assert.AreEqual(300, row);
    }

    [TestMethod]
    public void EndlessRowsAreScoredLazily()
    {
        using var tiny = new TinyBaseModel();
        var ml = new MLContext(seed: 1);
        var model = Model(ml, tiny, Sentences.View(ml, 20));
        var read = 0;
        IEnumerable<Sentence> Endless()
        {
            while (true)
            {
                read++;
                yield return new Sentence { Text = $"good {read}" };
            }
        }

        var scored = model.Transform(ml.Data.LoadFromEnumerable(Endless()));
        Assert.HasCount(40, Sentences.Scores(ml.Data.TakeRows(scored, 40)));
        Assert.IsLessThan(400, read);
    }

    [TestMethod]
    public void ColumnsThatNeedNoScoreCostNone()
    {
        using var tiny = new TinyBaseModel();
        var ml = new MLContext(seed: 1);
        var data = Sentences.View(ml, 50);
        var model = Model(ml, tiny, data);
        var scored = model.Transform(data);
        foreach (var transformer in (IEnumerable<ITransformer>)model) (transformer as IDisposable)?.Dispose();
        Assert.HasCount(50, scored.GetColumn<string>("Text").ToArray());
        Assert.Throws<ObjectDisposedException>(() => Sentences.Scores(scored));
    }

    [TestMethod]
    public void PredictingLeavesNoTensorBehind()
    {
        using var tiny = new TinyBaseModel();
        var ml = new MLContext(seed: 1);
        var model = Model(ml, tiny, Sentences.View(ml, 20));
        var engine = ml.Model.CreatePredictionEngine<Sentence, Prediction>(model);
        engine.Predict(new Sentence { Text = "good" });
        var before = LiveTensors.Settled();
        for (var i = 0; i < 20; i++) engine.Predict(new Sentence { Text = $"bad {i}" });
        Sentences.Scores(model.Transform(Sentences.View(ml, 40)));
        Assert.AreEqual(before, LiveTensors.Count);
    }

    [TestMethod]
    public void FittingAndDisposingLeavesNoTensorBehind()
    {
        using var tiny = new TinyBaseModel();
        var ml = new MLContext(seed: 1);
        var data = Sentences.View(ml, 20);
        var keyed = ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
        var options = Sentences.Options(tiny);
        var perParameter = LiveTensors.CountedTwicePerParameter;
        void Cycle() => ml.MulticlassClassification.Trainers.LoraTextClassification(options).Fit(keyed).Dispose();
        Cycle();
        var before = LiveTensors.Settled();
        Cycle();
        const int baseAndHead = 41, lowRank = 8;
        Assert.AreEqual(before + (baseAndHead + lowRank) * perParameter, LiveTensors.Count);
    }
}
