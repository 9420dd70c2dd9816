using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

[assembly: LoadableClass(typeof(ValueToKeyMappingTransformer), null, typeof(SignatureLoadModel), "Term Transform",
    ValueToKeyMappingTransformer.LoaderSignature)]

namespace Microsoft.ML.Transforms;

/// <summary>Maps values to keys; a value that was not seen in training is mapped to the missing key.</summary>
public sealed class ValueToKeyMappingTransformer : OneToOneTransformerBase
{
    internal const string LoaderSignature = "TermTransform";

    private const string Vocabulary = "Vocabulary";

    private static readonly VersionInfo s_version = new(
        modelSignature: "TERMTRNF", verWrittenCur: 0x00010003, verReadableCur: 0x00010003, verWeCanReadBack: 0x00010003,
        loaderAssemblyName: LoaderAssemblies.Data, loaderSignature: LoaderSignature);

    private static readonly VersionInfo s_vocabularyVersion = new(
        modelSignature: "TERM MAN", verWrittenCur: 0x00010002, verReadableCur: 0x00010002, verWeCanReadBack: 0x00010002,
        loaderAssemblyName: LoaderAssemblies.Data, loaderSignature: "TermManager");

    private readonly KeyMap[] _maps;
    private readonly bool[] _keyValuesAsText;

    internal ValueToKeyMappingTransformer(IHost host, (string, string)[] columns, KeyMap[] maps, bool[] keyValuesAsText)
        : base(host, columns)
    {
        _maps = maps;
        _keyValuesAsText = keyValuesAsText;
    }

    private ValueToKeyMappingTransformer(IHost host, ModelLoadContext ctx)
        : base(host, ctx)
    {
        _keyValuesAsText = [.. Columns.Select(_ => ctx.Reader.ReadBoolean())];
        KeyMap[] maps = null;
        Check.Decode(ctx.TryProcessSubModel(Vocabulary, vocabulary =>
        {
            vocabulary.CheckAtModel(s_vocabularyVersion);
            Check.Decode(vocabulary.Reader.ReadInt32() == Columns.Length);
            maps = [.. Columns.Select(_ => KeyMap.Read(vocabulary))];
        }));
        _maps = maps;
    }

    internal static DataViewSchema.Column InputColumn(DataViewSchema schema, string name)
    {
        var column = schema.GetColumnOrNull(name) ?? throw Fail.SchemaMismatch("inputSchema", "input", name);
        if (column.Type.ItemType() is not KeyDataViewType && !column.Type.ItemType().IsStandard())
        {
            throw Fail.SchemaMismatch(
                "inputSchema", "input", name, "standard type or a vector of standard type", column.Type.ToString());
        }
        return column;
    }

    private protected override RowMapper MakeMapper(DataViewSchema schema) => new Mapper(this, schema);

    private protected override void SaveModel(ModelSaveContext ctx)
    {
        ctx.CheckAtModel();
        ctx.SetVersionInfo(s_version);
        SaveColumns(ctx);
        foreach (var asText in _keyValuesAsText)
            ctx.Writer.Write(asText);
        ctx.SaveSubModel(Vocabulary, vocabulary =>
        {
            vocabulary.CheckAtModel();
            vocabulary.SetVersionInfo(s_vocabularyVersion);
            vocabulary.Writer.Write(_maps.Length);
            foreach (var map in _maps)
                map.Write(vocabulary);
            vocabulary.SaveTextStream("Terms.txt", writer => Array.ForEach(_maps, map => map.WriteText(writer)));
        });
    }

    private static ValueToKeyMappingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(s_version);
        return new ValueToKeyMappingTransformer(env.Register("Term"), ctx);
    }

    private sealed class Mapper : OneToOneMapper
    {
        private readonly ValueToKeyMappingTransformer _parent;

        public Mapper(ValueToKeyMappingTransformer parent, DataViewSchema schema)
            : base(parent, schema)
        {
            _parent = parent;
            Outputs = [.. parent.Columns.Select((pair, i) => Output(pair.Output, InputColumn(schema, pair.Input), i))];
        }

        public override IReadOnlyList<DataViewSchema.DetachedColumn> Outputs { get; }

        public override Delegate MakeGetter(DataViewRow input, int output) => _parent._maps[output].MakeGetter(input, Sources[output]);

        private DataViewSchema.DetachedColumn Output(string name, DataViewSchema.Column input, int index)
        {
            var map = _parent._maps[index];
            Check.State(map.ItemType.Equals(input.Type.ItemType()),
                $"Could not apply a map over type '{map.ItemType}' to column '{name}' since it has type '{input.Type.ItemType()}'");
            var annotations = new DataViewSchema.Annotations.Builder();
            map.AddKeyValues(annotations, input, _parent._keyValuesAsText[index]);
            annotations.Add(input.Annotations, kind => kind == AnnotationKinds.SlotNames);
            DataViewType type = input.Type is VectorDataViewType vector
                ? new VectorDataViewType(map.OutputType, vector.Dimensions)
                : map.OutputType;
            return new(name, type, annotations.ToAnnotations());
        }
    }
}
