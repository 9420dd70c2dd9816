using System.CommandLine;
using Microsoft.ML.Lora.Pretrain.Start;
using Microsoft.ML.Lora.Pretrain.Training;
using Microsoft.ML.Lora.Pretrain.Vocabulary;

var root = new RootCommand("Makes the bundled base model.")
{
    VocabularyCommand.Train(),
    VocabularyCommand.Measure(),
    TrainingCommand.Create(),
    RandomCommand.Create(),
};
return root.Parse(args).Invoke();
