#include "manifest/secret_stretches.hpp"

#include "manifest/below_client_secrets.hpp"
#include "manifest/source_lines.hpp"
#include "model/ascii.hpp"
#include "model/policy_keys.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

namespace regent::manifest {
namespace {

using std::string_view;

std::size_t trimmed_end(string_view line, std::size_t end) {
    while (end > 0 && is_blank(line[end - 1])) --end;
    return end;
}

/// Whether the line is a key with its value, or begins one.
bool has_key(string_view line) {
    auto at = content_of(line);
    if (at < line.size() && (line[at] == '{' || line[at] == '?')) return true;
    if (at < line.size() && (line[at] == '"' || line[at] == '\'')) {
        const auto end = closing_quote(line, at + 1, line[at]);
        return end && skip_blanks(line, *end + 1) < line.size() && line[skip_blanks(line, *end + 1)] == ':';
    }
    const auto colon = line.find(':', at);
    return colon != string_view::npos && (colon + 1 == line.size() || is_blank(line[colon + 1]));
}

constexpr string_view policy_parameter = "apimtemplateparameter.";

/// Whether a line names a header that says who calls, and some policy of the file sets it. Which of the file's policies
/// a value belongs to, its line does not say.
bool sets_a_key(string_view line) {
    const auto lower = model::lower_case(line);
    const auto at = lower.find(std::string(policy_parameter) + "name");
    if (at == std::string::npos) return false;
    const auto colon = line.find(':', at);
    if (colon == string_view::npos) return true;
    auto name = line.substr(colon + 1);
    const auto first = name.find_first_not_of(" \t\"'");
    // It stands in another line.
    if (first == string_view::npos || string_view("|>&!#").find(name[first]) != string_view::npos) return true;
    name = name.substr(first);
    return model::names_a_key(name.substr(0, name.find_first_of(" \t\"',}")));
}

/// `key` begins at `at`.
bool is_value_of_policy(string_view line, std::size_t at, string_view key) {
    return model::lower_case(key) == "value" && model::lower_case(line.substr(0, at)).ends_with(policy_parameter);
}

class Scanner {
public:
    using Doubt = SecretStretches::Doubt;
    /// `keys_in_policies`: somewhere in the file, a policy sets a header that says who calls.
    Scanner(std::map<std::size_t, std::vector<Stretch>>& found, Doubt doubt, bool keys_in_policies)
        : found_(found), doubt_(doubt), keys_in_policies_(keys_in_policies) {}

    void look_at(std::size_t number, string_view line) {
        number_ = number;
        line_ = line;
        const auto from = go_on();
        if (!from) return;
        note_section();
        hide_below_secrets(*from);
        scan(*from);
        merge();
    }

private:
    /// What began in an earlier line and may still hold a secret.
    struct Cover {
        enum class Kind { none, block, quoted, deeper, flow, colon, key_file };
        Kind kind = Kind::none;
        std::size_t indent = 0;  ///< of the key
        char quote = '"';
        bool is_new = false;  ///< nothing of the value was seen yet
    };

    /// What of the line belongs to a value that began before it; where the rest begins, nothing when there is none.
    std::optional<std::size_t> go_on() {
        const auto first = skip_blanks(line_, 0);
        switch (cover_.kind) {
            case Cover::Kind::none:
                return 0;
            case Cover::Kind::key_file:
                if (line_.find("-----END") != string_view::npos) cover_ = {};
                hide(first, line_.size());
                return std::nullopt;
            case Cover::Kind::quoted:
                if (const auto end = closing_quote(line_, 0, cover_.quote)) {
                    cover_ = {};
                    hide(first, *end);
                    return *end + 1;
                }
                hide(first, line_.size());
                return std::nullopt;
            case Cover::Kind::flow:
                return first == line_.size() ? std::nullopt : go_on_in_flow(first);
            case Cover::Kind::colon:
                if (first == line_.size()) return std::nullopt;
                cover_ = {};
                assigned_ = false;
                return line_[first] == ':' ? hide_value(first, skip_blanks(line_, first + 1), SecretName::yes) : 0;
            case Cover::Kind::block:
            case Cover::Kind::deeper:
                break;
        }
        if (first == line_.size()) return std::nullopt;
        const bool deeper = cover_.kind == Cover::Kind::block ? first > cover_.indent
                                                              : content_of(line_) > cover_.indent && !has_key(line_);
        // The first line of a value that somebody forgot to indent.
        const bool forgotten = std::exchange(cover_.is_new, false) && !has_key(line_);
        if (!deeper) cover_ = {};
        if (!deeper && !forgotten) return 0;
        hide(cover_.kind == Cover::Kind::block ? first : content_of(line_), line_.size());
        return std::nullopt;
    }

