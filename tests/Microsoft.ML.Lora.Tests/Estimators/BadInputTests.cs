namespace Microsoft.ML.Lora.Tests.Estimators;

/// <summary>Bad input gets one error that says what is wrong and where.</summary>
[TestClass]
public class BadInputTests
{
    private sealed class Row
    {
        public string Text { get; set; } = "";
        public float Number { get; set; }
        public string Label { get; set; } = "";
    }

    private static readonly Row[] Rows = [new() { Text = "good", Label = "a" }, new() { Text = "bad", Label = "b" }];

    private static Exception Fit(Action<LoraFineTuneEstimator.Options> change, IEnumerable<Row>? rows = null, bool keyed = true)
    {
        using var tiny = new TinyBaseModel();
        var ml = new MLContext(seed: 1);
        var data = ml.Data.LoadFromEnumerable(rows ?? Rows);
        if (keyed) data = ml.Transforms.Conversion.MapValueToKey("Label").Fit(ml.Data.LoadFromEnumerable(Rows)).Transform(data);
        var options = Sentences.Options(tiny);
        return Assert.Throws<Exception>(() =>
        {
            change(options);
            ml.MulticlassClassification.Trainers.LoraTextClassification(options).Fit(data).Dispose();
        });
    }

    private static void Check<T>(Exception error, params string[] parts) where T : Exception
    {
        Assert.IsInstanceOfType<T>(error);
        foreach (var part in parts) StringAssert.Contains(error.Message, part);
    }

    private sealed class Numbered
    {
        public string Text { get; set; } = "good";
        [Microsoft.ML.Data.KeyType(uint.MaxValue)]
        public uint Label { get; set; } = 1;
    }

    [TestMethod]
    public void AKeyOfTooManyValues()
    {
        using var tiny = new TinyBaseModel();
        var ml = new MLContext(seed: 1);
        var error = Assert.Throws<Exception>(() =>
            ml.MulticlassClassification.Trainers.LoraTextClassification(Sentences.Options(tiny)).Fit(ml.Data.LoadFromEnumerable<Numbered>([new()])));
        Check<ArgumentOutOfRangeException>(error, "'Label'", "4294967295", "1000000", "MapValueToKey");
    }

    [TestMethod]
    public void TooManyEpochs() => Check<ArgumentOutOfRangeException>(Fit(o => o.MaxEpochs = int.MaxValue), "MaxEpochs", "from 1 to 100000");

    [TestMethod]
    public void AMissingTextColumn() =>
        Check<ArgumentOutOfRangeException>(Fit(o => o.Sentence1ColumnName = "Texd"), "text column 'Texd'", "'Text'", "'Label'");

    [TestMethod]
    public void ATextColumnOfNumbers() => Check<ArgumentOutOfRangeException>(Fit(o => o.Sentence1ColumnName = "Number"), "text column 'Number'", "Single");

    [TestMethod]
    public void AMissingLabelColumn() => Check<ArgumentOutOfRangeException>(Fit(o => o.LabelColumnName = "Class"), "label column 'Class'");

    [TestMethod]
    public void ALabelThatIsNoKey() => Check<ArgumentOutOfRangeException>(Fit(_ => { }, keyed: false), "label column 'Label'", "MapValueToKey", "String");

    [TestMethod]
    public void NoRows() => Check<InvalidOperationException>(Fit(_ => { }, []), "no row with a label in 'Label'");

    [TestMethod]
    public void NoLabels() => Check<InvalidOperationException>(Fit(_ => { }, [new() { Text = "x", Label = "unknown" }]), "no row with a label in 'Label'");

    [TestMethod]
    public void OneClass() => Check<InvalidOperationException>(Fit(_ => { }, [Rows[0], Rows[0]]), "All 2 labelled rows have one class in 'Label'");

    [TestMethod]
    public void AKeyWithOneValue()
    {
        var ml = new MLContext(seed: 1);
        using var tiny = new TinyBaseModel();
        var data = ml.Data.LoadFromEnumerable([Rows[0]]);
        var error = Assert.Throws<Exception>(() => Sentences.Pipeline(ml, Sentences.Options(tiny)).Fit(data));
        Check<ArgumentOutOfRangeException>(error, "label column 'Label' has 1 class");
    }

    [TestMethod]
    public void ARankOfZero() => Check<ArgumentOutOfRangeException>(Fit(o => o.Rank = 0), "Rank must be at least 1");

    [TestMethod]
    public void ARankAboveTheLayersSize() => Check<ArgumentOutOfRangeException>(Fit(o => o.Rank = 17), "Rank must be at most 16", "query");

    [TestMethod]
    public void TargetsThatMatchNothing() => Check<ArgumentException>(Fit(o => o.TargetModules = ["quary"]), "quary");

    [TestMethod]
    [DataRow("BatchSize", 0)]
    [DataRow("MaxEpochs", 0)]
    [DataRow("MaxLength", 7)]
    [DataRow("Alpha", 0.0)]
    [DataRow("LoraDropout", 1.0)]
    [DataRow("LearningRate", 0.0)]
    [DataRow("LearningRate", double.NaN)]
    [DataRow("WarmupRatio", 1.5)]
    [DataRow("WeightDecay", -1.0)]
    [DataRow("MaxGradientNorm", -1.0)]
    [DataRow("LabelColumnName", "")]
    [DataRow("ScoreColumnName", "PredictedLabel")]
    public void AnOptionOutOfRange(string option, object value) =>
        Check<ArgumentException>(Fit(o => typeof(LoraFineTuneEstimator.Options).GetProperty(option)!.SetValue(o, value)), option);

    [TestMethod]
    public void ABaseModelThatIsNotThere() => Check<FileNotFoundException>(Fit(o => o.BaseModel = BaseModel.FromDirectory("/nowhere/base")), "/nowhere/base");

    [TestMethod]
    public void AnInitialAdapterThatIsNotThere() => Check<FileNotFoundException>(Fit(o => o.InitialAdapter = "/nowhere/adapter"), "/nowhere/adapter");

    [TestMethod]
    public void ATruncatedWeightsFile()
    {
        var error = Fit(o =>
        {
            var path = Path.Combine(o.BaseModel.Resolve().Directory, "model.safetensors");
            using var file = File.OpenWrite(path);
            file.SetLength(file.Length - 100);
        });
        Check<InvalidDataException>(error, "model.safetensors");
    }

    [TestMethod]
    public void AForeignWeightsFile()
    {
        var error = Fit(o => File.WriteAllText(Path.Combine(o.BaseModel.Resolve().Directory, "model.safetensors"), "this is no safetensors file at all"));
        Check<InvalidDataException>(error, "model.safetensors");
    }

    [TestMethod]
    public void EmptyAndLongTextsAreRead()
    {
        using var tiny = new TinyBaseModel();
        var ml = new MLContext(seed: 1);
        var longText = string.Concat(Enumerable.Repeat("good ", 5000));
        var data = ml.Data.LoadFromEnumerable<Row>([new() { Text = "", Label = "a" }, new() { Text = longText, Label = "b" }, new() { Text = null!, Label = "a" }]);
        var options = Sentences.Options(tiny);
        options.MaxLength = 100_000;
        options.MaxEpochs = 1;
        var model = Sentences.Pipeline(ml, options).Fit(data);
        Assert.HasCount(3, Sentences.Scores(model.Transform(data)));
    }
}
