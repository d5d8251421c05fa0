#include "provider/read_progress.hpp"

namespace regent::provider {
namespace {

class Unwatched final : public ReadProgress {
public:
    void read(const PartRead&) override {}
    void waits(std::string_view, std::chrono::milliseconds) override {}
};

}  // namespace

ReadProgress& unwatched() noexcept {
    static Unwatched nobody;
    return nobody;
}

ReadPart::ReadPart(ReadProgress& progress, PartRead part) : progress_(progress), part_(part) {
    tell();
}

void ReadPart::came(std::size_t more) {
    const std::lock_guard lock(mutex_);
    part_.count += more;
    tell();
}

void ReadPart::begins_again() {
    const std::lock_guard lock(mutex_);
    part_.count = 0;
    tell();
}

void ReadPart::waits(std::string_view why, std::chrono::milliseconds duration) {
    progress_.waits(why, duration);
}

/// With the part locked: counts must not arrive in another order than they grew in.
void ReadPart::tell() const {
    const bool nothing = part_.total == 0U && !part_.about;
    if (!nothing) progress_.read(part_);
}

std::optional<std::size_t> LastCounts::of(std::string_view what) const {
    const std::lock_guard lock(mutex_);
    const auto it = counts_.find(what);
    return it == counts_.end() ? std::nullopt : std::optional(it->second);
}

void LastCounts::remember(std::string_view what, std::size_t count) {
    const std::lock_guard lock(mutex_);
    counts_.insert_or_assign(std::string(what), count);
}

}  // namespace regent::provider