    /// Between brackets a value goes on, however its lines are indented, up to a comma or the bracket.
    std::optional<std::size_t> go_on_in_flow(std::size_t first) {
        const bool begins = std::exchange(cover_.is_new, false);
        if (begins && (line_[first] == '"' || line_[first] == '\'')) {
            cover_ = {};
            return hide_quoted(first, SecretName::yes);
        }
        const auto end = std::min(line_.find_first_of(",]}", first), line_.size());
        if (line_[first] == '{' || line_.substr(0, end).find(": ") != string_view::npos) {
            cover_ = {};
            return 0;
        }
        hide(first, end);
        if (end == line_.size()) return std::nullopt;
        cover_ = {};
        return end;
    }

    void hide_below_secrets(std::size_t from) {
        const auto at = std::max(content_of(line_), from);
        if (!secrets_ || at == line_.size()) return;
        if (!behind_section_ && content_of(line_) <= *secrets_) return;
        if (unknown_ && content_of(line_) <= *unknown_) unknown_.reset();
        const PlaceBelow place{std::max(at, behind_section_.value_or(at)), behind_section_.has_value(),
                               delivery_.has_value(), unknown_.has_value()};
        const auto hidden = hide_below_client_secrets(line_, place);
        for (const auto& one : hidden.stretches) hide(one.first, one.end());
        if (!unknown_) unknown_ = hidden.column;
        const auto column = content_of(line_);
        if (hidden.rest == HiddenBelow::Rest::block) cover_ = {Cover::Kind::block, column, '"', true};
        if (hidden.rest == HiddenBelow::Rest::quoted) cover_ = {Cover::Kind::quoted, 0, hidden.quote};
    }

    /// Addresses of webhooks belong to no manifest: below `notifications` every address is one. Nor do values of
    /// secrets: below `clientSecrets` that is what a `value` is, while Microsoft's own manifests have it for names of
    /// roles.
    void note_section() {
        const auto at = content_of(line_);
        if (at == line_.size()) return;
        const auto indent = skip_blanks(line_, 0);
        behind_section_.reset();
        for (auto* section : {&notifications_, &secrets_}) {
            if (*section && indent <= **section && line_[indent] != '-') section->reset();
        }
        if (delivery_ && at <= *delivery_) delivery_.reset();
        if (behind_name("notifications")) notifications_ = at;
        if (behind_name("deliverTo")) delivery_ = at;
        for (const auto name : {"clientSecrets", "passwordCredentials", "secrets", "passwords"}) {
            const auto behind = behind_name(name);
            if (!behind) continue;
            secrets_ = at;
            behind_section_ = behind;
            unknown_.reset();
        }
    }

    /// Behind the colon of the section's name; nothing where the line has none.
    [[nodiscard]] std::optional<std::size_t> behind_name(string_view name) const {
        const auto key = line_.find(name);
        if (key == string_view::npos || (key > 0 && is_name_character(line_[key - 1]))) return std::nullopt;
        const auto behind = line_.find_first_not_of(" \t\"'", key + name.size());
        if (behind == string_view::npos || line_[behind] != ':') return std::nullopt;
        return behind + 1;
    }

    void scan(std::size_t from) {
        // A bracket that somebody forgot, or wrote into a text, ends at the next key of the document.
        if (from == 0 && !line_.empty() && is_name_character(line_.front())) depth_ = 0;
        char quote = 0;
        for (auto at = from; at < line_.size();) {
            const char c = line_[at];
            if (quote != 0 ? c == quote : c == '"' || (c == '\'' && (at == 0 || !is_name_character(line_[at - 1]))))
                quote = quote != 0 ? '\0' : c;
            if (quote == 0 && (c == '{' || c == '[')) ++depth_;
            if (quote == 0 && (c == '}' || c == ']') && depth_ > 0) --depth_;
            const bool begins = is_name_character(c) && (at == 0 || !is_name_character(line_[at - 1]));
            at = begins ? word(at) : at + 1;
        }
        if (const auto key = line_.find("PRIVATE KEY-----"); key != string_view::npos) {
            if (line_.find("-----END") == string_view::npos) cover_ = {Cover::Kind::key_file, 0, '"'};
            hide(key + 16, line_.size());
        }
    }

