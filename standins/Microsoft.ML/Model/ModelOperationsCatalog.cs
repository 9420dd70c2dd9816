using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>Saves, loads and applies models.</summary>
public sealed class ModelOperationsCatalog
{
    private const string SchemaEntry = "Schema";

    private readonly IHostEnvironment _env;

    internal ModelOperationsCatalog(IHostEnvironment env) => _env = env;

    public void Save(ITransformer model, DataViewSchema inputSchema, string filePath)
    {
        Check.NotEmpty(filePath, nameof(filePath));
        using var stream = File.Create(filePath);
        Save(model, inputSchema, stream);
    }

    public void Save(ITransformer model, DataViewSchema inputSchema, Stream stream)
    {
        Check.NotNull(stream, nameof(stream));
        using var repository = new RepositoryWriter(stream);
        ModelSaveContext.SaveModel(repository, model, TransformerChain.LoaderSignature);
        if (inputSchema == null)
            return;
        using var entry = repository.CreateEntry(null, SchemaEntry);
        SchemaFile.Write(entry.Stream, inputSchema);
    }

    public void Save<TSource>(ITransformer model, IDataLoader<TSource> loader, string filePath)
    {
        Check.NotNull(loader, nameof(loader));
        Check.NotEmpty(filePath, nameof(filePath));
        using var stream = File.Create(filePath);
        Save(model, loader, stream);
    }

    public void Save<TSource>(ITransformer model, IDataLoader<TSource> loader, Stream stream)
    {
        Check.NotNull(loader, nameof(loader));
        Check.NotNull(stream, nameof(stream));
        var chain = model == null ? null : new TransformerChain<ITransformer>(model);
        using var repository = new RepositoryWriter(stream);
        ModelSaveContext.SaveModel(repository, new CompositeDataLoader<TSource, ITransformer>(loader, chain), null);
    }

    public ITransformer Load(string filePath, out DataViewSchema inputSchema)
    {
        Check.NotEmpty(filePath, nameof(filePath));
        using var stream = File.OpenRead(filePath);
        return Load(stream, out inputSchema);
    }

    public ITransformer Load(Stream stream, out DataViewSchema inputSchema)
    {
        Check.NotNull(stream, nameof(stream));
        using var repository = new RepositoryReader(stream);
        using var schema = repository.OpenEntryOrNull(null, SchemaEntry);
        ITransformer model;
        if (schema != null)
        {
            inputSchema = SchemaFile.Read(schema.Stream);
            ModelLoadContext.LoadModel<ITransformer, SignatureLoadModel>(_env, out model, repository, TransformerChain.LoaderSignature);
            return model;
        }
        if (ModelLoadContext.LoadModelOrNull<IDataLoader<IMultiStreamSource>, SignatureLoadModel>(_env, out var loader, repository, null))
        {
            model = Decompose(ref loader);
            inputSchema = loader.GetOutputSchema();
            return model;
        }
        inputSchema = null;
        if (ModelLoadContext.LoadModelOrNull<ITransformer, SignatureLoadModel>(
            _env, out model, repository, TransformerChain.LoaderSignature))
        {
            return model;
        }
        throw Fail.State("Could not load legacy format model");
    }

    public ITransformer LoadWithDataLoader(string filePath, out IDataLoader<IMultiStreamSource> loader)
    {
        Check.NotEmpty(filePath, nameof(filePath));
        using var stream = File.OpenRead(filePath);
        return LoadWithDataLoader(stream, out loader);
    }

    public ITransformer LoadWithDataLoader(Stream stream, out IDataLoader<IMultiStreamSource> loader)
    {
        Check.NotNull(stream, nameof(stream));
        using var repository = new RepositoryReader(stream);
        try
        {
            ModelLoadContext.LoadModel<IDataLoader<IMultiStreamSource>, SignatureLoadModel>(_env, out loader, repository, null);
            return Decompose(ref loader);
        }
        catch (Exception e)
        {
            throw Fail.Mark(new InvalidOperationException(
                "Model does not contain an IDataLoader. Perhaps this was saved with an DataViewSchema, or even no information on its "
                + "input at all. Consider using the Load method instead.", e));
        }
    }

    public PredictionEngine<TSrc, TDst> CreatePredictionEngine<TSrc, TDst>(
        ITransformer transformer,
        bool ignoreMissingColumns = true,
        SchemaDefinition inputSchemaDefinition = null,
        SchemaDefinition outputSchemaDefinition = null)
        where TSrc : class
        where TDst : class, new() =>
        new(transformer, ignoreMissingColumns, inputSchemaDefinition, outputSchemaDefinition, ownsTransformer: true);

    public PredictionEngine<TSrc, TDst> CreatePredictionEngine<TSrc, TDst>(ITransformer transformer, DataViewSchema inputSchema)
        where TSrc : class
        where TDst : class, new() =>
        new(transformer, false, SchemaDefinition.FromSchema(typeof(TSrc), inputSchema), null, ownsTransformer: true);

    public PredictionEngine<TSrc, TDst> CreatePredictionEngine<TSrc, TDst>(ITransformer transformer, PredictionEngineOptions options)
        where TSrc : class
        where TDst : class, new() =>
        new(transformer, options.IgnoreMissingColumns, options.InputSchemaDefinition, options.OutputSchemaDefinition,
            options.OwnsTransformer);

    /// <summary>Separates the loader saved with a model from the transformer, which saving put in a chain of its own.</summary>
    private static ITransformer Decompose(ref IDataLoader<IMultiStreamSource> loader)
    {
        if (loader is not CompositeDataLoader<IMultiStreamSource, ITransformer> composite)
            return new TransformerChain<ITransformer>();
        loader = composite.Loader;
        ITransformer[] transformers = [.. composite.Transformer];
        return transformers.Length == 1 ? transformers[0] : composite.Transformer;
    }
}
