using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    /// <summary>Convolution over two dimensions, of [batch, channels, ...] or [channels, ...].</summary>
    public sealed class Conv2d : Convolution
    {
        private readonly Weight ownWeight;
        private readonly long[] strides;
        private readonly long[]? paddings;
        private readonly long[] dilations;
        private readonly long groups;
        private Weight? ownBias;

        /// <summary>Without a padding, the output has the input's size.</summary>
        internal Conv2d(long inputs, long outputs, (long, long) kernelSize, (long, long) stride, (long, long)? padding, (long, long) dilation, long groups, bool bias)
            : base("torch::nn::Conv2dImpl", inputs)
        {
            (strides, dilations, this.groups) = ([stride.Item1, stride.Item2], [dilation.Item1, dilation.Item2], groups);
            paddings = padding is { } given ? [given.Item1, given.Item2] : null;
            ownWeight = NewWeight(outputs, inputs, groups, kernelSize.Item1, kernelSize.Item2);
            if (bias) ownBias = NewBias(outputs, inputs, groups, kernelSize.Item1, kernelSize.Item2);
            RegisterWeights((nameof(weight), ownWeight), (nameof(this.bias), ownBias));
        }

        /// <summary>A new handle at each look, as in TorchSharp.</summary>
        public Parameter? weight
        {
            get => ownWeight.Share();
            set
            {
                ArgumentNullException.ThrowIfNull(value);
                ownWeight.Set(value);
                ConditionallyRegisterParameter(nameof(weight), value);
            }
        }

        public Parameter? bias
        {
            get => ownBias?.Share();
            set
            {
                ArgumentNullException.ThrowIfNull(value);
                if (ownBias is null) ownBias = new Weight(value.alias());
                else ownBias.Set(value);
                ConditionallyRegisterParameter(nameof(bias), value);
            }
        }

        internal override IEnumerable<Weight> Weights => ownBias is null ? [ownWeight] : [ownWeight, ownBias];

        public override Tensor forward(Tensor input)
        {
            if (!ValidateShape(input, 2)) throw new ArgumentException($"Expected 3D (unbatched) or 4D (batched) input with {input_channels} channels to Conv2d.");
            return paddings is null
                ? Aten.Call("conv2d.padding", input, ownWeight, ownBias, strides, "same", dilations, groups)
                : Aten.Call("conv2d", input, ownWeight, ownBias, strides, paddings, dilations, groups);
        }
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static Modules.Conv2d Conv2d(long in_channels, long out_channels, long kernelSize, long stride = 1, long padding = 0, long dilation = 1, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null)
                => NewConv2d(in_channels, out_channels, (kernelSize, kernelSize), (stride, stride), (padding, padding), (dilation, dilation), padding_mode, groups, bias, device, dtype);

            public static Modules.Conv2d Conv2d(long in_channels, long out_channels, (long, long) kernelSize, (long, long)? stride = null, (long, long)? padding = null, (long, long)? dilation = null, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null)
                => NewConv2d(in_channels, out_channels, kernelSize, stride ?? (1, 1), padding ?? (0, 0), dilation ?? (1, 1), padding_mode, groups, bias, device, dtype);

            public static Modules.Conv2d Conv2d(long in_channels, long out_channels, long kernelSize, Padding padding, long stride = 1, long dilation = 1, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null)
                => NewConv2d(in_channels, out_channels, (kernelSize, kernelSize), (stride, stride), padding == Padding.Valid ? (0, 0) : null, (dilation, dilation), padding_mode, groups, bias, device, dtype);

            private static Modules.Conv2d NewConv2d(long inputs, long outputs, (long, long) kernel, (long, long) stride, (long, long)? padding, (long, long) dilation, PaddingModes mode, long groups, bool bias, Device? device, ScalarType? dtype)
            {
                if (mode != PaddingModes.Zeros) throw new NotSupportedException("This stand-in pads with zeros only.");
                return new Modules.Conv2d(inputs, outputs, kernel, stride, padding, dilation, groups, bias).MoveModule<Modules.Conv2d>(device, dtype);
            }
        }
    }
}
