#include "model/policy_keys.hpp"
#include "model/value.hpp"
#include "plan/planner.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <memory>
#include <string_view>

namespace regent::plan {
namespace {

/// Part of the hash: a plan approved under other rules must not pass for one of these.
constexpr int plan_format = 2;

/// SHA-256 of a text that is never there as a whole: of a tenant of 10,000 applications it is 50 MB long.
class Digest {
public:
    Digest() { EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr); }

    void add(std::string_view text) { EVP_DigestUpdate(context_.get(), text.data(), text.size()); }

    [[nodiscard]] std::string hex() {
        std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
        unsigned int length = 0;
        EVP_DigestFinal_ex(context_.get(), digest.data(), &length);
        std::string text;
        for (unsigned int i = 0; i < length; ++i) text += fmt::format("{:02x}", digest[i]);
        return text;
    }

private:
    struct Free {
        void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
    };
    std::unique_ptr<EVP_MD_CTX, Free> context_{EVP_MD_CTX_new()};
};

/// Texts behind their lengths, so that no two different things are written alike.
void write(std::string_view text, std::string& into) {
    into.append(fmt::format_int(text.size()).c_str()).append(1, ':').append(text);
}

/// References as their text: two plans that wait for different things differ.
void write_value(const model::Value& value, std::string& into) {
    if (const auto* reference = value.as_reference()) {
        into += 'r';
        write(to_text(value), into);
        write(reference->output, into);
    } else if (const auto* text = value.as_string()) {
        write(*text, into);
    } else if (const auto* number = value.as_integer()) {
        fmt::format_to(std::back_inserter(into), "i{};", *number);
    } else if (const auto* flag = value.as_bool()) {
        into += *flag ? '+' : '-';
    } else if (const auto* list = value.as_list()) {
        into += '[';
        for (const auto& element : *list) write_value(element, into);
        into += ']';
    } else if (const auto* map = value.as_map()) {
        into += '{';
        for (const auto& [name, member] : *map) {
            write(name, into);
            write_value(member, into);
        }
        into += '}';
    } else {
        into += '0';
    }
}

/// In an order of their own: a service lists the members of a set in any order it likes.
void write_sorted(std::vector<std::string> texts, std::string& into) {
    std::sort(texts.begin(), texts.end());
    into += '<';
    for (const auto& text : texts) write(text, into);
    into += '>';
}

void write_set(const model::Value& value, std::string& into) {
    const auto* list = value.as_list();
    if (list == nullptr) return write_value(value, into);
    std::vector<std::string> elements(list->size());
    for (std::size_t i = 0; i < list->size(); ++i) write_value((*list)[i], elements[i]);
    write_sorted(std::move(elements), into);
}

std::string written(const DesiredResource& resource) {
    std::string text;
    write(to_string(resource.address), text);
    const auto& management = resource.management;
    fmt::format_to(std::back_inserter(text), "{}{}", static_cast<int>(management.policy),
                   management.remove_undeclared_credentials ? '+' : '-');
    write(management.adopt, text);
    for (const auto& [path, attribute] : resource.attributes) {
        write(path, text);
        write_value(attribute.value, text);
        text += attribute.exclusive ? '[' : '(';
        for (const auto& element : attribute.elements) {
            write(element.name, text);
            write_value(element.value, text);
            text += element.contributor ? '+' : '-';
        }
        text += ']';
    }
    return text;
}

std::string written(const model::ObservedResource& resource) {
    std::string text;
    write(to_string(resource.address), text);
    write(resource.id, text);
    text += resource.deleted ? '+' : '-';
    for (const auto& [path, value] : resource.attributes) {
        write(path, text);
        // Whoever is shown the id could try keys otherwise that only the tenant has.
        write_set(model::without_keys(path, value), text);
    }
    text += ';';
    for (const auto& [name, value] : resource.outputs) {
        write(name, text);
        write(value, text);
    }
    std::vector<std::string> keys;
    for (const auto& secret : resource.secrets) keys.push_back(secret.key_id);
    write_sorted(std::move(keys), text);
    return text;
}

std::string written(const model::ObservedDelivery& delivery) {
    std::string text;
    write(delivery.secret, text);
    write(delivery.target, text);
    text += std::to_string(static_cast<int>(delivery.state));
    write(delivery.key_id, text);
    return text;
}

std::string written(const Step& step) {
    std::string text;
    for (const auto& word : {std::string(to_string(step.work)), to_string(step.address), step.part, step.key_id})
        write(word, text);
    for (const auto& path : step.changed) write(path, text);
    return text;
}

}  // namespace

std::string plan_id(const DesiredGraph& desired, const model::Snapshot& observed, const Plan& plan) {
    Digest digest;
    const auto add = [&digest](std::string_view what, std::string_view text) {
        std::string line(what);
        write(text, line);
        digest.add(line);
    };
    digest.add(fmt::format("plan {}", plan_format));
    for (const auto& word : {plan.environment, plan.owner, plan.tenant_id}) add("of", word);
    for (const auto& [address, resource] : desired.resources) add("desired", written(resource));
    for (const auto& [address, resource] : observed.resources) add("observed", written(resource));
    std::vector<std::string> orphans;
    for (const auto& orphan : observed.orphans) orphans.push_back(written(orphan));
    std::sort(orphans.begin(), orphans.end());
    for (const auto& orphan : orphans) add("orphan", orphan);
    for (const auto& [address, deliveries] : observed.deliveries) {
        std::vector<std::string> texts;
        for (const auto& delivery : deliveries) texts.push_back(written(delivery));
        std::string all;
        write(to_string(address), all);
        write_sorted(std::move(texts), all);
        add("deliveries", all);
    }
    for (const auto& step : plan.steps) add("step", written(step));
    return digest.hex();
}

}  // namespace regent::plan
