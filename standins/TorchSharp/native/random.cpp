// Generators of random numbers.
#include "shim.h"

#include <mutex>

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/core/Generator.h>

using namespace shim;

SHIM at::Generator* shim_generator_default() {
    return guard<at::Generator*>(nullptr, [] { return new at::Generator(at::detail::getDefaultCPUGenerator()); });
}

SHIM at::Generator* shim_generator_new(uint64_t seed) {
    return guard<at::Generator*>(nullptr, [&] { return new at::Generator(at::detail::createCPUGenerator(seed)); });
}

SHIM void shim_generator_free(at::Generator* generator) { delete generator; }

SHIM uint64_t shim_generator_seed(at::Generator* generator) { return generator->current_seed(); }

SHIM int32_t shim_generator_set_seed(at::Generator* generator, uint64_t seed) {
    return guard(-1, [&] {
        std::lock_guard<std::mutex> lock(generator->mutex());
        generator->set_current_seed(seed);
        return 0;
    });
}

SHIM at::Tensor* shim_generator_state(at::Generator* generator) {
    return guard<at::Tensor*>(nullptr, [&] {
        std::lock_guard<std::mutex> lock(generator->mutex());
        return handle(generator->get_state());
    });
}

SHIM int32_t shim_generator_set_state(at::Generator* generator, const at::Tensor* state) {
    return guard(-1, [&] {
        std::lock_guard<std::mutex> lock(generator->mutex());
        generator->set_state(*state);
        return 0;
    });
}

SHIM int32_t shim_manual_seed(uint64_t seed) {
    return guard(-1, [&] {
        at::manual_seed(seed);
        return 0;
    });
}
