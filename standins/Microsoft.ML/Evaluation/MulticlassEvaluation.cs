using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>Counts how the scores of rows agree with their labels.</summary>
internal sealed class MulticlassEvaluation
{
    private const float SmallestProbability = 1e-15f;

    private readonly int _classes;
    private readonly double[] _rows;
    private readonly double[] _classLoss;
    private readonly double[] _ranks;
    private readonly double[][] _confusion;
    private double _total;
    private double _correct;
    private double _loss;

    private MulticlassEvaluation(int classes)
    {
        _classes = classes;
        _rows = new double[classes];
        _classLoss = new double[classes];
        _ranks = new double[classes + 1];
        _confusion = [.. Enumerable.Range(0, classes).Select(_ => new double[classes])];
    }

    public static MulticlassClassificationMetrics Run(
        IDataView data, string labelName, string scoreName, string predictedName, int topK)
    {
        var label = Column(data.Schema, "Label", labelName);
        var score = Column(data.Schema, "Score", scoreName);
        Column(data.Schema, "PredictedLabel", predictedName);
        if (score.Type is not VectorDataViewType { Size: >= 2 } type || type.ItemType != NumberDataViewType.Single)
        {
            throw Fail.SchemaMismatch(
                "schema", "score", scoreName, "vector of two or more items of type Single", score.Type.ToString());
        }
        if (label.Type != NumberDataViewType.Single && label.Type is not KeyDataViewType)
            throw Fail.SchemaMismatch("schema", "label", labelName, "Single or Key", label.Type.ToString());

        var evaluation = new MulticlassEvaluation(type.Size);
        using (var cursor = data.GetRowCursor([label, score]))
            evaluation.Count(cursor, label, score);
        return evaluation.Metrics(ClassNames(score, type.Size), topK);
    }

    internal static DataViewSchema.Column Column(DataViewSchema schema, string role, string name) =>
        schema.GetColumnOrNull(name) ?? throw Fail.Param("schema", $"{name} column '{role}' not found");

    private static string[] ClassNames(DataViewSchema.Column score, int classes)
    {
        if (score.AnnotationType(AnnotationKinds.SlotNames) is not VectorDataViewType { IsKnownSize: true, ItemType: TextDataViewType })
            return [.. Enumerable.Range(0, classes).Select(i => i.ToString())];
        VBuffer<ReadOnlyMemory<char>> names = default;
        score.GetSlotNames(ref names);
        return [.. names.DenseValues().Select(name => name.ToString())];
    }

    private void Count(DataViewRowCursor cursor, DataViewSchema.Column labelColumn, DataViewSchema.Column scoreColumn)
    {
        var label = LabelGetter.Of(cursor, labelColumn);
        var scores = cursor.GetGetter<VBuffer<float>>(scoreColumn);
        VBuffer<float> buffer = default;
        var values = new float[_classes];
        while (cursor.MoveNext())
        {
            var truth = label();
            if (float.IsNaN(truth) || truth < 0 || truth != (int)truth)
                continue;
            scores(ref buffer);
            Check.State(buffer.Length == _classes, $"The score column has {buffer.Length} slots where {_classes} were expected");
            buffer.CopyTo(values);
            if (values.All(float.IsFinite))
                Count((int)truth, values);
        }
    }

    private void Count(int truth, float[] scores)
    {
        var known = truth < _classes;
        var probability = known ? Math.Clamp(scores[truth], SmallestProbability, 1) : SmallestProbability;
        var loss = -Math.Log(probability);
        var ofTruth = known ? scores[truth] : 0;
        var rank = 0;
        var assigned = 0;
        for (var i = 0; i < _classes; i++)
        {
            if (scores[i] > ofTruth || scores[i] == ofTruth && i < truth)
                rank++;
            if (scores[i] > scores[assigned])
                assigned = i;
        }

        _total++;
        _loss += loss;
        _ranks[rank]++;
        if (rank == 0)
            _correct++;
        if (!known)
            return;
        _rows[truth]++;
        _classLoss[truth] += loss;
        _confusion[truth][rank == 0 ? truth : assigned]++;
    }

    private MulticlassClassificationMetrics Metrics(string[] classNames, int topK)
    {
        var loss = _total > 0 ? _loss / _total : 0;
        var entropy = -_rows.Where(count => count > 0).Sum(count => count * Math.Log(count / _total)) / _total;
        double[] recalls = [.. _rows.Select((count, i) => count > 0 ? _confusion[i][i] / count : 0)];
        var present = _rows.Count(count => count > 0);
        var top = 0.0;
        double[] topAccuracies = topK == 0 ? null : [.. _ranks.Take(topK).Select(count => top += count / _total)];
        return new MulticlassClassificationMetrics(
            microAccuracy: _total > 0 ? _correct / _total : 0,
            macroAccuracy: present > 0 ? recalls.Sum() / present : 0,
            logLoss: loss,
            logLossReduction: (entropy - loss) / entropy,
            topAccuracies,
            perClassLogLoss: [.. _rows.Select((count, i) => count > 0 ? _classLoss[i] / count : 0)],
            new ConfusionMatrix(_confusion, classNames));
    }
}
