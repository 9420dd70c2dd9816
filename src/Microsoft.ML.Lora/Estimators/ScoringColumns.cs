using Microsoft.ML.Data;

namespace Microsoft.ML.Lora;

/// <summary>The columns that a model adds.</summary>
internal interface IScoringColumns
{
    /// <summary>Name, type and annotations of each.</summary>
    IEnumerable<DataViewSchema.DetachedColumn> Describe(DataViewSchema inputSchema);

    /// <summary>A getter of the column <paramref name="added"/>, counted from 0, out of a row's scores.</summary>
    Delegate Getter(int added, Func<float[]> scores);
}

/// <summary>The column that a regression adds: the number.</summary>
/// <param name="scoreColumn">Its name.</param>
internal sealed class RegressionColumns(string scoreColumn) : IScoringColumns
{
    public IEnumerable<DataViewSchema.DetachedColumn> Describe(DataViewSchema inputSchema)
    {
        var score = new DataViewSchema.Annotations.Builder();
        ScoringColumns.AddText(score, "ScoreColumnKind", "Regression");
        ScoringColumns.AddText(score, "ScoreValueKind", "Score");
        ScoringColumns.AddKey(score, "ScoreColumnSetId", ScoringColumns.NextSetId(inputSchema));
        yield return new DataViewSchema.DetachedColumn(scoreColumn, NumberDataViewType.Single, score.ToAnnotations());
    }

    public Delegate Getter(int added, Func<float[]> scores) => (ValueGetter<float>)((ref float value) => value = scores()[0]);
}

/// <summary>The columns that a classifier adds: the probability of each class, and the most probable class as a key.</summary>
/// <param name="scoreColumn">The name of the probabilities.</param>
/// <param name="predictedLabelColumn">The name of the predicted class.</param>
/// <param name="labels">The classes.</param>
internal sealed class ScoringColumns(string scoreColumn, string predictedLabelColumn, LabelValues labels) : IScoringColumns
{
    /// <summary>Name, type and annotations of each, as ML.NET's own multiclass trainers have them.</summary>
    public IEnumerable<DataViewSchema.DetachedColumn> Describe(DataViewSchema inputSchema)
    {
        var score = new DataViewSchema.Annotations.Builder();
        labels.AddSlotNames(score);
        AddText(score, "ScoreColumnKind", "MulticlassClassification");
        AddText(score, "ScoreValueKind", "Score");
        AddKey(score, "ScoreColumnSetId", NextSetId(inputSchema));
        labels.AddValues(score, "TrainingLabelValues");
        yield return new DataViewSchema.DetachedColumn(scoreColumn, new VectorDataViewType(NumberDataViewType.Single, labels.Count), score.ToAnnotations());

        var type = new KeyDataViewType(typeof(uint), labels.Count);
        yield return new DataViewSchema.DetachedColumn(predictedLabelColumn, type, labels.KeyAnnotations());
    }

    /// <summary>A getter of the column <paramref name="added"/> (0: probabilities, 1: key of the most probable class).</summary>
    public Delegate Getter(int added, Func<float[]> scores) => added == 0
        ? (ValueGetter<VBuffer<float>>)((ref VBuffer<float> value) =>
        {
            var current = scores();
            var editor = VBufferEditor.Create(ref value, current.Length);
            current.CopyTo(editor.Values);
            value = editor.Commit();
        })
        : (ValueGetter<uint>)((ref uint value) =>
        {
            var current = scores();
            value = (uint)(Array.IndexOf(current, current.Max()) + 1);
        });

    internal static uint NextSetId(DataViewSchema schema)
    {
        var most = 0u;
        foreach (var column in schema)
        {
            if (column.Annotations.Schema.GetColumnOrNull("ScoreColumnSetId") is not { Type: KeyDataViewType { RawType: var raw } } || raw != typeof(uint)) continue;
            var id = 0u;
            column.Annotations.GetValue("ScoreColumnSetId", ref id);
            most = Math.Max(most, id);
        }

        return most + 1;
    }

    internal static void AddText(DataViewSchema.Annotations.Builder builder, string kind, string text)
    {
        void Get(ref ReadOnlyMemory<char> value) => value = text.AsMemory();
        builder.Add(kind, TextDataViewType.Instance, (ValueGetter<ReadOnlyMemory<char>>)Get);
    }

    internal static void AddKey(DataViewSchema.Annotations.Builder builder, string kind, uint key)
    {
        void Get(ref uint value) => value = key;
        builder.Add(kind, new KeyDataViewType(typeof(uint), int.MaxValue), (ValueGetter<uint>)Get);
    }
}
