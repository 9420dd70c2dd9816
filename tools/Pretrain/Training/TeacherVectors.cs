using Microsoft.ML.Lora.Pretrain.Teacher;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Pretrain.Training;

/// <summary>The teacher's vectors of all rows, computed when first asked for and then kept in memory as float16.</summary>
internal sealed class TeacherVectors(SentenceEncoder teacher, TrainingRow[] rows)
{
    private readonly Half[]?[] _vectors = new Half[]?[rows.Length];

    /// <summary>The vectors of the given rows, [rows, 512].</summary>
    public Tensor Of(int[] indices)
    {
        int[] missing = [.. indices.Where(index => _vectors[index] is null)];
        if (missing.Length > 0)
        {
            using var encoded = teacher.Encode([.. missing.Select(index => rows[index].Text)]);
            var values = encoded.data<float>().ToArray();
            for (var i = 0; i < missing.Length; i++)
                _vectors[missing[i]] = Array.ConvertAll(values[(i * SentenceEncoder.Size)..((i + 1) * SentenceEncoder.Size)], value => (Half)value);
        }

        return tensor(indices.SelectMany(index => _vectors[index]!).Select(value => (float)value).ToArray(), [indices.Length, SentenceEncoder.Size]);
    }
}
