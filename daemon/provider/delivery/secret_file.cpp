#include "provider/delivery/secret_file.hpp"

#include "provider/delivery/private_file.hpp"

#include <fmt/format.h>
#include <grp.h>
#include <nlohmann/json.hpp>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <pwd.h>

#include <array>
#include <vector>

namespace regent::provider::delivery {
namespace {

using nlohmann::json;

constexpr std::string_view account_suffix = ".keyid", partial_suffix = ".new";

std::string hex(const unsigned char* bytes, std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += fmt::format("{:02x}", bytes[i]);
    return text;
}

std::string digest_of(const std::string& salt, std::string_view value) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    auto* context = EVP_MD_CTX_new();
    EVP_DigestInit_ex(context, EVP_sha256(), nullptr);
    EVP_DigestUpdate(context, salt.data(), salt.size());
    EVP_DigestUpdate(context, value.data(), value.size());
    EVP_DigestFinal_ex(context, digest.data(), &length);
    EVP_MD_CTX_free(context);
    return hex(digest.data(), length);
}

std::string new_salt() {
    std::array<unsigned char, 16> bytes{};
    RAND_bytes(bytes.data(), static_cast<int>(bytes.size()));
    return hex(bytes.data(), bytes.size());
}

std::string account_of(const Parcel& parcel) {
    const auto salt = new_salt();
    const json account{{"keyId", parcel.key_id},
                       {"application", parcel.application},
                       {"appId", parcel.app_id},
                       {"secret", parcel.secret},
                       {"endsAt", parcel.ends_at},
                       {"salt", salt},
                       {"digest", digest_of(salt, parcel.value.reveal())}};
    return account.dump(2) + "\n";
}

std::optional<Ownership> ownership_of(const model::Value& target, std::string& problem) {
    Ownership ownership;
    std::vector<char> room(16384);
    if (const auto name = member(target, "owner"); !name.empty()) {
        passwd entry{};
        passwd* found = nullptr;
        ::getpwnam_r(name.c_str(), &entry, room.data(), room.size(), &found);
        if (found == nullptr) {
            problem = fmt::format("there is no user {} on this machine", name);
            return std::nullopt;
        }
        ownership.user = static_cast<int>(entry.pw_uid);
    }
    if (const auto name = member(target, "group"); !name.empty()) {
        group entry{};
        group* found = nullptr;
        ::getgrnam_r(name.c_str(), &entry, room.data(), room.size(), &found);
        if (found == nullptr) {
            problem = fmt::format("there is no group {} on this machine", name);
            return std::nullopt;
        }
        ownership.group = static_cast<int>(entry.gr_gid);
        ownership.mode = 0640;
    }
    return ownership;
}

}  // namespace

Held look_at_file(const model::Value& target, const model::LocalDelivery& local) {
    const AllowedFolder folder(member(target, "path"), local.folders);
    if (!folder.is_open()) return unknown(folder.problem());
    std::string problem;
    auto value = read_small_file(folder.descriptor(), folder.name(), problem);
    const bool readable = problem.empty();
    if (readable && !value) return empty_handed();
    // A file that was given away to another owner cannot be read back; its account has to do.
    const model::Secret held(std::move(value).value_or(""));
    problem.clear();
    const auto account = read_small_file(folder.descriptor(), folder.name() + std::string(account_suffix), problem);
    if (!problem.empty())
        return unknown(fmt::format("{}{} cannot be read: {}", folder.name(), account_suffix, problem));
    const auto parsed = json::parse(account.value_or(""), nullptr, false);
    const auto text = [&](const char* name) {
        const auto it = parsed.is_object() ? parsed.find(name) : parsed.end();
        return parsed.is_object() && it != parsed.end() && it->is_string() ? it->get<std::string>() : std::string{};
    };
    if (text("keyId").empty()) return holding_something();
    if (readable && digest_of(text("salt"), held.reveal()) != text("digest")) return holding_something();
    return holding(text("keyId"));
}

Delivered write_file(const model::Value& target, const model::LocalDelivery& local, const Parcel& parcel) {
    const auto where = model::delivery_words(target);
    const auto failed = [&](const std::string& why, std::string help) {
        return tl::unexpected(not_delivered(ErrorKind::rejected, parcel, where, why, std::move(help)));
    };
    const AllowedFolder folder(member(target, "path"), local.folders);
    if (!folder.is_open())
        return failed(folder.problem(),
                      "folders are allowed by `spec.delivery.folders` of the machine's configuration");
    std::string problem;
    const auto ownership = ownership_of(target, problem);
    if (!ownership) return failed(problem, "make it, or name another in the manifest");
    const auto& name = folder.name();
    const auto account = name + std::string(account_suffix);
    const auto partial = "." + name + std::string(partial_suffix);
    constexpr const char* look = "look at the folder's permissions and at the disk";
    problem = write_new_file(folder.descriptor(), partial, parcel.value.reveal(), *ownership);
    if (problem.empty()) problem = remove_file(folder.descriptor(), account);
    if (problem.empty()) problem = rename_file(folder.descriptor(), partial, name);
    if (!problem.empty()) {
        (void)remove_file(folder.descriptor(), partial);
        return failed(problem, look);
    }
    auto open_to_all = *ownership;
    open_to_all.mode = ownership->mode == 0640 ? 0640 : 0600;
    const auto partial_account = "." + account + std::string(partial_suffix);
    problem = write_new_file(folder.descriptor(), partial_account, account_of(parcel), open_to_all);
    if (problem.empty()) problem = rename_file(folder.descriptor(), partial_account, account);
    if (!problem.empty()) return failed(problem, look);
    return {};
}

}  // namespace regent::provider::delivery
