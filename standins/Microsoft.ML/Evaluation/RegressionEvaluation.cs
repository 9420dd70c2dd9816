using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>Sums up the errors of scores.</summary>
internal static class RegressionEvaluation
{
    public static RegressionMetrics Run(IDataView data, string labelName, string scoreName)
    {
        var label = MulticlassEvaluation.Column(data.Schema, "Label", labelName);
        var score = MulticlassEvaluation.Column(data.Schema, "Score", scoreName);
        foreach (var (column, role) in new[] { (score, "score"), (label, "label") })
        {
            if (column.Type != NumberDataViewType.Single)
                throw Fail.SchemaMismatch("schema", role, column.Name, "Single", column.Type.ToString());
        }

        double count = 0, absolute = 0, squared = 0, loss = 0, labels = 0, squaredLabels = 0;
        using (var cursor = data.GetRowCursor([label, score]))
        {
            var (getLabel, getScore) = (LabelGetter.Of(cursor, label), LabelGetter.Of(cursor, score));
            while (cursor.MoveNext())
            {
                var (truth, predicted) = (getLabel(), getScore());
                if (float.IsNaN(truth) || float.IsNaN(predicted))
                    continue;
                var error = Math.Abs((double)truth - predicted);
                count++;
                absolute += error;
                squared += error * error;
                loss += (predicted - truth) * (predicted - truth);
                labels += truth;
                squaredLabels += truth * truth;
            }
        }

        if (count == 0)
            return new RegressionMetrics(0, 0, 0, 0);
        var spread = squaredLabels - labels * labels / count;
        return new RegressionMetrics(absolute / count, squared / count, loss / count, spread == 0 ? double.NaN : 1 - squared / spread);
    }
}
