using Microsoft.ML.Data;

namespace Microsoft.ML;

public sealed partial class DataViewSchema
{
    /// <summary>Values that describe a column, such as the names of its slots; each is a named, typed getter.</summary>
    public sealed class Annotations
    {
        private readonly Delegate[] _getters;

        internal Annotations(DataViewSchema schema, Delegate[] getters)
        {
            Schema = schema;
            _getters = getters;
        }

        public static Annotations Empty { get; } = new(new DataViewSchema([], []), []);

        public DataViewSchema Schema { get; }

        public ValueGetter<TValue> GetGetter<TValue>(Column column)
        {
            if (column.Index >= _getters.Length)
                throw new ArgumentException(nameof(column));
            return _getters[column.Index] as ValueGetter<TValue>
                ?? throw new InvalidOperationException($"Invalid call to '{nameof(GetGetter)}'");
        }

        public void GetValue<TValue>(string kind, ref TValue value)
        {
            var column = Schema.GetColumnOrNull(kind) ?? throw new InvalidOperationException($"Invalid call to '{nameof(GetValue)}'");
            GetGetter<TValue>(column)(ref value);
        }

        public override string ToString() => string.Join(", ", Schema.Select(column => column.Name));

        internal Delegate GetterAt(int index) => _getters[index];

        /// <summary>Builds annotations one by one.</summary>
        public sealed class Builder
        {
            private readonly DataViewSchema.Builder _schema = new();
            private readonly List<Delegate> _getters = [];

            public Builder()
            {
            }

            public void Add(Annotations annotations, Func<string, bool> selector)
            {
                if (annotations == null)
                    return;
                Check.NotNull(selector, nameof(selector));
                foreach (var column in annotations.Schema.Where(column => selector(column.Name)))
                    Append(column.Name, column.Type, annotations.GetterAt(column.Index), column.Annotations);
            }

            public void Add<TValue>(string name, DataViewType type, ValueGetter<TValue> getter, Annotations annotations = null)
            {
                CheckType<TValue>(type);
                Add(name, type, (Delegate)getter, annotations);
            }

            public void Add(string name, DataViewType type, Delegate getter, Annotations annotations = null)
            {
                if (string.IsNullOrEmpty(name))
                    throw new ArgumentNullException(nameof(name));
                Check.NotNull(type, nameof(type));
                Check.NotNull(getter, nameof(getter));
                var expected = typeof(ValueGetter<>).MakeGenericType(type.RawType);
                if (getter.GetType() != expected)
                    throw new ArgumentException($"getter must be of type '{expected.FullName}'", nameof(getter));
                Append(name, type, getter, annotations);
            }

            public void AddPrimitiveValue<TValue>(string name, PrimitiveDataViewType type, TValue value, Annotations annotations = null) =>
                Add<TValue>(name, type, (ref TValue target) => target = value, annotations);

            public Annotations ToAnnotations() => new(_schema.ToSchema(), [.. _getters]);

            private static void CheckType<TValue>(DataViewType type)
            {
                if (type != null && type.RawType != typeof(TValue))
                    throw new ArgumentException($"type.RawType must be of type '{typeof(TValue).FullName}'.", nameof(type));
            }

            private void Append(string name, DataViewType type, Delegate getter, Annotations annotations)
            {
                _schema.AddColumn(name, type, annotations);
                _getters.Add(getter);
            }
        }
    }
}
