// A process that has hardly a descriptor left.
#pragma once

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstddef>
#include <vector>

namespace tfy::fakes {

/// So many are free while it lives.
class FewDescriptors {
public:
    explicit FewDescriptors(std::size_t free) {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        std::vector<int> lowest;  // that are free
        for (std::size_t i = 0; i <= free; ++i) lowest.push_back(::open("/", O_RDONLY | O_CLOEXEC));
        auto few = before_;
        few.rlim_cur = static_cast<rlim_t>(lowest.back());
        for (const int each : lowest) ::close(each);
        ::setrlimit(RLIMIT_NOFILE, &few);
    }
    ~FewDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
    FewDescriptors(const FewDescriptors&) = delete;
    FewDescriptors& operator=(const FewDescriptors&) = delete;

private:
    rlimit before_{};
};

}  // namespace tfy::fakes
