using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

/// <summary>Collects the values of columns and maps each value to a key.</summary>
public sealed class ValueToKeyMappingEstimator : IEstimator<ValueToKeyMappingTransformer>
{
    private readonly IHost _host;
    private readonly (string Output, string Input)[] _columns;
    private readonly Options _options;

    internal ValueToKeyMappingEstimator(IHostEnvironment env, (string Output, string Input)[] columns, Options options)
    {
        Check.NotEmpty(columns, nameof(columns));
        foreach (var (output, _) in columns)
            Check.NotWhiteSpace(output, "outputColumnName");
        Check.Param(options.KeyData == null || options.KeyData.Schema.Count == 1, "keyData",
            "If specified, this data view should contain only a single column containing the terms to map, "
            + $"but this had {options.KeyData?.Schema.Count} columns.");
        Check.Param(options.MaximumKeys > 0, "MaxNumTerms", "Must be positive");
        _host = env.Register(nameof(ValueToKeyMappingEstimator));
        _columns = columns;
        _options = options;
    }

    /// <summary>Which value gets the first key.</summary>
    public enum KeyOrdinality : byte
    {
        ByOccurrence = 0,
        ByValue = 1,
    }

    public ValueToKeyMappingTransformer Fit(IDataView input)
    {
        Check.NotNull(input, nameof(input));
        var columns = _columns.Select(pair => ValueToKeyMappingTransformer.InputColumn(input.Schema, pair.Input)).ToArray();
        var maps = _options.KeyData == null ? Learn(input, columns) : [.. columns.Select(FromKeyData)];
        return new ValueToKeyMappingTransformer(_host, _columns, maps, [.. _columns.Select(_ => _options.KeyValuesAsText)]);
    }

    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        Check.NotNull(inputSchema, nameof(inputSchema));
        var result = inputSchema.ToDictionary(column => column.Name);
        foreach (var (output, input) in _columns)
        {
            if (!inputSchema.TryFindColumn(input, out var column) || !column.ItemType.IsStandard())
                throw Fail.SchemaMismatch(nameof(inputSchema), "input", input);
            if (!column.IsKey || !column.Annotations.TryFindColumn(AnnotationKinds.KeyValues, out var values)
                || values.Kind != SchemaShape.Column.VectorKind.Vector)
            {
                values = new SchemaShape.Column(AnnotationKinds.KeyValues, SchemaShape.Column.VectorKind.Vector,
                    _options.KeyValuesAsText ? TextDataViewType.Instance : column.ItemType, column.IsKey);
            }
            SchemaShape annotations = column.Annotations.TryFindColumn(AnnotationKinds.SlotNames, out var names)
                ? new([names, values])
                : new([values]);
            result[output] = new SchemaShape.Column(output, column.Kind, NumberDataViewType.UInt32, true, annotations);
        }
        return new SchemaShape(result.Values);
    }

    private KeyMap[] Learn(IDataView data, DataViewSchema.Column[] columns)
    {
        KeyMap[] maps = [.. columns.Select(column => KeyMap.For(column.Type))];
        using (var cursor = data.GetRowCursor(columns))
        {
            List<Func<bool>> learners = [.. maps.Select((map, i) => map.Learner(cursor, columns[i], _options.MaximumKeys))];
            while (learners.Count > 0 && cursor.MoveNext())
                learners.RemoveAll(learn => !learn());
        }

        using var channel = _host.Start("Training");
        for (var i = 0; i < maps.Length; i++)
        {
            if (maps[i].Count == 0)
                channel.Warning(MessageSensitivity.Schema, "Term map for output column '{0}' contains no entries.", _columns[i].Output);
            if (_options.Ordinality == KeyOrdinality.ByValue)
                maps[i].Sort();
        }
        return maps;
    }

    private KeyMap FromKeyData(DataViewSchema.Column column)
    {
        var source = _options.KeyData.Schema[0];
        Check.Param(source.Type.Equals(column.Type.ItemType()), "keyData",
            $"Input data's column must be of type '{column.Type.ItemType()}' but was '{source.Type}'");
        var map = KeyMap.For(source.Type);
        using var cursor = _options.KeyData.GetRowCursor([source]);
        var learn = map.Learner(cursor, source, int.MaxValue);
        while (cursor.MoveNext())
            learn();
        if (_options.Ordinality == KeyOrdinality.ByValue)
            map.Sort();
        return map;
    }

    /// <summary>What holds for all columns.</summary>
    internal sealed record Options(int MaximumKeys, KeyOrdinality Ordinality, bool KeyValuesAsText, IDataView KeyData);
}
