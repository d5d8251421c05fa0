#include "plan/object_marks.hpp"

#include "model/attributes.hpp"
#include "model/marks.hpp"
#include "plan/canonical.hpp"
#include "plan/secret_consumers.hpp"

#include <algorithm>

namespace regent::plan {
namespace {

using model::List;
using model::Reference;
using model::Value;

class MarkPlanner {
public:
    explicit MarkPlanner(ObjectWork& work) : work_(work) {}

    void run() {
        work_.marks.whole = desired_marks(work_.item);
        for (const auto& mark : marks_of_drops()) std::erase(work_.marks.whole, Value(mark));
        if (work_.delivery.deliver) {
            const auto secret = work_.secret_reference();
            work_.marks.whole.emplace_back(Reference{secret.address, model::output::secret_key_id(secret_name(secret)),
                                                     std::string(model::mark::secret_key), ""});
        } else if (!work_.delivery.keep_key_id.empty()) {
            work_.marks.whole.emplace_back(std::string(model::mark::secret_key) + work_.delivery.keep_key_id);
            if (work_.item.observed != nullptr && is_in_doubt(*work_.item.observed))
                work_.marks.whole.emplace_back(std::string(model::mark::secret_in_doubt));
        }
        const auto picture = plan_picture_mark();
        for (const auto& later : work_.let_go)
            if (!later.mark.is_null()) work_.marks.whole.push_back(later.mark);
        work_.marks.whole = canonical_set(std::move(work_.marks.whole));
        for (const auto& mark : work_.marks.whole) {
            if (is_known(mark) && mark != picture) work_.marks.known.push_back(mark);
        }
        keep_marks_of_drops();
        List there(work_.observed_marks.begin(), work_.observed_marks.end());
        work_.marks.changed = work_.marks.known != canonical_set(std::move(there));
    }

private:
    /// The service does not say which picture it has, so a mark does. It is written after the picture: were a run to
    /// end between the two, the picture is sent once more. A picture that no manifest declares any more stays, and so
    /// does its mark. Answers with the mark that has to wait; null when none has.
    Value plan_picture_mark() {
        constexpr std::string_view prefix = "logo:";
        const auto it = std::find_if(work_.compared.begin(), work_.compared.end(),
                                     [](const auto& compared) { return compared.path() == model::path::logo; });
        const auto* digest = it == work_.compared.end() ? nullptr : it->resolved->value.find("sha256");
        if (digest == nullptr) {
            for (const auto& mark : work_.observed_marks)
                if (mark.rfind(prefix, 0) == 0) work_.marks.whole.emplace_back(mark);
            return {};
        }
        Value mark(std::string(prefix) + digest->text_or({}));
        work_.marks.whole.push_back(mark);
        return it->diff.changes.empty() ? Value{} : mark;
    }

    /// A contributed credential goes by a request of its own. Were its mark to go before it and the run to end between
    /// the two, nobody would know any more that it may go.
    void keep_marks_of_drops() {
        for (const auto& mark : marks_of_drops()) {
            work_.marks.known.emplace_back(mark);
            work_.marks.outlive = true;
        }
        work_.marks.known = canonical_set(std::move(work_.marks.known));
    }

    /// Observed marks of elements with requests of their own that go in this plan.
    std::vector<std::string> marks_of_drops() const {
        std::vector<std::string> marks;
        for (const auto& compared : work_.compared) {
            if (compared.is_core()) continue;
            for (const auto& change : compared.diff.changes) {
                auto mark = mark_of(compared, change);
                if (change.op == Change::Op::remove &&
                    std::find(work_.observed_marks.begin(), work_.observed_marks.end(), mark) !=
                        work_.observed_marks.end())
                    marks.push_back(std::move(mark));
            }
        }
        return marks;
    }

    static std::string mark_of(const Compared& compared, const Change& change) {
        if (compared.resolved->attribute->compare == model::Compare::named)
            return contribution_prefix(compared.path()) + change.element;
        return element_mark(*compared.resolved->attribute, change.before).text_or({});
    }

    ObjectWork& work_;
};

}  // namespace

void plan_marks(ObjectWork& work) {
    MarkPlanner(work).run();
}

}  // namespace regent::plan
