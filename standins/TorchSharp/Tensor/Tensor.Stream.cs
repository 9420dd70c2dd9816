using TorchSharp.Utils;

namespace TorchSharp;

public static partial class torch
{
    // TorchSharp's own layout: the element type, the shape and then the elements; the numbers are in LEB128.
    public partial class Tensor
    {
        public static Tensor Load(BinaryReader reader)
        {
            var type = (ScalarType)reader.Decode();
            var shape = new long[reader.Decode()];
            for (var i = 0; i < shape.Length; i++) shape[i] = reader.Decode();
            var tensor = torch.empty(shape, dtype: type);
            tensor.ReadBytesFromStream(reader.BaseStream);
            return tensor;
        }

        public static Tensor Load(Stream stream)
        {
            using var reader = new BinaryReader(stream);
            return Load(reader);
        }

        public static Tensor Load(string location)
        {
            if (!File.Exists(location)) throw new FileNotFoundException(location);
            using var stream = File.OpenRead(location);
            return Load(stream);
        }
    }
}
