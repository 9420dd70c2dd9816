using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    // Element by element, of one tensor.
    public partial class Tensor
    {
        public Tensor abs() => Aten.Call("abs", this);
        public Tensor abs_() => InPlace("abs_", this);
        public Tensor neg() => Aten.Call("neg", this);
        public Tensor neg_() => InPlace("neg_", this);
        public Tensor negative() => neg();
        public Tensor sign() => Aten.Call("sign", this);
        public Tensor sign_() => InPlace("sign_", this);
        public Tensor exp() => Aten.Call("exp", this);
        public Tensor exp_() => InPlace("exp_", this);
        public Tensor log() => Aten.Call("log", this);
        public Tensor log_() => InPlace("log_", this);
        public Tensor log1p() => Aten.Call("log1p", this);
        public Tensor sqrt() => Aten.Call("sqrt", this);
        public Tensor sqrt_() => InPlace("sqrt_", this);
        public Tensor rsqrt() => Aten.Call("rsqrt", this);
        public Tensor rsqrt_() => InPlace("rsqrt_", this);
        public Tensor square() => Aten.Call("square", this);
        public Tensor reciprocal() => Aten.Call("reciprocal", this);
        public Tensor reciprocal_() => InPlace("reciprocal_", this);
        public Tensor sin() => Aten.Call("sin", this);
        public Tensor cos() => Aten.Call("cos", this);
        public Tensor tanh() => Aten.Call("tanh", this);
        public Tensor tanh_() => InPlace("tanh_", this);
        public Tensor sigmoid() => Aten.Call("sigmoid", this);
        public Tensor sigmoid_() => InPlace("sigmoid_", this);
        public Tensor relu() => Aten.Call("relu", this);
        public Tensor relu_() => InPlace("relu_", this);
        public Tensor gelu() => Aten.Call("gelu", this);
        public Tensor silu() => Aten.Call("silu", this);
        public Tensor erf() => Aten.Call("erf", this);
        public Tensor erf_() => InPlace("erf_", this);
        public Tensor floor() => Aten.Call("floor", this);
        public Tensor ceil() => Aten.Call("ceil", this);
        public Tensor round(long decimals = 0L) => Aten.Call("round.decimals", this, decimals);
        public Tensor round_(long decimals = 0L) => InPlace("round_.decimals", this, decimals);
        public Tensor logical_not() => Aten.Call("logical_not", this);
        public Tensor logical_not_() => InPlace("logical_not_", this);
        public Tensor bitwise_not() => Aten.Call("bitwise_not", this);
        public Tensor isfinite() => Aten.Call("isfinite", this);
        public Tensor isnan() => Aten.Call("isnan", this);
        public Tensor isinf() => Aten.Call("isinf", this);

        public Tensor clamp(Scalar? min = null, Scalar? max = null) => Aten.Call("clamp", this, min, max);
        public Tensor clamp(Tensor? min = null, Tensor? max = null) => Aten.Call("clamp.Tensor", this, min, max);
        public Tensor clamp_(Scalar? min = null, Scalar? max = null) => InPlace("clamp_", this, min, max);
        public Tensor clamp_(Tensor? min = null, Tensor? max = null) => InPlace("clamp_.Tensor", this, min, max);
        public Tensor clamp_min(Scalar min) => Aten.Call("clamp_min", this, min);
        public Tensor clamp_max(Scalar max) => Aten.Call("clamp_max", this, max);
        public Tensor clip(Scalar? min = null, Scalar? max = null) => clamp(min, max);

        public Tensor softmax(long dim, ScalarType? dtype = null) => Aten.Call("softmax.int", this, dim, dtype);
        public Tensor log_softmax(long dim, ScalarType? dtype = null) => Aten.Call("log_softmax.int", this, dim, dtype);

        public Tensor fill_(Scalar value) => InPlace("fill_.Scalar", this, value);
        public Tensor zero_() => InPlace("zero_", this);
    }
}