    /// A word that is, or may be, a key. Returns where to go on.
    std::size_t word(std::size_t at) {
        if (const auto secret = shape_at(line_, at)) {
            hide(secret->first, secret->end());
            return secret->end();
        }
        if (notifications_) {
            if (const auto path = behind_host(line_, at)) {
                hide(path->first, path->end());
                return path->end();
            }
        }
        auto end = at;
        while (end < line_.size() && is_name_character(line_[end])) ++end;
        auto name = secret_name(line_.substr(at, end - at));
        if (name == SecretName::perhaps && secrets_ && line_.substr(at, end - at) == "value") name = SecretName::yes;
        if (is_value_of_policy(line_, at, line_.substr(at, end - at))) {
            if (model::is_put_together(line_.substr(end))) return end;
            if (keys_in_policies_) name = SecretName::yes;
        }
        if (name == SecretName::perhaps && doubt_ == Doubt::shown) return end;
        if (name == SecretName::no) return end;
        const auto value = value_behind(at, end);
        if (value) return hide_value(at, *value, name);
        // `? key`, or `"key"` between brackets: the colon begins the next line.
        const bool ends_line = trimmed_end(line_, line_.size()) <= end + 1;
        if (ends_line && name == SecretName::yes && (depth_ > 0 || line_[content_of(line_)] == '?')) {
            cover_ = {Cover::Kind::colon, 0, '"'};
            return end;
        }
        // `password abc`: the colon was forgotten.
        if (name == SecretName::yes && at == content_of(line_) && !has_key(line_))
            hide(skip_blanks(line_, end), line_.size());
        return end;
    }

    /// Where the value of a key begins that ends at `end`.
    std::optional<std::size_t> value_behind(std::size_t at, std::size_t end) {
        const bool closes = end < line_.size() && (line_[end] == '"' || line_[end] == '\'');
        const bool quoted = closes && at > 0 &&
                            (line_[end] == line_[at - 1] || is_value_of_policy(line_, at, line_.substr(at, end - at)));
        auto separator = skip_blanks(line_, quoted ? end + 1 : end);
        if (separator == line_.size()) return std::nullopt;
        assigned_ = line_[separator] == '=';
        if (line_[separator] != ':' && !assigned_) return std::nullopt;
        // `password:abc` is a mistake of a person, `urn:token:abc` is none.
        const bool close = separator + 1 < line_.size() && !is_blank(line_[separator + 1]);
        const bool leads = at == content_of(line_) || quoted || line_[at - 1] == '{' || line_[at - 1] == ',' ||
                           is_blank(line_[at - 1]);
        if (!assigned_ && close && !leads) return std::nullopt;
        return skip_blanks(line_, separator + 1);
    }

    std::size_t hide_value(std::size_t key, std::size_t at, SecretName name) {
        const auto column = content_of(line_) < key ? content_of(line_) : key;
        const auto rest = line_.substr(at);
        if (rest.empty() || rest.front() == '#') {
            const auto kind = depth_ > 0 ? Cover::Kind::flow : Cover::Kind::deeper;
            if (name == SecretName::yes && !assigned_) cover_ = {kind, column, '"', true};
            return at;
        }
        if (!assigned_ && (rest.front() == '|' || rest.front() == '>')) {
            cover_ = {Cover::Kind::block, column, '"', true};
            return line_.size();
        }
        if (rest.front() == '{') {
            if (name == SecretName::yes && rest.find(':') == string_view::npos) hide(at + 1, line_.size());
            return at;
        }
        if (rest.front() == '[') return hide_list(at, column);
        if (rest.front() == '"' || rest.front() == '\'') return hide_quoted(at, name);
        const auto end = plain_end(at);
        const auto value = line_.substr(at, end - at);
        if (says_nothing(value) || (name == SecretName::perhaps && !looks_random(value))) return at;
        hide(at, end);
        if (depth_ == 0 && !assigned_) cover_ = {Cover::Kind::deeper, column, '"'};
        if (depth_ > 0 && !assigned_ && end == trimmed_end(line_, line_.size()))
            cover_ = {Cover::Kind::flow, column, '"'};
        return end;
    }

