using Microsoft.ML.Data;
using Microsoft.ML.Lora.Training;

namespace Microsoft.ML.Lora.Tests.Estimators;

[TestClass]
public class RegressionTests
{
    private sealed class Pair
    {
        public string First { get; set; } = "";
        public string Second { get; set; } = "";
        public float Likeness { get; set; }
    }

    private sealed class Likeness
    {
        public float Score { get; set; }
    }

    /// <summary>Pairs whose likeness one word of the second text tells.</summary>
    private static IEnumerable<Pair> Make(int count, int seed = 1)
    {
        var random = new Random(seed);
        string[] words = ["good", "bad"];
        return Enumerable.Range(0, count).Select(_ => (Second: words[random.Next(2)], Number: random.Next(100)))
            .Select(each => new Pair { First = $"{each.Number % 7}", Second = $"{(char)('a' + each.Number % 26)} {each.Second} {each.Number}", Likeness = each.Second == "good" ? 2f : 1f });
    }

    private static LoraFineTuneEstimator.Options Options(TinyBaseModel tiny) => new()
    {
        BaseModel = tiny.Base,
        LabelColumnName = "Likeness",
        Sentence1ColumnName = "First",
        Sentence2ColumnName = "Second",
        Rank = 4,
        Alpha = 8,
        MaxEpochs = 15,
        LearningRate = 0.01,
        ValidationFraction = 0.1,
        MonitoredMetric = MonitoredMetric.PearsonCorrelation,
    };

    [TestMethod]
    public void ANumberIsLearntSavedAndLoaded()
    {
        using var tiny = new TinyBaseModel();
        using var folder = new TemporaryFolder();
        var ml = new MLContext(seed: 1);
        var data = ml.Data.LoadFromEnumerable(Make(240).ToArray());
        using var model = ml.Regression.Trainers.LoraSentenceSimilarity(Options(tiny)).Fit(data);
        var held = ml.Data.LoadFromEnumerable(Make(50, seed: 7).ToArray());
        var scored = model.Transform(held);
        Assert.AreEqual(NumberDataViewType.Single, scored.Schema["Score"].Type);
        Assert.IsNull(scored.Schema.GetColumnOrNull("PredictedLabel"));
        var metrics = ml.Regression.Evaluate(scored, labelColumnName: "Likeness");
        Assert.IsGreaterThan(0.9, metrics.RSquared);
        Assert.IsGreaterThan(0.95, model.Training!.BestValidation!.PearsonCorrelation);

        ml.Model.Save(model, data.Schema, folder["model.zip"]);
        var loaded = new MLContext().Model.Load(folder["model.zip"], out _);
        CollectionAssert.AreEqual(scored.GetColumn<float>("Score").ToArray(), loaded.Transform(held).GetColumn<float>("Score").ToArray());
        var engine = ml.Model.CreatePredictionEngine<Pair, Likeness>(loaded);
        var pair = Make(1, seed: 3).Single();
        Assert.AreEqual(model.Predict([(pair.First, pair.Second)])[0].Score, engine.Predict(pair).Score, 1e-6);
    }

    [TestMethod]
    public void ValidationAgreesWithTheEvaluator()
    {
        using var tiny = new TinyBaseModel();
        var ml = new MLContext(seed: 1);
        var options = Options(tiny);
        var held = ml.Data.LoadFromEnumerable(Make(50, seed: 7).ToArray());
        (options.ValidationFraction, options.ValidationSet, options.MaxEpochs) = (0, held, 2);
        using var model = ml.Regression.Trainers.LoraSentenceSimilarity(options).Fit(ml.Data.LoadFromEnumerable(Make(60).ToArray()));
        Assert.AreEqual(ml.Regression.Evaluate(model.Transform(held), labelColumnName: "Likeness").MeanSquaredError, model.Training!.BestValidation!.Loss, 1e-6);
    }

    [TestMethod]
    public void ANewHeadBeginsAtTheMeanLabel()
    {
        using var tiny = new TinyBaseModel();
        var ml = new MLContext(seed: 1);
        var options = Options(tiny);
        (options.MaxEpochs, options.LearningRate, options.ValidationFraction) = (1, 1e-9, 0);
        var pairs = Make(40).Select(pair => new Pair { First = pair.First, Second = pair.Second, Likeness = 100 * pair.Likeness }).ToArray();
        using var model = ml.Regression.Trainers.LoraSentenceSimilarity(options).Fit(ml.Data.LoadFromEnumerable(pairs));
        var mean = pairs.Average(pair => pair.Likeness);
        foreach (var prediction in model.Predict([.. pairs.Select(pair => ((string?)pair.First, (string?)pair.Second))])) Assert.AreEqual(mean, prediction.Score, 0.5);
    }

    [TestMethod]
    public void APipelineAndCrossValidationTakeIt()
    {
        using var tiny = new TinyBaseModel();
        var ml = new MLContext(seed: 1);
        var options = Options(tiny);
        options.MaxEpochs = 1;
        var pipeline = ml.Transforms.CopyColumns("Likeness2", "Likeness").Append(ml.Regression.Trainers.LoraSentenceSimilarity(options));
        Assert.HasCount(2, ml.Regression.CrossValidate(ml.Data.LoadFromEnumerable(Make(40).ToArray()), pipeline, numberOfFolds: 2, labelColumnName: "Likeness"));
    }

    [TestMethod]
    public void WhatIsOfClassesIsRefused()
    {
        using var tiny = new TinyBaseModel();
        var ml = new MLContext(seed: 1);
        var data = ml.Data.LoadFromEnumerable(Make(10).ToArray());
        void Check(string part, Action<LoraFineTuneEstimator.Options> change)
        {
            var options = Options(tiny);
            change(options);
            StringAssert.Contains(Assert.Throws<ArgumentException>(() => ml.Regression.Trainers.LoraSentenceSimilarity(options).Fit(data)).Message, part);
        }

        Check("LabelSmoothing", o => o.LabelSmoothing = 0.1);
        Check("ClassWeights", o => o.ClassWeights = new Dictionary<string, double>());
        Check("MonitoredMetric", o => o.MonitoredMetric = MonitoredMetric.Accuracy);
        Check("label column 'First'", o => o.LabelColumnName = "First");
        var named = Options(tiny);
        (named.ScoreColumnName, named.MaxEpochs) = (named.PredictionColumnName, 1);
        ml.Regression.Trainers.LoraSentenceSimilarity(named).Fit(data).Dispose();
    }
}
