using System.Runtime.CompilerServices;
using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    // x[...], in NumPy's way: positions and slices make a view, tensors gather.
    public partial class Tensor
    {
        [IndexerName("TensorItems")]
        public Tensor this[params TensorIndex[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        [IndexerName("TensorItems")]
        public Tensor this[params Tensor[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1]
        {
            get => At(i1);
            set => Put(value, i1);
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2]
        {
            get => At(i1, i2);
            set => Put(value, i1, i2);
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2, long i3]
        {
            get => At(i1, i2, i3);
            set => Put(value, i1, i2, i3);
        }

        public Tensor index(params Tensor[] indices) => index(indices.Select(TensorIndex.Tensor).ToArray());

        public Tensor index(params TensorIndex[] indices)
        {
            var (view, gathered, temporary) = View(indices);
            if (gathered is null) return temporary ? view : view.alias();
            var result = Aten.Call("index.Tensor", view, Argument.Optional(gathered));
            if (temporary) view.Dispose();
            return result;
        }

        public Tensor index_put_(Tensor value, params Tensor[] indices) => index_put_(value, indices.Select(TensorIndex.Tensor).ToArray());

        public Tensor index_put_(Tensor value, params TensorIndex[] indices)
        {
            var (view, gathered, temporary) = View(indices);
            if (gathered is null) Aten.Run("copy_", view, value);
            else Aten.Run("index_put_", view, Argument.Optional(gathered), value);
            if (temporary) view.Dispose();
            return this;
        }

        public Tensor index_put_(Scalar value, params Tensor[] indices) => index_put_(value, indices.Select(TensorIndex.Tensor).ToArray());

        public Tensor index_put_(Scalar value, params TensorIndex[] indices)
        {
            using var filled = full([], value, dtype, device);
            return index_put_(filled, indices);
        }

        /// <summary>Applies positions, slices and new dimensions, and leaves the tensors, each in its dimension of the view.</summary>
        private (Tensor View, Tensor?[]? Gathered, bool Temporary) View(TensorIndex[] indices)
        {
            var consuming = indices.Sum(Consumes);
            var view = this;
            var at = 0L;
            List<Tensor?>? gathered = null;

            void Next(Tensor made)
            {
                if (!ReferenceEquals(view, this)) view.Dispose();
                view = made;
            }

            foreach (var one in indices)
            {
                switch (one.kind)
                {
                    case TensorIndex.Kind.Single:
                        Next(view.select(at, one.start.GetValueOrDefault()));
                        break;
                    case TensorIndex.Kind.Slice:
                        if (one is not { start: null, stop: null, step: null }) Next(Aten.Call("slice.Tensor", view, at, one.start, one.stop, one.step ?? 1));
                        at++;
                        break;
                    case TensorIndex.Kind.Ellipsis:
                        at += ndim - consuming;
                        break;
                    case TensorIndex.Kind.Bool:
                        Next(view.unsqueeze(at));
                        Gather(ref gathered, at++, tensor(new[] { one.start != 0 }));
                        break;
                    case TensorIndex.Kind.Tensor:
                        Gather(ref gathered, at++, one.tensor!);
                        break;
                    default:
                        Next(view.unsqueeze(at++));
                        break;
                }
            }
            return (view, gathered?.ToArray(), !ReferenceEquals(view, this));
        }

        private static long Consumes(TensorIndex one) => one.kind switch
        {
            TensorIndex.Kind.Single or TensorIndex.Kind.Slice => 1,
            TensorIndex.Kind.Tensor => one.tensor!.dtype is ScalarType.Bool or ScalarType.Byte ? one.tensor.ndim : 1,
            _ => 0,
        };

        private static void Gather(ref List<Tensor?>? gathered, long dim, Tensor index)
        {
            gathered ??= [];
            while (gathered.Count < dim) gathered.Add(null);
            gathered.Add(index);
        }

        private Tensor At(params ReadOnlySpan<long> positions)
        {
            var view = select(0, positions[0]);
            foreach (var position in positions[1..])
            {
                using var outer = view;
                view = outer.select(0, position);
            }
            return view;
        }

        private void Put(Tensor value, params ReadOnlySpan<long> positions)
        {
            using var view = At(positions);
            view.copy_(value);
        }
    }
}
