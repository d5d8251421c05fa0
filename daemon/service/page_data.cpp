#include "service/page_data.hpp"

#include "service/event_words.hpp"
#include "service/page_templates.hpp"

#include <stdexcept>
#include <utility>

namespace regent::service {

using kainjow::mustache::data;
using kainjow::mustache::mustache;
using kainjow::mustache::partial;

PageData& PageData::lines(const char* name, std::string_view value, std::size_t max_lines) {
    std::string all;
    std::size_t count = 0;
    while (!value.empty() && count < max_lines) {
        const auto end = std::min(value.find('\n'), value.size());
        all += shown(value.substr(0, end)) + "\n";
        value.remove_prefix(std::min(end + 1, value.size()));
        ++count;
    }
    if (!value.empty()) all += "…\n";
    return already_shown(name, std::move(all));
}

namespace {

PageData moment(controller::Time now, controller::Time time, std::string relative) {
    PageData part(now);
    part.already_shown("iso", utc_text(time));
    part.already_shown("utc", utc_words(time));
    part.already_shown("relative", std::move(relative));
    return part;
}

bool is_said(const std::optional<controller::Time>& time) {
    return time && time->time_since_epoch().count() != 0;
}

}  // namespace

PageData& PageData::time(const char* name, const std::optional<controller::Time>& value) {
    return is_said(value) ? part(name, moment(now_, *value, relative_words(*value, now_))) : nothing(name);
}

PageData& PageData::lasting(const char* name, const std::optional<controller::Time>& since) {
    return is_said(since) ? part(name, moment(now_, *since, duration_words(now_ - *since))) : nothing(name);
}

PageData& PageData::badge(const char* name, const Badge& badge) {
    PageData part(now_);
    part.already_shown("word", std::string(badge.word));
    part.already_shown("sign", std::string(badge.sign));
    part.already_shown("colour", std::string(badge.colour));
    return this->part(name, std::move(part));
}

PageData& PageData::list(const char* name, const std::vector<PageData>& rows) {
    kainjow::mustache::list list;
    list.reserve(rows.size());
    for (const auto& row : rows) list.push_back(row.data_);
    data_.set(name, Data(list));
    return *this;
}

std::string filled_page(std::string_view page_template, const PageData& page) {
    auto filled = page.filled();
    for (const auto& [name, text] : page_parts) {
        filled.set(std::string(name), data(partial([part = std::string(text)] { return part; })));
    }
    mustache made{std::string(page_template)};
    if (!made.is_valid()) throw std::logic_error("a template of the status page is wrong: " + made.error_message());
    auto text = made.render(filled);
    if (!made.is_valid()) throw std::logic_error("a template of the status page is wrong: " + made.error_message());
    return text;
}

}  // namespace regent::service
