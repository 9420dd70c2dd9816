using Microsoft.ML;
using Microsoft.ML.Data;

[assembly: LoadableClass(typeof(TextLoader), null, typeof(SignatureLoadModel), "Text Loader", TextLoader.LoaderSignature)]

namespace Microsoft.ML.Data;

/// <summary>Reads rows from text files, a row a line.</summary>
public sealed partial class TextLoader : IDataLoader<IMultiStreamSource>
{
    internal const string LoaderSignature = "TextLoader";

    private const string HeaderStream = "Header.txt";
    private const int LinesToMeasure = 100;

    private static readonly VersionInfo s_version = new(
        modelSignature: "TXTLOADR", verWrittenCur: 0x0001000E, verReadableCur: 0x0001000A, verWeCanReadBack: 0x0001000E,
        loaderAssemblyName: LoaderAssemblies.Data, loaderSignature: LoaderSignature);

    private readonly IHost _host;
    private readonly TextFormat _format;
    private readonly TextColumn[] _columns;
    private readonly string _header;
    private readonly bool _useThreads = true;
    private readonly DataViewSchema _schema;

    internal TextLoader(IHostEnvironment env, Options options, IMultiStreamSource dataSample)
    {
        options ??= new Options();
        dataSample ??= new MultiFileSource(null);
        _host = env.Register(LoaderSignature);
        _format = TextFormat.From(options);
        _useThreads = options.UseThreads;
        var columns = options.Columns is { Length: > 0 } given
            ? given
            : [new Column("Label", DataKind.Single, 0), new Column("Features", DataKind.Single, [new Range(1, null)])];
        _columns = [.. columns.Select(column => TextColumn.From(column, () => MeasureInput(dataSample)))];
        if (!string.IsNullOrWhiteSpace(options.HeaderFile))
            _header = TextLines.Peek(new MultiFileSource(options.HeaderFile), _format, 1).FirstOrDefault();
        else if (_format.HasHeader)
            _header = TextLines.Peek(dataSample, _format, 1).FirstOrDefault();
        _schema = MakeSchema();
    }

    private TextLoader(IHost host, ModelLoadContext ctx)
    {
        _host = host;
        ctx.CheckAtModel(s_version);
        _format = TextFormat.Read(ctx.Reader);
        var count = ctx.Reader.ReadInt32();
        Check.Decode(count > 0);
        var columns = new List<TextColumn>();
        for (var i = 0; i < count; i++)
            columns.Add(TextColumn.Read(ctx));
        _columns = [.. columns];
        string header = null;
        ctx.TryLoadTextStream(HeaderStream, reader => header = reader.ReadLine());
        _header = header;
        _schema = MakeSchema();
    }

    public DataViewSchema GetOutputSchema() => _schema;

    public IDataView Load(IMultiStreamSource source) => new TextDataView(_host, _schema, _columns, _format, _useThreads, source);

    /// <summary>A loader of the columns that the attributes of a class name.</summary>
    internal static TextLoader For<TInput>(IHostEnvironment env, Options options, IMultiStreamSource dataSample)
    {
        ObjectMember[] members = [.. ObjectMember.Of(typeof(TInput)).Where(member => member.Allows(SchemaDefinition.Direction.Read))];
        Check.Param(members.Length > 0, nameof(TInput), "Should define at least one public, readable field or property in TInput.");
        options.Columns = [.. members.Select(ColumnOf)];
        return new TextLoader(env, options, dataSample);
    }

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        ctx.CheckAtModel();
        ctx.SetVersionInfo(s_version);
        _format.Write(ctx.Writer);
        ctx.Writer.Write(_columns.Length);
        foreach (var column in _columns)
            column.Write(ctx);
        if (!string.IsNullOrEmpty(_header))
            ctx.SaveTextStream(HeaderStream, writer => writer.WriteLine(_header));
    }

    private static TextLoader Create(IHostEnvironment env, ModelLoadContext ctx) => new(env.Register(LoaderSignature), ctx);

    private static Column ColumnOf(ObjectMember member)
    {
        var word = member.IsField ? "Field" : "Property";
        var source = member.Attribute<LoadColumnAttribute>()
            ?? throw Fail.State($"{word} '{member.Name}' is missing the LoadColumnAttribute attribute");
        var item = member.MemberType.IsArray ? member.ItemType : member.MemberType;
        Check.State(PrimitiveTypes.TryKindOfMember(item, out var kind), $"{word} {member.Name} is of unsupported type.");
        return new Column(member.ColumnName, kind, source.Sources, member.Attribute<KeyTypeAttribute>()?.KeyCount);
    }

    private int MeasureInput(IMultiStreamSource dataSample)
    {
        if (_format.InputSize > 0)
            return _format.InputSize;
        var splitter = new TextFields(_format);
        int[] sizes = [.. TextLines.Peek(dataSample, _format, LinesToMeasure)
            .Select(line => splitter.Split(line.AsMemory(), [])).Distinct()];
        Check.Param(sizes.Length > 0, nameof(Column.Source), "Can't determine the number of source columns without valid data");
        Check.Param(sizes.Length == 1, nameof(Column.Source), "The size of input lines is not consistent");
        return sizes[0];
    }

    private DataViewSchema MakeSchema()
    {
        var fields = new Dictionary<int, ReadOnlyMemory<char>>();
        if (!string.IsNullOrEmpty(_header))
            new TextFields(_format).Split(_header.AsMemory(), fields);
        var builder = new DataViewSchema.Builder();
        foreach (var column in _columns)
            builder.AddColumn(column.Name, column.Type, SlotNames(column, fields));
        return builder.ToSchema();
    }

    private static DataViewSchema.Annotations SlotNames(TextColumn column, Dictionary<int, ReadOnlyMemory<char>> header)
    {
        if (column.Type is not VectorDataViewType { IsKnownSize: true } vector || !column.FieldsOf(0).Any(header.ContainsKey))
            return null;
        ReadOnlyMemory<char>[] names = [.. column.FieldsOf(0).Select(field => header.GetValueOrDefault(field).Trim())];
        var builder = new DataViewSchema.Annotations.Builder();
        builder.Add(AnnotationKinds.SlotNames, new VectorDataViewType(TextDataViewType.Instance, vector.Size),
            Copies.Getter(new VBuffer<ReadOnlyMemory<char>>(names.Length, names)));
        return builder.ToAnnotations();
    }
}
