#include "model/secret.hpp"

#include <cstring>

namespace regent::model {

Secret& Secret::operator=(Secret&& other) noexcept {
    if (this != &other) {
        wipe();
        text_ = std::move(other.text_);
        other.wipe();
    }
    return *this;
}

void Secret::wipe() noexcept {
    // explicit_bzero is not optimised away, as a memset before the end of a lifetime may be.
    text_.resize(text_.capacity());
    explicit_bzero(text_.data(), text_.size());
    text_.clear();
}

}  // namespace regent::model
