using Microsoft.ML.Data;

namespace Microsoft.ML.Lora;

/// <summary>
/// Adds the scores and the predicted label to rows of one schema. The output schema holds the input's columns first,
/// then those of <see cref="IScoringColumns"/>.
/// </summary>
internal sealed class ScoringMapper : IRowToRowMapper
{
    private readonly Func<IReadOnlyList<string>, IReadOnlyList<string?>, float[][]> _score;
    private readonly IScoringColumns _columns;

    public ScoringMapper(
        DataViewSchema inputSchema, TextColumns texts, IScoringColumns columns, Func<IReadOnlyList<string>, IReadOnlyList<string?>, float[][]> score)
    {
        (InputSchema, Texts, _columns, _score) = (inputSchema, texts, columns, score);
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(inputSchema);
        foreach (var column in columns.Describe(inputSchema)) builder.AddColumn(column.Name, column.Type, column.Annotations);
        OutputSchema = builder.ToSchema();
        _ = texts.In(inputSchema).ToList();
    }

    public DataViewSchema InputSchema { get; }
    public DataViewSchema OutputSchema { get; }

    /// <summary>The columns that are read.</summary>
    public TextColumns Texts { get; }

    /// <summary>The input's columns that are needed for the given output columns.</summary>
    public IEnumerable<DataViewSchema.Column> InputColumns(IEnumerable<DataViewSchema.Column> outputColumns)
    {
        var indices = outputColumns.Select(column => column.Index).ToHashSet();
        if (indices.Any(index => index >= InputSchema.Count)) indices.UnionWith(Texts.In(InputSchema).Select(column => column.Index));
        return InputSchema.Where(column => indices.Contains(column.Index));
    }

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns) => InputColumns(dependingColumns);

    /// <summary>Scores rows by their texts.</summary>
    public float[][] Score(IReadOnlyList<string> sentence1, IReadOnlyList<string?> sentence2) => _score(sentence1, sentence2);

    /// <summary>A getter of the added column <paramref name="added"/>, counted from 0, out of a row's scores.</summary>
    public Delegate Getter(int added, Func<float[]> scores) => _columns.Getter(added, scores);

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns) =>
        new ScoringRow(this, input, activeColumns.Any(column => column.Index >= InputSchema.Count));

    /// <summary>A row with its scores, which are worked out when a getter first asks for them.</summary>
    private sealed class ScoringRow : DataViewRow
    {
        private readonly ScoringMapper _mapper;
        private readonly DataViewRow _input;
        private readonly bool _scores;
        private readonly Func<(string, string?)>? _texts;
        private float[] _current = [];
        private long _scoredPosition = long.MinValue;

        public ScoringRow(ScoringMapper mapper, DataViewRow input, bool scores)
        {
            (_mapper, _input, _scores) = (mapper, input, scores);
            if (scores) _texts = mapper.Texts.Reader(input);
        }

        public override DataViewSchema Schema => _mapper.OutputSchema;
        public override long Position => _input.Position;
        public override long Batch => _input.Batch;

        public override bool IsColumnActive(DataViewSchema.Column column) =>
            column.Index < _mapper.InputSchema.Count ? _input.IsColumnActive(_mapper.InputSchema[column.Index]) : _scores;

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            var count = _mapper.InputSchema.Count;
            if (column.Index < count) return _input.GetGetter<TValue>(_mapper.InputSchema[column.Index]);
            if (!_scores) throw new ArgumentOutOfRangeException(nameof(column), $"The column '{column.Name}' was not asked for when this row was made.");
            return _mapper.Getter(column.Index - count, Scores) as ValueGetter<TValue>
                ?? throw new InvalidOperationException($"The column '{column.Name}' is of type {column.Type}, not {typeof(TValue)}.");
        }

        public override ValueGetter<DataViewRowId> GetIdGetter() => _input.GetIdGetter();

        private float[] Scores()
        {
            if (_scoredPosition != _input.Position)
            {
                var (sentence1, sentence2) = _texts!();
                _current = _mapper.Score([sentence1], [sentence2])[0];
                _scoredPosition = _input.Position;
            }

            return _current;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) _input.Dispose();
            base.Dispose(disposing);
        }
    }
}
