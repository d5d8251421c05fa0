#include "controller/condition_types.hpp"

#include "model/ascii.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace regent::controller {

std::span<const ConditionText> condition_texts() {
    static constexpr std::array texts = {
        ConditionText{"Ready", "whether the object is in the tenant as its manifest wants it",
                      "it is, or differs only in what its manifest leaves alone (`create-only`, `ignore`)",
                      "it is not; the reason and the message say why",
                      "work on it is under way, or nobody could look yet"},
        ConditionText{"Synced", "whether the last run left no difference between manifest and tenant", "there is none",
                      "there is one: it waits, was left alone, or could not be written", ""},
        ConditionText{"Reconciling", "whether something that was written is still on its way",
                      "the next runs look again by themselves", "the condition is not shown", ""},
        ConditionText{"Stalled", "whether regent can do nothing more by itself",
                      "a person has to act; the reason and the message say what is in the way",
                      "the condition is not shown", ""},
        ConditionText{"CredentialsValid",
                      "whether the declared secrets and certificates are in force; shown of applications that have any",
                      "they are; with the reason CredentialExpiring one of them ends soon, or is not renewed in time",
                      "one of them has ended, or no certificate among them is valid yet", ""},
    };
    return texts;
}

const ConditionText* find_condition(std::string_view name) {
    const auto texts = condition_texts();
    const auto found = std::find_if(texts.begin(), texts.end(), [&](const auto& text) {
        return model::lower_case(text.type) == model::lower_case(name);
    });
    return found == texts.end() ? nullptr : &*found;
}

std::string explain(const ConditionText& text) {
    auto shown = fmt::format("{}\n\nA condition of an object: {}.\n\n  True     {}\n  False    {}\n", text.type,
                             text.meaning, text.when_true, text.when_false);
    if (!text.when_unknown.empty()) shown += fmt::format("  Unknown  {}\n", text.when_unknown);
    return shown + fmt::format(
                       "\nSeen in `regent get` and `regent describe KIND/NAME`; `regent wait KIND/NAME --for {}` waits "
                       "for it.\nEach has a reason, which `regent explain` knows as well (`regent explain Drifted`).\n",
                       text.type);
}

}  // namespace regent::controller
