#pragma once

#include <array>
#include <string_view>

namespace regent::service {

/// An event in the journal. `id` is its MESSAGE_ID, by which people search and journalctl -x finds the explanation;
/// `priority` is syslog's, 0 (emergency) to 7 (debug).
struct JournalEvent {
    std::string_view name;
    std::string_view id;
    int priority;
};

/// As systemd/message-ids says it, line for line; the test `journal_catalogue` compares both, and the catalogue's
/// texts.
inline constexpr std::array journal_events{
    JournalEvent{"drift", "3585d5ae4c4b4155937978fb8f78f187", 4},
    JournalEvent{"applied", "d4077161eca642be9da465c07bf35f5a", 5},
    JournalEvent{"not_ready", "306bf519ab704eeaab54bdfd1caf8873", 4},
    JournalEvent{"ready", "9e8762354dd04a2eb6086ce2e99a65bf", 5},
    JournalEvent{"run_failed", "81a96dd3b5fa441a9688e71ef9bfbbc8", 3},
    JournalEvent{"run_recovered", "17f3666e6f12459d9fe2d5b3c1dff5ba", 5},
    JournalEvent{"refused", "fb47d4fdbe864b12bb2bab325773c6e1", 4},
    JournalEvent{"source_invalid", "4ae82b8453474e369644cad3d904e111", 4},
    JournalEvent{"source_valid", "d9a326d8c4bd44229fcadc4ae75d568a", 5},
    JournalEvent{"credential_expiring", "3a59dac394a943b58d0ab0f523888a1a", 4},
    JournalEvent{"paused", "c0867c138e1c48f38068fd6fd282f8a6", 5},
    JournalEvent{"resumed", "4a7a7f80fd8a4ad582c7fd89c2873ea8", 5},
    JournalEvent{"started", "57420869f52b4f6c964f9ba521857ace", 6},
    JournalEvent{"stopping", "ea438f62171a4b2588942e291d308445", 6},
    JournalEvent{"approval_needed", "24aa1902c31843c0bd87080fef660b4b", 5},
    JournalEvent{"approved", "8d1f4c02b7a94e6fa35c9b70d2e81f46", 5},
    JournalEvent{"state_damaged", "febadfec1c7246b68e1db818fa82410a", 2},
    JournalEvent{"settle_failed", "6714128c785e4728abd921969f31447d", 3},
};

/// The event of this name, or nullptr.
[[nodiscard]] constexpr const JournalEvent* journal_event(std::string_view name) noexcept {
    for (const auto& event : journal_events) {
        if (event.name == name) return &event;
    }
    return nullptr;
}

}  // namespace regent::service