    std::size_t hide_quoted(std::size_t at, SecretName name) {
        const char quote = line_[at];
        const auto end = closing_quote(line_, at + 1, quote);
        const auto value = line_.substr(at + 1, end.value_or(line_.size()) - at - 1);
        if (end && name == SecretName::yes) hide_behind_quote(*end + 1);
        if (end && (says_nothing(value) || (name == SecretName::perhaps && !looks_random(value)))) return *end + 1;
        if (!end) cover_ = {Cover::Kind::quoted, 0, quote};
        hide(at + 1, end.value_or(line_.size()));
        if (!end) return line_.size();
        return *end + 1;
    }

    /// `'a' rest`: a quote that came too early.
    void hide_behind_quote(std::size_t at) {
        const auto rest = skip_blanks(line_, at);
        constexpr string_view usual = ",]}#:";
        if (rest < line_.size() && usual.find(line_[rest]) == string_view::npos) hide(rest, line_.size());
    }

    /// A list of values; one of mappings has keys of its own.
    std::size_t hide_list(std::size_t at, std::size_t column) {
        const auto end = std::min(line_.find(']', at), line_.size());
        const auto content = line_.substr(at + 1, end - at - 1);
        if (content.find('{') != string_view::npos || content.find(": ") != string_view::npos) return at;
        if (end == line_.size()) cover_ = {Cover::Kind::deeper, column, '"'};
        const auto first = skip_blanks(line_, at + 1);
        if (!says_nothing(line_.substr(first, end - first))) hide(first, end);
        if (end < line_.size()) ++depth_;  // which its bracket, seen next, takes back
        return end;
    }

    [[nodiscard]] std::size_t plain_end(std::size_t at) const {
        if (assigned_) return std::min(line_.find_first_of(" \t&\"'`,;)]}", at), line_.size());
        if (depth_ > 0) return trimmed_end(line_, std::min(line_.find_first_of(",]}", at), line_.size()));
        return trimmed_end(line_, std::min(line_.find(" #", at), line_.size()));
    }

    void hide(std::size_t from, std::size_t to) {
        to = trimmed_end(line_, to);
        if (to > from) found_[number_].push_back({from, to - from});
    }

    void merge() {
        const auto here = found_.find(number_);
        if (here == found_.end()) return;
        auto& all = here->second;
        std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
        std::vector<Stretch> merged;
        for (const auto& one : all) {
            if (!merged.empty() && one.first <= merged.back().end()) {
                merged.back().bytes = std::max(merged.back().end(), one.end()) - merged.back().first;
            } else {
                merged.push_back(one);
            }
        }
        all = std::move(merged);
    }

    std::map<std::size_t, std::vector<Stretch>>& found_;
    const Doubt doubt_;
    const bool keys_in_policies_;
    std::size_t number_ = 0;
    string_view line_;
    Cover cover_;
    std::size_t depth_ = 0;                     ///< of brackets
    bool assigned_ = false;                     ///< the last key was followed by `=`
    std::optional<std::size_t> notifications_;  ///< the column of the section that the line is in
    std::optional<std::size_t> secrets_, delivery_;
    std::optional<std::size_t> behind_section_;  ///< where the line says `clientSecrets:`
    std::optional<std::size_t> unknown_;         ///< the column of a key below it that is none of ours
};

void replace_all(std::string& text, string_view what) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + secret_mask.size()))
        text.replace(at, what.size(), secret_mask);
}

/// The stretch as a sentence could quote it: whole, or one text of a list. What is short may be a word that the
/// sentence needs.
void add_values(string_view stretch, std::set<std::string>& values) {
    constexpr std::size_t shortest = 6;
    if (stretch.size() >= shortest) values.emplace(stretch);
    for (std::size_t from = 0; from < stretch.size();) {
        const auto end = std::min(stretch.find(',', from), stretch.size());
        auto value = stretch.substr(from, end - from);
        from = end + 1;
        constexpr string_view around = " \t\"'${}";
        const auto first = value.find_first_not_of(around);
        if (first == string_view::npos) continue;
        value = value.substr(first, value.find_last_not_of(around) + 1 - first);
        if (value.size() >= shortest) values.emplace(value);
    }
}

