#include "plan/steps.hpp"

#include <algorithm>
#include <tuple>

namespace regent::plan {

std::string StepGraph::key(const model::Address& address, std::string_view part, std::string_view kind) {
    auto key = to_string(address);
    if (!part.empty()) (key += ' ') += part;
    if (!kind.empty()) (key += ' ') += kind;
    return key;
}

Step& StepGraph::add(const std::string& key, const model::Address& address, std::string part, Work work) {
    const auto [it, added] = drafts_.try_emplace(key);
    auto& step = it->second.step;
    if (added) {
        step.address = address;
        step.part = std::move(part);
        step.work = work;
    }
    return step;
}

void StepGraph::after(const std::string& key, const std::string& earlier) {
    if (key != earlier) drafts_.at(key).after.push_back(earlier);
}

namespace {

/// Who waits for whom while steps are put last: those are behind nearly all others, which is kept as who they are not
/// behind.
class Waiting {
public:
    using Keys = std::set<std::string>;

    explicit Waiting(const std::vector<std::string>& others) : others_(others.begin(), others.end()) {}

    void add(const std::string& later, const std::string& earlier) { later_[earlier].push_back(later); }

    /// All that wait for `key`, itself or by way of others.
    [[nodiscard]] Keys behind(const std::string& key) const {
        Keys found;
        std::vector<std::string> open{key};
        const auto meet = [&](const std::string& later) {
            if (found.insert(later).second) open.push_back(later);
        };
        while (!open.empty()) {
            const auto at = std::move(open.back());
            open.pop_back();
            if (const auto it = later_.find(at); it != later_.end())
                std::for_each(it->second.begin(), it->second.end(), meet);
            if (!others_.contains(at)) continue;
            for (const auto& [last, not_behind] : lasts_)
                if (!not_behind.contains(at)) meet(last);
        }
        return found;
    }

    void put_last(const std::string& key, Keys not_behind) { lasts_.emplace_back(key, std::move(not_behind)); }

private:
    Keys others_;
    std::map<std::string, std::vector<std::string>> later_;
    std::vector<std::pair<std::string, Keys>> lasts_;
};

}  // namespace

void StepGraph::put_last(const std::vector<std::string>& last, const std::vector<std::string>& others) {
    Waiting waiting(others);
    for (const auto& [key, draft] : drafts_)
        for (const auto& earlier : draft.after) waiting.add(key, earlier);
    for (const auto& [earlier, later] : before_) waiting.add(later, earlier);
    for (const auto& key : last) {
        auto behind = waiting.behind(key);
        for (const auto& other : others)
            if (!behind.contains(other)) after(key, other);
        waiting.put_last(key, std::move(behind));
    }
}

std::vector<std::string> StepGraph::keys() const {
    std::vector<std::string> keys;
    for (const auto& [key, draft] : drafts_) keys.push_back(key);
    return keys;
}

int StepGraph::wave_of(const std::string& key) {
    constexpr int under_way = -1;
    auto& draft = drafts_.at(key);
    if (draft.wave == under_way) return 0;  // a circle
    if (draft.wave == 0) {
        draft.wave = under_way;
        int wave = 1;
        for (const auto& earlier : draft.after) {
            if (drafts_.contains(earlier)) wave = std::max(wave, wave_of(earlier) + 1);
        }
        draft.wave = wave;
    }
    return draft.wave;
}

/// Whether `key` waits for `earlier`, itself or by way of others.
bool StepGraph::is_behind(const std::string& key, const std::string& earlier) const {
    std::set<std::string> met;
    std::vector<std::string> open{key};
    while (!open.empty()) {
        const auto at = std::move(open.back());
        open.pop_back();
        if (at == earlier) return true;
        const auto draft = drafts_.find(at);
        if (draft == drafts_.end()) continue;
        for (const auto& before : draft->second.after)
            if (met.insert(before).second) open.push_back(before);
    }
    return false;
}

std::vector<Step> StepGraph::take() {
    for (const auto& [earlier, later] : before_) {
        if (drafts_.contains(later)) after(later, earlier);
    }
    before_.clear();
    for (const auto& [key, earlier] : soft_)
        if (drafts_.contains(earlier) && !is_behind(earlier, key)) after(key, earlier);
    soft_.clear();
    std::vector<std::string> order;
    for (auto& [key, draft] : drafts_) {
        wave_of(key);
        order.push_back(key);
    }
    std::stable_sort(order.begin(), order.end(), [&](const auto& a, const auto& b) {
        const auto& x = drafts_.at(a);
        const auto& y = drafts_.at(b);
        return std::tie(x.wave, x.step.address, x.step.part, a) < std::tie(y.wave, y.step.address, y.step.part, b);
    });
    std::map<std::string, int> ids;
    for (const auto& key : order) ids.emplace(key, static_cast<int>(ids.size()) + 1);
    std::vector<Step> steps;
    for (const auto& key : order) {
        auto& draft = drafts_.at(key);
        draft.step.id = ids.at(key);
        draft.step.wave = draft.wave;
        for (const auto& earlier : draft.after) {
            if (const auto it = ids.find(earlier); it != ids.end()) draft.step.after.push_back(it->second);
        }
        auto& after = draft.step.after;
        std::sort(after.begin(), after.end());
        after.erase(std::unique(after.begin(), after.end()), after.end());
        steps.push_back(std::move(draft.step));
    }
    drafts_.clear();
    return steps;
}

}  // namespace regent::plan
