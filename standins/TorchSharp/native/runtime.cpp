// The library as a whole: the last error, threads, CUDA.
#include "shim.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <torch/cuda.h>
#include <torch/version.h>

using namespace shim;

static thread_local std::string last_error;

void shim::set_error(const char* text) { last_error = text; }

// The text of the thread's last failed call.
SHIM const char* shim_error() { return last_error.c_str(); }

SHIM const char* shim_version() { return TORCH_VERSION; }

SHIM int32_t shim_num_threads() { return at::get_num_threads(); }

SHIM int32_t shim_set_num_threads(int32_t count) {
    return guard(-1, [&] {
        at::set_num_threads(count);
        return 0;
    });
}

SHIM int32_t shim_cuda_is_available() {
    return guard(0, [] { return static_cast<int32_t>(torch::cuda::is_available()); });
}

SHIM int32_t shim_cuda_device_count() {
    return guard(0, [] { return static_cast<int32_t>(torch::cuda::device_count()); });
}

SHIM int32_t shim_cuda_synchronize(int32_t device) {
    return guard(-1, [&] {
        torch::cuda::synchronize(device);
        return 0;
    });
}

SHIM int32_t shim_cuda_manual_seed(uint64_t seed, int32_t all) {
    return guard(-1, [&] {
        if (all) torch::cuda::manual_seed_all(seed);
        else torch::cuda::manual_seed(seed);
        return 0;
    });
}
