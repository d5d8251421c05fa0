#include "report/credential_lines.hpp"

#include "report/markdown_text.hpp"
#include "report/wording.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace regent::report {
namespace {

using Time = std::chrono::system_clock::time_point;

std::string day_of(Time time) {
    return fmt::format("{:%Y-%m-%d}", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

std::string moment_of(Time time) {
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

std::string fate_of_credential(const plan::CredentialFact& fact) {
    if (fact.leaves_at) return "stays beside the new one until " + moment_of(*fact.leaves_at);
    if (fact.renewed_at) return "renewed from " + day_of(*fact.renewed_at);
    return fact.declared ? "" : "not declared";
}

}  // namespace

std::vector<std::string> credential_columns(const plan::CredentialFact& fact) {
    return {fact.name.empty() ? fact.key_id : fact.name, std::string(words_of(fact.type)),
            "ends " + day_of(fact.ends_at), fate_of_credential(fact)};
}

std::vector<std::string> credential_lines(const plan::Plan& plan) {
    std::vector<std::vector<std::string>> rows;
    std::vector<std::size_t> widths;
    for (const auto& resource : plan.resources) {
        for (const auto& fact : resource.credentials) {
            std::vector<std::string> row{shown(resource.address)};
            for (auto& column : credential_columns(fact)) row.push_back(model::with_visible_controls(column));
            widths.resize(row.size());
            for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
            rows.push_back(std::move(row));
        }
    }
    std::vector<std::string> lines;
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) line += fmt::format("{:<{}}  ", row[i], widths[i]);
        line.erase(line.find_last_not_of(' ') + 1);
        lines.push_back(std::move(line));
    }
    return lines;
}

std::string credential_table(const plan::Plan& plan) {
    std::string rows;
    std::size_t count = 0;
    for (const auto& resource : plan.resources) {
        for (const auto& fact : resource.credentials) {
            const auto columns = credential_columns(fact);
            rows += fmt::format("| {} | {} | {} | {} | {} |\n", code_cell(model::to_string(resource.address)),
                                code_cell(columns[0]), columns[1], columns[2], columns[3]);
            ++count;
        }
    }
    if (count == 0) return "";
    return fmt::format(
        "\n<details><summary>{} credential{}, soonest end first</summary>\n\n"
        "| Application | Name | Kind | Ends | |\n|---|---|---|---|---|\n{}\n</details>\n",
        count, count == 1 ? "" : "s", rows);
}

nlohmann::ordered_json credentials_json(const plan::Plan& plan) {
    auto list = nlohmann::ordered_json::array();
    for (const auto& resource : plan.resources) {
        for (const auto& fact : resource.credentials) {
            nlohmann::ordered_json entry{{"address", model::to_string(resource.address)},
                                         {"name", fact.name},
                                         {"keyId", fact.key_id},
                                         {"type", to_string(fact.type)},
                                         {"declared", fact.declared},
                                         {"endsAt", moment_of(fact.ends_at)}};
            if (fact.renewed_at) entry["renewedAt"] = moment_of(*fact.renewed_at);
            if (fact.leaves_at) entry["leavesAt"] = moment_of(*fact.leaves_at);
            list.push_back(std::move(entry));
        }
    }
    return list;
}

}  // namespace regent::report
