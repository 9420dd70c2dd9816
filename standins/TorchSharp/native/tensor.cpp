// A tensor's handle and what can be asked of it without running an operator.
#include "shim.h"

#include <ATen/core/TensorBase.h>
#include <ATen/ops/from_blob.h>

using namespace shim;

SHIM void shim_tensor_free(at::Tensor* tensor) { delete tensor; }

SHIM at::Tensor* shim_tensor_share(const at::Tensor* tensor) { return new at::Tensor(*tensor); }

SHIM int64_t shim_tensor_dim(const at::Tensor* tensor) { return tensor->dim(); }

SHIM int64_t shim_tensor_numel(const at::Tensor* tensor) { return tensor->numel(); }

SHIM int64_t shim_tensor_element_size(const at::Tensor* tensor) { return tensor->element_size(); }

SHIM int32_t shim_tensor_dtype(const at::Tensor* tensor) { return static_cast<int32_t>(tensor->scalar_type()); }

SHIM int32_t shim_tensor_device_type(const at::Tensor* tensor) { return static_cast<int32_t>(tensor->device().type()); }

SHIM int32_t shim_tensor_device_index(const at::Tensor* tensor) { return tensor->device().index(); }

SHIM int32_t shim_tensor_is_contiguous(const at::Tensor* tensor) { return tensor->is_contiguous(); }

SHIM int32_t shim_tensor_is_sparse(const at::Tensor* tensor) { return tensor->is_sparse(); }

SHIM int64_t shim_tensor_storage_offset(const at::Tensor* tensor) { return tensor->storage_offset(); }

SHIM void shim_tensor_sizes(const at::Tensor* tensor, int64_t* sizes, int64_t* strides) {
    for (int64_t i = 0; i < tensor->dim(); i++) {
        if (sizes) sizes[i] = tensor->size(i);
        if (strides) strides[i] = tensor->stride(i);
    }
}

SHIM void* shim_tensor_data(const at::Tensor* tensor) {
    return guard<void*>(nullptr, [&] { return tensor->data_ptr(); });
}

// A tensor over memory of the caller's; `release` is called once, with `context`, when libtorch needs it no more.
SHIM at::Tensor* shim_tensor_from_memory(void* data, const int64_t* sizes, int32_t dim, int32_t dtype, void (*release)(void*), void* context) {
    return guard<at::Tensor*>(nullptr, [&] {
        auto options = at::TensorOptions(static_cast<at::ScalarType>(dtype));
        return handle(at::from_blob(data, at::IntArrayRef(sizes, dim), [=](void*) { release(context); }, options));
    });
}
