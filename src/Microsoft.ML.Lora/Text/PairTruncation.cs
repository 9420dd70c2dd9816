namespace Microsoft.ML.Lora.Text;

/// <summary>Divides the room for tokens between two texts: the longer one loses first.</summary>
/// <remarks>
/// As Hugging Face's <c>tokenizers</c> does for "longest_first": where both texts lose, each gets half the room, and the odd
/// token goes to the longer text, or to the second where they are equally long.
/// </remarks>
internal static class PairTruncation
{
    /// <summary>How many tokens of each text are kept.</summary>
    /// <param name="first">The first text's length in tokens; more than the room counts as more than the room.</param>
    /// <param name="second">The second text's.</param>
    /// <param name="room">The number of tokens that fit, special tokens aside.</param>
    /// <param name="firstIsLonger">Asked only where both texts overflow the room and the odd token has to go to one of them.</param>
    public static (int First, int Second) Divide(int first, int second, int room, Func<bool> firstIsLonger)
    {
        if (first <= room - second) return (first, second);
        var half = room / 2;
        var otherHalf = room - half;
        if (first <= half) return (first, room - first);
        if (second <= half) return (room - second, second);
        if (half == otherHalf) return (half, half);
        var firstGetsMore = first > room && second > room ? firstIsLonger() : first > second;
        return firstGetsMore ? (otherHalf, half) : (half, otherHalf);
    }
}
