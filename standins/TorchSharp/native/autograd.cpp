// Gradients: what a tensor records, the backward pass, and the grad and inference modes of the thread.
#include "shim.h"

#include <vector>

#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/autograd/autograd.h>

using namespace shim;

namespace {

std::vector<at::Tensor> copy(const at::Tensor* const* tensors, int32_t count) {
    std::vector<at::Tensor> list;
    for (int32_t i = 0; i < count; i++) list.push_back(tensors[i] ? *tensors[i] : at::Tensor());
    return list;
}

}  // namespace

SHIM int32_t shim_tensor_requires_grad(const at::Tensor* tensor) { return tensor->requires_grad(); }

SHIM int32_t shim_tensor_set_requires_grad(const at::Tensor* tensor, int32_t value) {
    return guard(-1, [&] {
        tensor->set_requires_grad(value != 0);
        return 0;
    });
}

SHIM int32_t shim_tensor_is_leaf(const at::Tensor* tensor) { return tensor->is_leaf(); }

SHIM int32_t shim_tensor_retain_grad(const at::Tensor* tensor) {
    return guard(-1, [&] {
        tensor->retain_grad();
        return 0;
    });
}

SHIM at::Tensor* shim_tensor_grad(const at::Tensor* tensor) {
    return guard<at::Tensor*>(nullptr, [&] { return handle(tensor->grad()); });
}

SHIM int32_t shim_tensor_set_grad(const at::Tensor* tensor, const at::Tensor* grad) {
    return guard(-1, [&] {
        tensor->mutable_grad() = grad ? *grad : at::Tensor();
        return 0;
    });
}

// Gives the tensor's implementation new data and keeps its identity, as torch.nn.Module.to does with parameters.
SHIM int32_t shim_tensor_set_data(const at::Tensor* tensor, const at::Tensor* data) {
    return guard(-1, [&] {
        tensor->set_data(*data);
        return 0;
    });
}

SHIM int32_t shim_backward(const at::Tensor* const* tensors, int32_t count, const at::Tensor* const* gradients, int32_t gradient_count,
                           int32_t retain_graph, int32_t create_graph, const at::Tensor* const* inputs, int32_t input_count) {
    return guard(-1, [&] {
        torch::autograd::backward(copy(tensors, count), copy(gradients, gradient_count), retain_graph != 0, create_graph != 0,
                                  copy(inputs, input_count));
        return 0;
    });
}

// Returns the previous mode.
SHIM int32_t shim_set_grad_mode(int32_t enabled) {
    bool before = c10::GradMode::is_enabled();
    c10::GradMode::set_enabled(enabled != 0);
    return before;
}

SHIM int32_t shim_grad_mode() { return c10::GradMode::is_enabled(); }

SHIM void* shim_inference_mode_enter(int32_t enabled) { return new c10::InferenceMode(enabled != 0); }

SHIM void shim_inference_mode_leave(void* guard) { delete static_cast<c10::InferenceMode*>(guard); }

SHIM int32_t shim_inference_mode() { return c10::InferenceMode::is_enabled(); }
