using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

/// <summary>Maps keys back to the values they stand for.</summary>
public sealed class KeyToValueMappingEstimator : TrivialEstimator<KeyToValueMappingTransformer>
{
    internal KeyToValueMappingEstimator(IHostEnvironment env, params (string Output, string Input)[] columns)
        : base(new KeyToValueMappingTransformer(env.Register(nameof(KeyToValueMappingTransformer)), columns))
    {
    }

    public override SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        Check.NotNull(inputSchema, nameof(inputSchema));
        var result = inputSchema.ToDictionary(column => column.Name);
        foreach (var (output, input) in Transformer.Columns)
        {
            if (!inputSchema.TryFindColumn(input, out var column))
                throw Fail.SchemaMismatch(nameof(inputSchema), "input", input);
            if (!column.IsKey)
                throw Fail.SchemaMismatch(nameof(inputSchema), "input", input, "KeyType", column.GetTypeString());
            Check.Param(column.Annotations.TryFindColumn(AnnotationKinds.KeyValues, out var values), nameof(inputSchema),
                $"Input column '{input}' doesn't contain key values metadata");
            var annotations = column.Annotations.TryFindColumn(AnnotationKinds.SlotNames, out var names) ? new SchemaShape([names]) : null;
            result[output] = new SchemaShape.Column(output, column.Kind, values.ItemType, values.IsKey, annotations);
        }
        return new SchemaShape(result.Values);
    }
}
