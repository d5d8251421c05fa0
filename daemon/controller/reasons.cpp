#include "controller/reasons.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace regent::controller {
namespace {

/// Every line behind two blanks.
std::string indented(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const auto line = text.substr(0, text.find('\n'));
        out += fmt::format("  {}\n", line);
        text.remove_prefix(std::min(text.size(), line.size() + 1));
    }
    return out;
}

}  // namespace

std::span<const ReasonText> reason_texts() {
    static constexpr std::array texts = {
        ReasonText{ConditionReason::in_sync, "True", "The tenant holds what the manifest says.",
                   "Looks again with every run.", "Nothing."},
        ReasonText{ConditionReason::applied, "True",
                   "The last run created or changed the object, and saw afterwards that it is\nas it should be.",
                   "Looks again with every run; from the next one on the reason is InSync.", "Nothing."},
        ReasonText{ConditionReason::drift_corrected, "True",
                   "Somebody changed the object outside regent, and it was put back.",
                   "Looks again with every run, and puts it back again if need be.",
                   "Find out who it was: `regent history KIND/NAME` shows what was changed.\nWas it right? "
                   "Then it belongs into the manifest."},
        ReasonText{
            ConditionReason::progressing, "Unknown", "Work on the object is under way.",
            "Finishes it. A managed identity of a connector can take minutes.",
            "Wait: `regent wait KIND/NAME --for Ready`. When it lasts,\n`regent status` shows what the run waits "
            "for."},
        ReasonText{
            ConditionReason::waiting_for_reference, "False",
            "A field needs a value that another object has not yielded yet: the redirect\naddress of a connector, "
            "say. Or Power Apps does not show what was made, or\nhas not taken over what was saved. Everything else "
            "was "
            "carried out.",
            "Looks again within seconds, later within minutes, and goes on as soon as it is\nthere.",
            "Nothing, for some minutes. Look at the other one then: `regent describe\nKIND/NAME` names it."},
        ReasonText{
            ConditionReason::drifted, "False",
            "The tenant differs from the manifest, and regent may only look: `policy:\nobserve` or `mode: plan`.",
            "Looks again with every run and shows the difference. Changes nothing.",
            "Either change the manifest to what is live, or let regent change the tenant:\n`policy: full`, `mode: "
            "apply`, or `regent apply`."},
        ReasonText{ConditionReason::paused, "unchanged",
                   "Somebody asked regent to keep its hands off: in the manifest, by a freeze\nwindow, or with `regent "
                   "pause`.",
                   "Looks, and changes nothing. Goes on by itself when the time is over.",
                   "`regent resume KIND/NAME` ends a pause before its time."},
        ReasonText{
            ConditionReason::invalid_manifest, "False",
            "The newest commit has errors. The last one without stays in force, so the\nobject is as that one says.",
            "Tries again with the next commit.", "`regent validate` in the repository shows the lines. Mend, push."},
        ReasonText{
            ConditionReason::permission_denied, "False",
            "The service refused: 401 or 403. The application that regent signs in with may\nnot do this, or not any "
            "more.",
            "Tries again, ever more seldom.",
            "The message names the permission. An administrator grants it in the portal:\nApp registrations, API "
            "permissions, Grant admin consent. Of a vault it is a\nrole on the vault. Then `regent reconcile "
            "KIND/NAME`."},
        ReasonText{
            ConditionReason::throttled, "unchanged", "The service asked to wait: too many requests (429).",
            "Waits as long as it was told to and goes on.",
            "Nothing. When it is often so: a longer interval, or fewer other tools that\nuse the same application."},
        ReasonText{
            ConditionReason::service_error, "False",
            "The service failed (5xx), or could not be reached, also when asked again. Or\nsomething of this machine "
            "did: regent's database could not be written, a\ncommand refused a secret; the message says which.",
            "Tries again, after longer and longer pauses.",
            "When it lasts: Microsoft's service health page, or the network of this\nmachine. The request id in "
            "`regent describe` is what their support asks for."},
        ReasonText{
            ConditionReason::rejected, "False",
            "The service understood the change and refuses it: a value that it does not\ntake, a limit, a quota. "
            "It would say the same again.",
            "Tries again every quarter of an hour, and at once with a commit that changes\nthe object or with "
            "`regent reconcile KIND/NAME`. All other objects go on.",
            "The message has the service's words. Mend the manifest and push; of a quota,\nremove what nobody "
            "needs or have it raised."},
        ReasonText{
            ConditionReason::conflict, "False",
            "Another object has the name, or something changes the object back again and\nagain: two tools manage "
            "it.",
            "Looks again with every run. Stops writing for a while when its writes do\nnot last.",
            "Let one of the two go: rename, `policy: observe`, or stop the other tool.\n`regent history KIND/NAME` "
            "shows what goes back and forth."},
        ReasonText{
            ConditionReason::guard_refused, "False",
            "A guard refused the plan as a whole: too many deletions, a protected object,\nno manifests at all, or an "
            "approval is missing. Or it held back one change of\nthis object, which stands in a plan under \"Cannot be "
            "done\".",
            "Changes nothing of that until somebody decides. The next commit is planned\nanew.",
            "Of the whole plan: read it first, `regent status`. Meant? `regent approve\nPLAN`. Not meant? Mend the "
            "manifests. Of one change: the message says what is\nkept, and `regent plan` what to write so that it is "
            "done."},
        ReasonText{
            ConditionReason::create_outcome_unknown, "False",
            "The answer to a creation was lost, and the tenant does not show clearly\nwhether the object exists.",
            "Does not create it again: there would be two.",
            "Look in the portal for what the message names. It is there: adopt or delete\nit. It is not: `regent "
            "reconcile KIND/NAME --create-again`."},
        ReasonText{ConditionReason::credential_expiring, "True",
                   "A secret or certificate ends soon, and no new one took its place: rotation\nfailed, is switched "
                   "off, who is "
                   "to have it refuses it, or the credential is\nnot regent's.",
                   "Tries again with each run where the credential is its own.",
                   "`regent describe Application/NAME` shows which one. Declare it in the\nmanifest, or replace it by "
                   "hand; best is to need none (a managed identity)."},
        ReasonText{ConditionReason::credential_ended, "True",
                   "A declared secret or certificate has ended: nobody signs in with it any more.",
                   "Issues a secret anew where the manifest says who is to have it, and they take\nit. A certificate "
                   "it cannot make.",
                   "`regent describe Application/NAME` shows which one. Of a certificate: put a\nnew one in the file "
                   "that the manifest names, or take it out of the manifest."},
        ReasonText{ConditionReason::credential_not_begun, "True",
                   "No certificate that the manifest declares is valid yet: until the day in the\nmessage nobody signs "
                   "in with one.",
                   "Nothing: it is as the manifest says.",
                   "Declare the one that was valid so far beside it until that day, under a name\nof its own. If "
                   "nobody signs in before, wait."},
    };
    return texts;
}

const ReasonText* find_reason(std::string_view name) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    const auto same = [&](char a, char b) { return lower(a) == lower(b); };
    for (const auto& text : reason_texts()) {
        const auto other = to_string(text.reason);
        if (std::equal(name.begin(), name.end(), other.begin(), other.end(), same)) return &text;
    }
    return nullptr;
}

std::string explain(const ReasonText& text) {
    return fmt::format("{}\n\n{}\nReady:        {}\n\nregent does next:\n{}\nYou do:\n{}", to_string(text.reason),
                       indented(text.meaning), text.ready, indented(text.regent), indented(text.you));
}

}  // namespace regent::controller
