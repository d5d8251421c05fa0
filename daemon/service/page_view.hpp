#pragma once

#include "service/page_data.hpp"
#include "service/page_links.hpp"
#include "service/status_page.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <vector>

namespace regent::service {

using Environments = std::vector<const controller::EnvironmentStatus*>;

/// Objects by how they stand.
struct StateCounts {
    std::array<std::size_t, all_object_states.size()> of{};
    std::size_t total = 0;
    bool looked = true;  ///< false: of one of the environments at least nothing is known yet

    void add(ObjectState state) {
        ++of[static_cast<std::size_t>(state)];
        ++total;
    }
    [[nodiscard]] std::size_t operator[](ObjectState state) const { return of[static_cast<std::size_t>(state)]; }
    [[nodiscard]] std::size_t needing() const;
    /// "4 of 6 ready, 1 paused, 1 needs you"
    [[nodiscard]] std::string words() const;
};
[[nodiscard]] StateCounts counts_in(const Environments& environments);

/// How an environment stands as a whole.
[[nodiscard]] Badge badge_of(const controller::EnvironmentStatus& environment, const StatusPageInput& input);
/// Why what is known of it is too old to be believed: a sentence, or empty.
[[nodiscard]] std::string why_stale(const controller::EnvironmentStatus& environment, const StatusPageInput& input);

/// The line at the top of a page about `environments`.
[[nodiscard]] PageData banner_of(const Environments& environments, const StatusPageInput& input);

/// What every page has: title, tabs, footer.
void add_frame(PageData& page, const StatusPageInput& input, const std::string& title, const std::string& environment,
               const std::string& path, const PageFilter& filter);

[[nodiscard]] std::vector<PageData> credential_rows(const Environments& environments, const StatusPageInput& input,
                                                    const model::Address* application, std::size_t limit);
[[nodiscard]] std::vector<PageData> event_rows(const StatusPageInput& input, std::size_t limit, bool with_subject);
/// `text` as a sentence.
[[nodiscard]] std::string with_period(std::string text);
/// "Bob" of "Bob <bob@contoso.example>".
[[nodiscard]] std::string author_words(std::string_view author);
[[nodiscard]] std::string revision_words(std::string_view commit);

[[nodiscard]] std::string overview_page(const Environments& environments, const std::string& path,
                                        const StatusPageInput& input, const PageFilter& filter);
[[nodiscard]] std::string object_page(const controller::EnvironmentStatus& environment,
                                      const controller::ObjectStatus& object, const StatusPageInput& input,
                                      const PageFilter& filter);
[[nodiscard]] std::string message_page(const std::string& heading, const std::string& text,
                                       const StatusPageInput& input);

}  // namespace regent::service
