#pragma once

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <functional>
#include <thread>
#include <vector>

namespace regent::tests {

/// Does `work` as another user of this machine; only root can. False, and nothing done, when this is refused.
///
/// It happens on a thread of its own: to Linux an identity belongs to a thread, and only the C library gives it to all
/// of a process (credentials(7), nptl(7)), which these system calls go around. A forked child would be no safer: beside
/// the threads of a server it may hold for ever a lock that one of them had when it was made (fork(2)).
inline bool as_user(uid_t uid, gid_t gid, const std::vector<gid_t>& groups, const std::function<void()>& work) {
    bool changed = false;
    std::thread([&] {
        changed = ::syscall(SYS_setgroups, groups.size(), groups.data()) == 0 &&
                  ::syscall(SYS_setresgid, gid, gid, gid) == 0 && ::syscall(SYS_setresuid, uid, uid, uid) == 0;
        if (changed) work();
    }).join();
    // A change of identity makes the process one that nobody may look into; a leak checker has to.
    ::prctl(PR_SET_DUMPABLE, 1);
    return changed;
}

}  // namespace regent::tests
