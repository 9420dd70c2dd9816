using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    /// <summary>Convolution over one dimension, of [batch, channels, ...] or [channels, ...].</summary>
    public sealed class Conv1d : Convolution
    {
        private readonly Weight ownWeight;
        private readonly long[] strides;
        private readonly long[]? paddings;
        private readonly long[] dilations;
        private readonly long groups;
        private Weight? ownBias;

        /// <summary>Without a padding, the output has the input's size.</summary>
        internal Conv1d(long inputs, long outputs, long kernelSize, long stride, long? padding, long dilation, long groups, bool bias)
            : base("torch::nn::Conv1dImpl", inputs)
        {
            (strides, dilations, this.groups) = ([stride], [dilation], groups);
            paddings = padding is { } given ? [given] : null;
            ownWeight = NewWeight(outputs, inputs, groups, kernelSize);
            if (bias) ownBias = NewBias(outputs, inputs, groups, kernelSize);
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
            if (!ValidateShape(input, 1)) throw new ArgumentException($"Expected 2D (unbatched) or 3D (batched) input with {input_channels} channels to Conv1d.");
            return paddings is null
                ? Aten.Call("conv1d.padding", input, ownWeight, ownBias, strides, "same", dilations, groups)
                : Aten.Call("conv1d", input, ownWeight, ownBias, strides, paddings, dilations, groups);
        }
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static Modules.Conv1d Conv1d(long in_channels, long out_channels, long kernelSize, long stride = 1, long padding = 0, long dilation = 1, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null)
                => NewConv1d(in_channels, out_channels, kernelSize, stride, padding, dilation, padding_mode, groups, bias, device, dtype);

            public static Modules.Conv1d Conv1d(long in_channels, long out_channels, long kernelSize, Padding padding, long stride = 1, long dilation = 1, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null)
                => NewConv1d(in_channels, out_channels, kernelSize, stride, padding == Padding.Valid ? 0 : null, dilation, padding_mode, groups, bias, device, dtype);

            private static Modules.Conv1d NewConv1d(long inputs, long outputs, long kernel, long stride, long? padding, long dilation, PaddingModes mode, long groups, bool bias, Device? device, ScalarType? dtype)
            {
                if (mode != PaddingModes.Zeros) throw new NotSupportedException("This stand-in pads with zeros only.");
                return new Modules.Conv1d(inputs, outputs, kernel, stride, padding, dilation, groups, bias).MoveModule<Modules.Conv1d>(device, dtype);
            }
        }
    }
}
