using Microsoft.ML.Lora.Backbones.Bert;
using Microsoft.ML.Lora.Backbones.DistilBert;
using Microsoft.ML.Lora.Backbones.Roberta;

namespace Microsoft.ML.Lora.Backbones;

/// <summary>A kind of encoder: how its config.json is read and how its classifier is built. Which one it is, config.json's model_type says.</summary>
internal abstract class EncoderFamily
{
    private static readonly EncoderFamily[] All = [new RobertaFamily("roberta", "RobertaForSequenceClassification"), new BertFamily(), new DistilBertFamily()];

    /// <summary>The families, for error messages.</summary>
    public static string InWords => string.Join(", ", All.Select(family => family.ModelType));

    /// <summary>model_type in config.json.</summary>
    public abstract string ModelType { get; }

    /// <summary>What the names of the encoder's weights begin with; a checkpoint of the encoder alone may lack it.</summary>
    public virtual string WeightPrefix => ModelType + ".";

    /// <summary>The class of Python's transformers that reads a classifier of this family.</summary>
    public abstract string Architecture { get; }

    /// <summary>The modules that are adapted where nobody says otherwise: the query and value projections.</summary>
    public abstract IReadOnlyList<string> DefaultTargets { get; }

    /// <summary>The family of a config.json, and the shape the file states.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is no such configuration, or of a family or shape that is not supported.</exception>
    public static (EncoderFamily Family, EncoderConfiguration Configuration) Read(string configPath)
    {
        var fields = ConfigurationFields.Read(configPath);
        var family = Find(fields);
        return (family, family.ReadConfiguration(fields).Checked(fields));
    }

    /// <summary>The family of a config.json, whatever else the file states.</summary>
    /// <exception cref="InvalidDataException">The file is no such configuration, or of a family that is not supported.</exception>
    public static EncoderFamily Find(string configPath) => Find(ConfigurationFields.Read(configPath));

    /// <summary>The family of a model_type; null where it is not supported.</summary>
    public static EncoderFamily? Of(string modelType) => All.FirstOrDefault(family => family.ModelType == modelType);

    /// <summary>A classifier of this family.</summary>
    /// <param name="encoderWeights">The weights of the encoder.</param>
    /// <param name="headWeights">The weights of the head.</param>
    /// <param name="configuration">The shape of the encoder.</param>
    /// <param name="classes">How many numbers the head gives a row.</param>
    public abstract SequenceClassifier CreateClassifier(WeightSource encoderWeights, WeightSource headWeights, EncoderConfiguration configuration, int classes);

    protected abstract EncoderConfiguration ReadConfiguration(ConfigurationFields fields);

    private static EncoderFamily Find(ConfigurationFields fields)
    {
        var modelType = fields.Text("model_type");
        return Of(modelType)
            ?? throw fields.Error($"model_type \"{modelType}\" is not supported; supported are {InWords}");
    }
}
