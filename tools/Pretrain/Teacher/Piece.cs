namespace Microsoft.ML.Lora.Pretrain.Teacher;

/// <summary>A piece of a text.</summary>
/// <param name="Id">Its row in the table of pieces.</param>
/// <param name="Text">What it spells.</param>
internal readonly record struct Piece(int Id, string Text)
{
    /// <summary>Whether a new word begins with it.</summary>
    public bool StartsWord => Text.StartsWith(' ');
}
