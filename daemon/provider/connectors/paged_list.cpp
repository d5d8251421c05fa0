#include "provider/connectors/paged_list.hpp"

#include <nlohmann/json.hpp>

#include <set>
#include <utility>

namespace regent::provider::connectors {

using nlohmann::json;

SplitUrl split_url(const std::string& url) {
    const auto scheme = url.find("://");
    if (scheme == std::string::npos) return {};
    const auto slash = url.find('/', scheme + 3);
    if (slash == std::string::npos) return {url, "/"};
    return {url.substr(0, slash), url.substr(slash)};
}

tl::expected<void, ProviderError> read_pages(std::string first, const PagedList& list) {
    std::set<std::string> seen;
    auto target = std::move(first);
    while (!target.empty()) {
        seen.insert(target);
        const auto answer = list.ask(std::exchange(target, {}));
        if (!answer) return tl::unexpected(answer.error());
        const auto unclear = [&](const std::string& why) { return tl::unexpected(list.unclear(*answer, why)); };
        auto page = json::parse(answer->body, nullptr, false);
        if (!page.is_object()) return unclear("no JSON object");
        const auto value = page.find("value");
        if (value == page.end() || !value->is_array()) return unclear("a page without `value`");
        for (auto& entry : *value)
            if (const auto why = list.take(entry); !why.empty()) return unclear(why);
        if (list.page_ends) list.page_ends();
        const auto next = page.find(list.next_link);
        if (next == page.end() || next->is_null()) continue;
        const auto* link = next->get_ptr<const std::string*>();
        if (link != nullptr && link->empty()) continue;
        const auto within = list.within(link == nullptr ? std::string{} : split_url(*link).target);
        if (!within) return unclear("its next page lies outside the service");
        target = *within;
        if (seen.contains(target)) return unclear("a page names an earlier one as its next");
    }
    return {};
}

}  // namespace regent::provider::connectors
