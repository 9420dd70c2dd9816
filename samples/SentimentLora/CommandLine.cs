using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;
using Microsoft.ML.Lora;

namespace SentimentLoraSample;

/// <summary>The program's arguments: their names, defaults and limits.</summary>
internal sealed class CommandLine
{
    private static readonly LoraFineTuneEstimator.Options s_defaults = new();

    private readonly Option<FileInfo> _data = new("--data")
    {
        Description = "Rows to fine-tune on: a tab-separated file with a header. [default: the sample's own reviews]",
        HelpName = "FILE",
    };

    private readonly Option<FileInfo> _evaluation = new("--eval")
    {
        Description = "Rows to evaluate on, with the same columns. [default: the sample's own test reviews; with --data, a fifth of its rows]",
        HelpName = "FILE",
    };

    private readonly Option<string> _text = Text("--text", "COLUMN", "Column of the text.", "Text");
    private readonly Option<string> _text2 = Text("--text2", "COLUMN", "Column of the second text, where rows are pairs.");
    private readonly Option<string> _label = Text("--label", "COLUMN", "Column of the class.", "Sentiment");

    private readonly Option<BaseModel> _base = new("--base")
    {
        Description = $"Model to adapt: a bundled one's name, a directory in Hugging Face layout, or a hub id such as FacebookAI/roberta-base. [default: {BaseModel.DefaultBundledName}]",
        HelpName = "BASE",
        CustomParser = ParseBase,
    };

    private readonly Option<int> _rank = Whole("--rank", "Rank of the adapters.", s_defaults.Rank);
    private readonly Option<double> _alpha = Positive("--alpha", "Scale of the adapters, divided by the rank.", s_defaults.Alpha);
    private readonly Option<int> _epochs = Whole("--epochs", "Passes over the rows.", s_defaults.MaxEpochs);
    private readonly Option<int> _batch = Whole("--batch", "Rows of one step.", s_defaults.BatchSize);
    private readonly Option<double> _learningRate = Positive("--learning-rate", "Highest learning rate.", s_defaults.LearningRate);

    private readonly Option<int> _seed = Number("--seed", "N", "Decides the shuffling and the start of the new weights.", 1, _ => true, "a whole number");

    private readonly Option<FileInfo> _output = new("--output")
    {
        Description = "Where to save the model.",
        HelpName = "FILE",
        DefaultValueFactory = _ => new FileInfo("SentimentLora.zip"),
    };

    private readonly Option<FileInfo> _summary = new("--summary")
    {
        Description = "Where to write the figures as one JSON object.",
        HelpName = "FILE",
    };

    /// <summary>Calls <paramref name="run"/> with what the arguments ask for; or shows help, or what is wrong with them.</summary>
    /// <returns>The exit code.</returns>
    public static int Invoke(string[] args, Func<SampleOptions, int> run)
    {
        var result = Create(run).Parse(args);
        if (result.Action is not ParseErrorAction)
            return result.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        foreach (var error in result.Errors) Console.Error.WriteLine("Error: " + error.Message);
        Console.Error.WriteLine("--help lists the options.");
        return 1;
    }

    private static RootCommand Create(Func<SampleOptions, int> run)
    {
        var line = new CommandLine();
        RequireFile(line._data);
        RequireFile(line._evaluation);
        var command = new RootCommand("Fine-tunes a RoBERTa-style model with LoRA through ML.NET, evaluates it, saves it and predicts with what was saved.")
        {
            line._data, line._evaluation, line._text, line._text2, line._label, line._base, line._rank, line._alpha,
            line._epochs, line._batch, line._learningRate, line._seed, line._output, line._summary,
        };
        command.SetAction(result => run(line.Read(result)));
        return command;
    }

    private SampleOptions Read(ParseResult result) => new()
    {
        Data = result.GetValue(_data)?.FullName,
        Evaluation = result.GetValue(_evaluation)?.FullName,
        TextColumn = result.GetRequiredValue(_text),
        Text2Column = result.GetValue(_text2),
        LabelColumn = result.GetRequiredValue(_label),
        BaseModel = result.GetValue(_base) ?? BaseModel.Bundled,
        Rank = result.GetValue(_rank),
        Alpha = result.GetValue(_alpha),
        Epochs = result.GetValue(_epochs),
        Batch = result.GetValue(_batch),
        LearningRate = result.GetValue(_learningRate),
        Seed = result.GetValue(_seed),
        Output = result.GetRequiredValue(_output).FullName,
        Summary = result.GetValue(_summary)?.FullName,
    };

    private static Option<string> Text(string name, string helpName, string description, string? standard = null) => new(name)
    {
        Description = description,
        HelpName = helpName,
        DefaultValueFactory = standard == null ? null : _ => standard,
    };

    private static Option<int> Whole(string name, string description, int standard) =>
        Number(name, "N", description, standard, value => value >= 1, "a whole number, at least 1");

    private static Option<double> Positive(string name, string description, double standard) =>
        Number(name, "X", description, standard, value => value is > 0 and < double.PositiveInfinity, "a number above 0");

    private static Option<T> Number<T>(string name, string helpName, string description, T standard, Func<T, bool> fits, string kind)
        where T : struct, INumber<T> => new(name)
        {
            Description = description,
            HelpName = helpName,
            DefaultValueFactory = _ => standard,
            CustomParser = result =>
            {
                var text = result.Tokens[0].Value;
                if (!T.TryParse(text, CultureInfo.InvariantCulture, out var value) || !fits(value)) result.AddError($"{name} must be {kind}, not '{text}'.");
                return value;
            },
        };

    private static void RequireFile(Option<FileInfo> option) => option.Validators.Add(result =>
    {
        if (result.GetValueOrDefault<FileInfo>() is { Exists: false } file)
            result.AddError($"{option.Name}: there is no file {file.FullName}.");
    });

    private static BaseModel? ParseBase(ArgumentResult result)
    {
        try
        {
            return BaseModel.Parse(result.Tokens[0].Value);
        }
        catch (ArgumentException e)
        {
            result.AddError("--base: " + Errors.MessageOf(e));
            return null;
        }
    }
}
