using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

[assembly: LoadableClass(typeof(KeyToValueMappingTransformer), null, typeof(SignatureLoadModel), "Key To Value Transform",
    KeyToValueMappingTransformer.LoaderSignature)]

namespace Microsoft.ML.Transforms;

/// <summary>Maps keys to the values in their columns' annotations; a missing key becomes the missing value of the type.</summary>
public sealed class KeyToValueMappingTransformer : OneToOneTransformerBase
{
    internal const string LoaderSignature = "KeyToValueTransform";

    private static readonly VersionInfo s_version = new(
        modelSignature: "KEY2VALT", verWrittenCur: 0x00010001, verReadableCur: 0x00010001, verWeCanReadBack: 0x00010001,
        loaderAssemblyName: LoaderAssemblies.Data, loaderSignature: LoaderSignature);

    internal KeyToValueMappingTransformer(IHost host, (string, string)[] columns)
        : base(host, columns)
    {
    }

    private KeyToValueMappingTransformer(IHost host, ModelLoadContext ctx)
        : base(host, ctx)
    {
    }

    private protected override RowMapper MakeMapper(DataViewSchema schema) => new Mapper(this, schema);

    private protected override void SaveModel(ModelSaveContext ctx)
    {
        ctx.CheckAtModel();
        ctx.SetVersionInfo(s_version);
        SaveColumns(ctx);
    }

    private static KeyToValueMappingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(s_version);
        return new KeyToValueMappingTransformer(env.Register(nameof(KeyToValueMappingTransformer)), ctx);
    }

    private sealed class Mapper : OneToOneMapper
    {
        private readonly VectorDataViewType[] _valueTypes;

        public Mapper(KeyToValueMappingTransformer parent, DataViewSchema schema)
            : base(parent, schema)
        {
            _valueTypes = [.. Sources.Select(ValueType)];
            Outputs = [.. parent.Columns.Select((pair, i) => Output(pair.Output, Sources[i], _valueTypes[i].ItemType))];
        }

        public override IReadOnlyList<DataViewSchema.DetachedColumn> Outputs { get; }

        public override Delegate MakeGetter(DataViewRow input, int output)
        {
            var source = Sources[output];
            Type[] types = [source.Type.ItemType().RawType, _valueTypes[output].ItemType.RawType];
            var method = source.Type is VectorDataViewType ? nameof(VectorGetter) : nameof(ScalarGetter);
            return (Delegate)Dispatch.Call(typeof(Mapper), method, types, input, source);
        }

        private static VectorDataViewType ValueType(DataViewSchema.Column column)
        {
            var values = column.AnnotationType(AnnotationKinds.KeyValues) as VectorDataViewType;
            Check.State(values != null, "Metadata KeyValues does not exist");
            Check.State((ulong)values.Size == column.Type.KeyCount(), "KeyValues metadata size does not match column type key count");
            return values;
        }

        private static DataViewSchema.DetachedColumn Output(string name, DataViewSchema.Column input, PrimitiveDataViewType itemType)
        {
            var annotations = new DataViewSchema.Annotations.Builder();
            annotations.Add(input.Annotations, kind => kind == AnnotationKinds.SlotNames);
            DataViewType type = input.Type is VectorDataViewType vector ? new VectorDataViewType(itemType, vector.Dimensions) : itemType;
            return new(name, type, annotations.ToAnnotations());
        }

        private static Delegate ScalarGetter<TKey, TValue>(DataViewRow input, DataViewSchema.Column column)
        {
            var valueOf = Lookup<TKey, TValue>(column);
            var getter = input.GetGetter<TKey>(column);
            TKey key = default;
            return (ValueGetter<TValue>)((ref TValue value) =>
            {
                getter(ref key);
                value = valueOf(key);
            });
        }

        private static Delegate VectorGetter<TKey, TValue>(DataViewRow input, DataViewSchema.Column column)
        {
            var valueOf = Lookup<TKey, TValue>(column);
            var getter = input.GetGetter<VBuffer<TKey>>(column);
            VBuffer<TKey> keys = default;
            return (ValueGetter<VBuffer<TValue>>)((ref VBuffer<TValue> values) =>
            {
                getter(ref keys);
                var editor = VBufferEditor.Create(ref values, keys.Length);
                foreach (var (slot, key) in keys.Items(all: true))
                    editor.Values[slot] = valueOf(key);
                values = editor.Commit();
            });
        }

        private static Func<TKey, TValue> Lookup<TKey, TValue>(DataViewSchema.Column column)
        {
            VBuffer<TValue> annotation = default;
            column.GetKeyValues(ref annotation);
            TValue[] values = [.. annotation.DenseValues()];
            return key => Convert.ToUInt64(key) is var index && index > 0 && index <= (ulong)values.Length
                ? values[index - 1]
                : ValueOrder.Missing<TValue>();
        }
    }
}
