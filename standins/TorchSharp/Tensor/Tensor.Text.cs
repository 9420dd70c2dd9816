using System.Globalization;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>Shape, type and device, and the elements where they are few.</summary>
        public override string ToString()
        {
            if (IsInvalid) return "[invalid]";
            var text = $"[{string.Join("x", shape)}], type = {dtype}, device = {device}";
            if (NumberOfElements > 20 || device_type != DeviceType.CPU || is_complex()) return text;
            using var wide = to_type(ScalarType.Float64, copy: true);
            return $"{text}, value = {string.Join(" ", wide.data<double>().Select(one => one.ToString("g5", CultureInfo.InvariantCulture)))}";
        }
    }
}
