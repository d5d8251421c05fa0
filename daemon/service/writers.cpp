#include "service/writers.hpp"

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <vector>

namespace regent::service {
namespace {

constexpr std::size_t entry_bytes = std::size_t{16} * 1024;

struct Account {
    std::string name;
    gid_t group = 0;
};

std::optional<Account> account_of(uid_t uid) {
    std::vector<char> buffer(entry_bytes);
    passwd entry{};
    passwd* found = nullptr;
    if (::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) return std::nullopt;
    return Account{found->pw_name, found->pw_gid};
}

std::optional<gid_t> group_of(const std::string& name) {
    std::vector<char> buffer(entry_bytes);
    group entry{};
    group* found = nullptr;
    if (::getgrnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
        return std::nullopt;
    return found->gr_gid;
}

std::vector<gid_t> groups_of(const Account& account) {
    int count = 64;
    std::vector<gid_t> groups(static_cast<std::size_t>(count));
    if (::getgrouplist(account.name.c_str(), account.group, groups.data(), &count) < 0) {
        groups.resize(static_cast<std::size_t>(count));
        if (::getgrouplist(account.name.c_str(), account.group, groups.data(), &count) < 0) return {};
    }
    groups.resize(static_cast<std::size_t>(count));
    return groups;
}

bool holds(const std::vector<gid_t>& groups, gid_t group) {
    return std::find(groups.begin(), groups.end(), group) != groups.end();
}

}  // namespace

bool may_write(const Peer& peer, const std::string& group) {
    if (peer.uid == 0 || peer.uid == ::geteuid()) return true;
    const auto wanted = group.empty() ? std::nullopt : group_of(group);
    if (!wanted) return false;
    if (peer.gid == *wanted || holds(peer.groups, *wanted)) return true;
    const auto account = account_of(peer.uid);
    return account && holds(groups_of(*account), *wanted);
}

std::string name_of(const Peer& peer) {
    const auto account = account_of(peer.uid);
    return account ? fmt::format("{} (uid {})", account->name, peer.uid) : fmt::format("uid {}", peer.uid);
}

}  // namespace regent::service
