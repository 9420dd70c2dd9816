using Microsoft.ML.Data;

namespace Microsoft.ML;

public sealed partial class DataViewSchema
{
    /// <summary>Builds a schema column by column.</summary>
    public sealed class Builder
    {
        private readonly List<DetachedColumn> _columns = [];

        public Builder()
        {
        }

        public void AddColumn(string name, DataViewType type, Annotations annotations = null) => _columns.Add(new(name, type, annotations));

        public void AddColumns(IEnumerable<Column> source) => _columns.AddRange(source.Select(column => new DetachedColumn(column)));

        public void AddColumns(IEnumerable<DetachedColumn> source) => _columns.AddRange(source);

        public DataViewSchema ToSchema()
        {
            var byName = new Dictionary<string, int>();
            for (var i = 0; i < _columns.Count; i++)
                byName[_columns[i].Name] = i;
            var columns = _columns.Select((c, i) => new Column(c.Name, i, byName[c.Name] != i, c.Type, c.Annotations)).ToArray();
            return new DataViewSchema(columns, byName);
        }
    }
}
