using System.CommandLine;
using Microsoft.ML.Lora.Pretrain.Vocabulary;

var root = new RootCommand("Makes the bundled base model.")
{
    VocabularyCommand.Train(),
    VocabularyCommand.Measure(),
};
return root.Parse(args).Invoke();