/// Values that a sentence about these lines could quote.
std::set<std::string> secrets_near(const model::Span& span, const std::vector<SourceText>& sources,
                                   const HiddenSecrets& hidden) {
    std::set<std::string> secrets;
    const auto source =
        std::find_if(sources.begin(), sources.end(), [&](const auto& text) { return text.file == span.file.str(); });
    if (source == sources.end() || !span.known()) return secrets;
    const SourceLines lines(source->text);
    const auto& stretches = hidden.of(source->file);
    for (auto number = span.line; number <= std::max(span.end_line, span.line); ++number) {
        for (const auto& stretch : stretches.in_line(number))
            add_values(lines.line(number).substr(stretch.first, stretch.bytes), secrets);
    }
    return secrets;
}

void hide_in(std::string& text, const std::set<std::string>& secrets) {
    for (const auto& secret : secrets) replace_all(text, secret);
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (at > 0 && is_name_character(text[at - 1])) continue;
        if (const auto shape = shape_at(text, at)) text.replace(shape->first, shape->bytes, secret_mask);
    }
}

}  // namespace

SecretStretches::SecretStretches(std::string_view text, Doubt doubt) {
    const SourceLines lines(text);
    bool keys_in_policies = false;
    for (std::size_t number = 1; number <= lines.count() && !keys_in_policies; ++number)
        keys_in_policies = sets_a_key(lines.line(number));
    Scanner scanner(lines_, doubt, keys_in_policies);
    for (std::size_t number = 1; number <= lines.count(); ++number) scanner.look_at(number, lines.line(number));
}

const std::vector<Stretch>& SecretStretches::in_line(std::size_t number) const {
    static const std::vector<Stretch> none;
    const auto found = lines_.find(number);
    return found == lines_.end() ? none : found->second;
}

const SecretStretches& HiddenSecrets::of(const std::string& file) const {
    const auto known = looked_through_.find(file);
    if (known != looked_through_.end()) return known->second;
    const auto source =
        std::find_if(sources_.begin(), sources_.end(), [&](const auto& text) { return text.file == file; });
    const auto text = source == sources_.end() ? std::string_view{} : std::string_view(source->text);
    return looked_through_.emplace(file, SecretStretches(text)).first->second;
}

MaskedLine::MaskedLine(std::string_view line, const std::vector<Stretch>& secrets) : stretches(secrets) {
    std::size_t done = 0;
    for (const auto& secret : secrets) {
        text += line.substr(done, secret.first - done);
        text += secret_mask;
        done = secret.end();
    }
    text += line.substr(std::min(done, line.size()));
}

std::size_t MaskedLine::offset_of(std::size_t byte) const {
    auto offset = byte;
    for (const auto& secret : stretches) {
        if (byte <= secret.first) break;
        const auto inside = std::min(byte, secret.end()) - secret.first;
        offset -= inside;
        offset += secret_mask.size();
    }
    return offset;
}

std::string without_secrets(std::string_view document) {
    const SourceLines lines(document);
    const SecretStretches hidden(document, SecretStretches::Doubt::shown);
    std::string shown;
    for (std::size_t number = 1; number <= lines.count(); ++number) {
        shown += MaskedLine(lines.line(number), hidden.in_line(number)).text;
        if (number < lines.count()) shown += '\n';
    }
    if (document.ends_with('\n') && !shown.ends_with('\n')) shown += '\n';
    return shown;
}

void hide_secrets(model::Diagnostics& diagnostics, const std::vector<SourceText>& sources) {
    const HiddenSecrets hidden(sources);
    for (auto& diagnostic : diagnostics) {
        auto secrets = secrets_near(diagnostic.span, sources, hidden);
        // What it advises to write is the line in another spelling.
        if (diagnostic.code == "RG0104" && !secrets.empty())
            diagnostic.help = "write a colon and a blank behind the key: `key: value`";
        for (const auto& label : diagnostic.secondary) secrets.merge(secrets_near(label.span, sources, hidden));
        hide_in(diagnostic.message, secrets);
        hide_in(diagnostic.label, secrets);
        hide_in(diagnostic.help, secrets);
        for (auto& note : diagnostic.notes) hide_in(note, secrets);
        for (auto& label : diagnostic.secondary) hide_in(label.text, secrets);
    }
}

}  // namespace regent::manifest
