using System.Text.Json;
using Microsoft.ML.Lora.Tests.Text;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Tests.Estimators;

/// <summary>The golden adapters through ML.NET: a tokenizer is made in which each of the golden rows' tokens is one letter.</summary>
[TestClass]
public class GoldenAdapterTests
{
    [TestMethod]
    [DataRow("roberta-a")]
    [DataRow("roberta-b")]
    public void APythonAdapterScoresAsInPython(string name)
    {
        using var golden = new Golden(name);
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        foreach (var file in new[] { "config.json", "model.safetensors" }) File.Copy(Path.Combine(golden.Directory, file), folder[file]);
        var ids = golden.Expected("input_ids");
        var width = (int)ids.shape[1];
        var rows = ids.data<long>().ToArray().Chunk(width).Select(row => row.Where(id => id > 2).ToArray()).ToArray();
        var letters = WriteTokenizer(folder, golden.Model.Configuration.VocabularySize, rows.SelectMany(row => row).Distinct());
        var texts = rows.Select(row => string.Concat(row.Select(id => letters[id]))).ToArray();
        var labels = Enumerable.Range(0, golden.Model.Classes).Select(i => $"class {i}").ToArray();

        var ml = new MLContext();
        using var model = ml.Model.LoadLoraAdapter(Path.Combine(golden.Directory, "adapter"), BaseModel.FromDirectory(folder.Root), labels, sentence1ColumnName: "Text");
        var scored = model.Transform(ml.Data.LoadFromEnumerable(texts.Select(text => new Sentence { Text = text })));
        var scores = tensor(Sentences.Scores(scored).SelectMany(row => row).ToArray(), [texts.Length, labels.Length]);

        var logits = golden.Expected("logits");
        Close.Assert(logits.softmax(-1), scores, 1e-5, "probabilities");
        Close.Assert(logits - logits.mean([-1], keepdim: true), scores.log() - scores.log().mean([-1], keepdim: true), 1e-4, "logits, up to a constant a row");
    }

    /// <summary>Writes vocab.json and merges.txt that spell each id as a letter of two bytes, and gives the letters.</summary>
    private static Dictionary<long, char> WriteTokenizer(TemporaryFolder folder, int vocabularySize, IEnumerable<long> ids)
    {
        var letters = Enumerable.Range(0x400, 0x130).Select(c => (char)c).Where(char.IsLetter).ToArray();
        var spelling = ids.Select((id, i) => (id, letter: letters[i])).ToDictionary(x => x.id, x => x.letter);
        static string[] Symbols(char letter) => [.. System.Text.Encoding.UTF8.GetBytes([letter]).Select(b => TinyTokenizer.CharOf(b).ToString())];
        var merges = spelling.Values.Select(letter => string.Join(' ', Symbols(letter))).ToArray();

        var vocabulary = new Dictionary<string, long> { ["<s>"] = 0, ["<pad>"] = 1, ["</s>"] = 2 };
        foreach (var (id, letter) in spelling) vocabulary[string.Concat(Symbols(letter))] = id;
        var free = new Queue<long>(Enumerable.Range(3, vocabularySize - 3).Select(i => (long)i).Where(id => !spelling.ContainsKey(id)));
        foreach (var symbol in spelling.Values.SelectMany(Symbols).Distinct().Concat(["<unk>", "<mask>"])) vocabulary[symbol] = free.Dequeue();
        foreach (var id in free) vocabulary[$"unused {id}"] = id;
        folder.Write("vocab.json", JsonSerializer.Serialize(vocabulary));
        folder.Write("merges.txt", "#version: 0.2\n" + string.Concat(merges.Select(merge => merge + "\n")));
        return spelling;
    }
}
