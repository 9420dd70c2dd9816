using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    /// <summary>Rows of a table, by index.</summary>
    public sealed class Embedding : nn.Module<Tensor, Tensor>
    {
        private readonly Weight ownWeight;
        private readonly long paddingIndex;
        private readonly double? maxNorm;
        private readonly double normType;
        private readonly bool scaleGradByFrequency;
        private readonly bool sparse;

        internal Embedding(Tensor table, long? padding_idx, double? max_norm, double norm_type, bool scale_grad_by_freq, bool sparse)
            : base("torch::nn::EmbeddingImpl")
        {
            var rows = table.size(0);
            if (padding_idx is { } index && (index < -rows || index >= rows))
                throw new System.Runtime.InteropServices.ExternalException("Padding_idx must be within num_embeddings");
            paddingIndex = padding_idx is { } given ? (given + rows) % rows : -1;
            (maxNorm, normType, scaleGradByFrequency, this.sparse) = (max_norm, norm_type, scale_grad_by_freq, sparse);
            ownWeight = new Weight(table);
            RegisterWeights((nameof(weight), ownWeight));
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

        internal override IEnumerable<Weight> Weights => [ownWeight];

        public override Tensor forward(Tensor input)
        {
            if (maxNorm is { } limit)
            {
                using var quiet = no_grad();
                Aten.Run("embedding_renorm_", ownWeight, input, limit, normType);
            }
            return Aten.Call("embedding", ownWeight, input, paddingIndex, scaleGradByFrequency, sparse);
        }
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static Modules.Embedding Embedding(long num_embeddings, long embedding_dims, long? padding_idx = null, double? max_norm = null, double norm_type = 2.0, bool scale_grad_by_freq = false, bool sparse = false, Device? device = null, ScalarType? dtype = null)
            {
                var table = empty(num_embeddings, embedding_dims, float32, CPU).normal_();
                if (padding_idx is { } index)
                {
                    using var row = table.select(0, index);
                    row.zero_();
                }
                return new Modules.Embedding(table.requires_grad_(), padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse).MoveModule<Modules.Embedding>(device, dtype);
            }

            public static Modules.Embedding Embedding_from_pretrained(Tensor embeddings, bool freeze = true, long? padding_idx = null, double? max_norm = null, double norm_type = 2.0, bool scale_grad_by_freq = false, bool sparse = false, Device? device = null, ScalarType? dtype = null)
                => new Modules.Embedding(embeddings.detach().requires_grad_(!freeze), padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse).MoveModule<Modules.Embedding>(device, dtype);
        }
    }
}
