#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace regent::provider {

/// How far one part of a read has come.
struct PartRead {
    std::string_view service;          ///< "Graph"
    std::string_view what;             ///< "applications"
    std::size_t count = 0;             ///< that have come
    std::optional<std::size_t> total;  ///< only where it is known
    bool about = false;                ///< `total` is what an earlier look found: there may be more by now
};

/// Told what a read of a tenant is at, from the threads that read: two may call at once. Must be quick, since the read
/// waits for it.
class ReadProgress {
public:
    virtual ~ReadProgress() = default;
    /// A part began, came further, or begins again (its count is smaller then).
    virtual void read(const PartRead& part) = 0;
    /// Nothing moves for so long. `why`: "throttled by Graph".
    virtual void waits(std::string_view why, std::chrono::milliseconds duration) = 0;
};

/// For those whom nobody watches.
[[nodiscard]] ReadProgress& unwatched() noexcept;

/// One part of a read while it is under way: counts, and tells. A part of nothing is not told. Thread-safe.
class ReadPart {
public:
    ReadPart(ReadProgress& progress, PartRead part);
    void came(std::size_t more);
    void begins_again();
    void waits(std::string_view why, std::chrono::milliseconds duration);

private:
    void tell() const;

    ReadProgress& progress_;
    std::mutex mutex_;
    PartRead part_;
};

/// How many there were at the last look: what a list will bring is known to nobody beforehand. Thread-safe.
class LastCounts {
public:
    [[nodiscard]] std::optional<std::size_t> of(std::string_view what) const;
    void remember(std::string_view what, std::size_t count);

private:
    mutable std::mutex mutex_;
    std::map<std::string, std::size_t, std::less<>> counts_;
};

}  // namespace regent::provider
