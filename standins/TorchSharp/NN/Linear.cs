using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    /// <summary>y = x W^T + b, with W of shape [outputs, inputs].</summary>
    public sealed class Linear : nn.Module<Tensor, Tensor>
    {
        private readonly Weight ownWeight;
        private Weight? ownBias;

        internal Linear(long inputs, long outputs, bool hasBias)
            : base("torch::nn::LinearImpl")
        {
            ownWeight = new Weight(nn.init.kaiming_uniform_(empty(outputs, inputs, float32, CPU), Math.Sqrt(5)).requires_grad_());
            var bound = 1 / Math.Sqrt(inputs);
            if (hasBias) ownBias = new Weight(nn.init.uniform_(empty(outputs, float32, CPU), -bound, bound).requires_grad_());
            RegisterWeights((nameof(weight), ownWeight), (nameof(bias), ownBias));
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

        public override Tensor forward(Tensor tensor) => Aten.Call("linear", tensor, ownWeight, ownBias);
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static Modules.Linear Linear(long inputSize, long outputSize, bool hasBias = true, Device? device = null, ScalarType? dtype = null)
                => new Modules.Linear(inputSize, outputSize, hasBias).MoveModule<Modules.Linear>(device, dtype);
        }
    }
}
