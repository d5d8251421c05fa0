#pragma once

#include "controller/status.hpp"
#include "service/page_words.hpp"
#include "service/shown_text.hpp"

#include <kainjow/mustache.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace regent::service {

/// What a template is filled with.
///
/// Every name a template asks for is set, if only to say that there is nothing: mustache looks for a missing name in
/// the contexts around, and would find another row's. Texts are as shown() makes them; mustache escapes them.
class PageData {
public:
    explicit PageData(controller::Time now) : now_(now) {}

    /// Absent when empty.
    PageData& text(const char* name, std::string_view value, std::size_t max_bytes = max_sentence_bytes) {
        return already_shown(name, shown(value, max_bytes));
    }
    /// Made by us, or shown() already.
    PageData& already_shown(const char* name, std::string value) {
        data_.set(name, value.empty() ? Data(false) : Data(std::move(value)));
        return *this;
    }
    /// Several lines; each as shown() makes it.
    PageData& lines(const char* name, std::string_view value, std::size_t max_lines = 400);
    PageData& flag(const char* name, bool value) {
        data_.set(name, Data(value));
        return *this;
    }
    PageData& number(const char* name, std::size_t value) { return already_shown(name, std::to_string(value)); }
    /// iso, utc and relative; absent when there is none, or it is the beginning of time.
    PageData& time(const char* name, const std::optional<controller::Time>& value);
    /// As time(), but relative says how long it lasts: "12 min".
    PageData& lasting(const char* name, const std::optional<controller::Time>& since);
    PageData& badge(const char* name, const Badge& badge);
    PageData& part(const char* name, PageData part) {
        data_.set(name, std::move(part.data_));
        return *this;
    }
    PageData& nothing(const char* name) { return flag(name, false); }
    PageData& list(const char* name, const std::vector<PageData>& rows);
    /// And under `flag`, whether there are any.
    PageData& list(const char* name, const std::vector<PageData>& rows, const char* flag_name) {
        return flag(flag_name, !rows.empty()).list(name, rows);
    }

    [[nodiscard]] controller::Time now() const noexcept { return now_; }
    [[nodiscard]] const kainjow::mustache::data& filled() const noexcept { return data_; }

private:
    using Data = kainjow::mustache::data;

    controller::Time now_;
    Data data_;
};

/// The template `name` of page_templates.hpp, filled.
[[nodiscard]] std::string filled_page(std::string_view page_template, const PageData& data);

}  // namespace regent::service
