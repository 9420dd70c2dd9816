using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static class utils
        {
            /// <summary>Scales the gradients so that their common norm is at most max_norm; returns the norm before.</summary>
            public static double clip_grad_norm_(IEnumerable<Parameter> tensors, double max_norm, double norm_type = 2.0)
            {
                using var scope = NewDisposeScope();
                using var quiet = no_grad();
                var gradients = tensors.Select(one => one.grad).OfType<Tensor>().ToList();
                if (gradients.Count == 0) return 0;
                var total = linalg.vector_norm(stack(gradients.Select(one => linalg.vector_norm(one, norm_type))), norm_type);
                var scale = clamp(max_norm / (total + 1e-6), max: (Scalar)1.0);
                foreach (var gradient in gradients) gradient.mul_(scale.to(gradient.device));
                return total.ToDouble();
            }

            public static void clip_grad_value_(IEnumerable<Parameter> tensors, double clip_value)
            {
                foreach (var tensor in tensors)
                {
                    using var gradient = tensor.grad;
                    gradient?.clamp_(-clip_value, (Scalar)clip_value);
                }
            }
        }
    }
}
