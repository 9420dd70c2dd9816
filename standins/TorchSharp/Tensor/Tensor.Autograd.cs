using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    // What autograd keeps of a tensor.
    public partial class Tensor
    {
        public bool is_leaf => Shim.shim_tensor_is_leaf(Handle) != 0;

        public bool requires_grad
        {
            get => Shim.shim_tensor_requires_grad(Handle) != 0;
            set => Shim.Check(Shim.shim_tensor_set_requires_grad(Handle, value ? 1 : 0));
        }

        public Tensor requires_grad_(bool requires_grad = true) => with_requires_grad(requires_grad);

        public Tensor with_requires_grad(bool requires_grad = true)
        {
            this.requires_grad = requires_grad;
            return this;
        }

        /// <summary>The gradient, a new handle at each call, or null where none has been computed.</summary>
        public Tensor? grad
        {
            get => Shim.shim_tensor_grad(Handle) is var found and not 0 ? new Tensor(found) : null;
            set => Shim.Check(Shim.shim_tensor_set_grad(Handle, value?.Handle ?? 0));
        }

        public void retain_grad() => Shim.Check(Shim.shim_tensor_retain_grad(Handle));

        public void backward() => autograd.Run([this], null, false, false, null);

        // 0.102.7 hands create_graph and retain_graph on the wrong way round; so does this.
        public void backward(IList<Tensor>? grad_tensors = null, bool create_graph = false, bool retain_graph = false, IList<Tensor>? inputs = null)
            => autograd.backward([this], grad_tensors, create_graph, retain_graph, inputs);

        public Tensor detach() => Aten.Call("detach", this);
        public Tensor detach_() => InPlace("detach_", this);
    }

    public static partial class autograd
    {
        public static void backward(IList<Tensor> tensors, IList<Tensor>? grad_tensors = null, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null)
            => Run(tensors, grad_tensors, retain_graph ?? create_graph, create_graph, inputs);

        public static void backward(Tensor tensor, IList<Tensor>? grad_tensors = null, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null)
            => backward([tensor], grad_tensors, retain_graph, create_graph, inputs);

        public static void backward(Tensor tensor, Tensor grad_tensor, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null)
            => backward([tensor], [grad_tensor], retain_graph, create_graph, inputs);

        internal static unsafe void Run(IList<Tensor> tensors, IList<Tensor>? gradients, bool retainGraph, bool createGraph, IList<Tensor>? inputs)
        {
            nint[] of = Handles(tensors), with = Handles(gradients), into = Handles(inputs);
            fixed (nint* ofAt = of, withAt = with, intoAt = into)
                Shim.Check(Shim.shim_backward(ofAt, of.Length, withAt, with.Length, retainGraph ? 1 : 0, createGraph ? 1 : 0, intoAt, into.Length));
        }

        private static nint[] Handles(IList<Tensor>? tensors) => tensors?.Select(tensor => tensor?.Handle ?? 0).ToArray() ?? [];
    }
}
