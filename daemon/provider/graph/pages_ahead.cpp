#include "provider/graph/pages_ahead.hpp"

#include <nlohmann/json.hpp>

namespace regent::provider::graph {
namespace {

/// Reads the members of a page up to its objects. Every event but those it waits for goes on or, once it knows, stops.
class LinkFinder {
public:
    using Json = nlohmann::json;

    bool key(Json::string_t& name) {
        if (depth_ != 1) return true;
        at_link_ = name == "@odata.nextLink";
        return name != "value";
    }
    bool string(Json::string_t& text) {
        if (!at_link_ || depth_ != 1) return true;
        link_ = std::move(text);
        return false;
    }
    bool start_object(std::size_t) { return ++depth_ > 0; }
    bool end_object() { return --depth_ > 0; }
    bool start_array(std::size_t) { return depth_++ > 0; }
    bool end_array() { return --depth_ > 0; }
    bool null() { return true; }
    bool boolean(bool) { return true; }
    bool number_integer(Json::number_integer_t) { return true; }
    bool number_unsigned(Json::number_unsigned_t) { return true; }
    bool number_float(Json::number_float_t, const Json::string_t&) { return true; }
    bool binary(Json::binary_t&) { return false; }
    bool parse_error(std::size_t, const std::string&, const Json::exception&) { return false; }

    [[nodiscard]] std::string link() && { return std::move(link_); }

private:
    int depth_ = 0;
    bool at_link_ = false;
    std::string link_;
};

}  // namespace

PagesAhead::Page PagesAhead::take(const std::string& path) {
    if (!page_.valid() || path_ != path) return ask_(path);
    return page_.get();
}

void PagesAhead::ask_ahead(const std::string& path) {
    path_ = path;
    page_ = std::async(std::launch::async, ask_, path);
}

std::string next_link_ahead(std::string_view page) {
    LinkFinder finder;
    nlohmann::json::sax_parse(page, &finder);
    return std::move(finder).link();
}

}  // namespace regent::provider::graph
