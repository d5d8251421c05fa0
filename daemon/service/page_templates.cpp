#include "service/page_templates.hpp"

namespace regent::service {

namespace {

constexpr std::string_view head_part = R"html(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
{{#refreshing}}
<meta http-equiv="refresh" content="60">
{{/refreshing}}
<title>{{title}}</title>
<link rel="stylesheet" href="/style.css">
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header class="top">
<p class="brand"><a href="/">regent</a> <span class="instance">{{instance}}</span></p>
{{#has_environments}}
<nav aria-label="Environments">
<ul>
{{#tabs}}
<li><a href="{{href}}"{{#current}} aria-current="page"{{/current}}><span class="sign {{colour}}" aria-hidden="true">{{sign}}</span> {{name}}<span class="unseen">: {{word}}</span></a></li>
{{/tabs}}
</ul>
</nav>
{{/has_environments}}
</header>
<main id="main" tabindex="-1"{{#stale}} class="stale"{{/stale}}>
)html";

constexpr std::string_view foot_part = R"html(</main>
<footer>
<p>regent {{version}}, up {{uptime}} since <time datetime="{{started_iso}}">{{started}}</time>.</p>
<p>This page: <time datetime="{{now_iso}}">{{now_utc}}</time>{{#now_local}}, here {{now_local}}{{/now_local}}.
{{#refreshing}}It loads itself anew every minute. <a href="{{refresh_href}}">Stop that</a>.{{/refreshing}}{{^refreshing}}{{#refresh_href}}<a href="{{refresh_href}}">Load it anew every minute</a>.{{/refresh_href}}{{/refreshing}}</p>
<p><a href="/metrics">Metrics</a> · <a href="/readyz">Readiness</a> · <a href="/api/v1/status">This as JSON</a> · <code>man regent.service</code> · <code>regent explain <var>code</var></code></p>
</footer>
</body>
</html>
)html";

constexpr std::string_view time_part = R"html(<time datetime="{{iso}}" title="{{utc}}">{{relative}}</time>)html";

constexpr std::string_view badge_part =
    R"html(<span class="badge {{colour}}"><span class="sign" aria-hidden="true">{{sign}}</span> {{word}}</span>)html";

// The first thing that anybody reads: how it stands, in words, before everything else.
constexpr std::string_view banner_part = R"html(<div class="banner {{colour}}">
<p class="headline"><span class="sign" aria-hidden="true">{{sign}}</span> {{headline}}</p>
{{#lines}}
<p{{#flows}} class="flows"{{/flows}}>{{text}}{{#when}} {{>time}}{{/when}}{{after}}</p>
{{/lines}}
{{#notices}}
<p class="notice"><span class="sign {{colour}}" aria-hidden="true">{{sign}}</span> {{text}}</p>
{{/notices}}
</div>
)html";

}  // namespace

const std::array<std::pair<std::string_view, std::string_view>, 5> page_parts{{
    {"head", head_part},
    {"foot", foot_part},
    {"time", time_part},
    {"badge", badge_part},
    {"banner", banner_part},
}};

const std::string_view overview_template = R"html({{>head}}
<h1>{{heading}}</h1>
{{#summary}}
{{>banner}}
{{/summary}}
<nav class="contents" aria-label="On this page">
<ul>
<li><a href="#needs">Needs you <b>{{needs_count}}</b></a></li>
<li><a href="#objects">Objects <b>{{objects_count}}</b></a></li>
<li><a href="#credentials">Credentials <b>{{credentials_count}}</b></a></li>
<li><a href="#pending">Pending <b>{{pending_count}}</b></a></li>
<li><a href="#history">History</a></li>
<li><a href="#services">Source and services</a></li>
</ul>
</nav>
{{#several}}
<section aria-labelledby="environments">
<h2 id="environments">Environments</h2>
<div class="scroll" role="group" tabindex="0" aria-labelledby="environments">
<table>
<caption>{{environments_caption}}</caption>
<thead><tr><th scope="col">Environment</th><th scope="col">State</th><th scope="col">Ready</th><th scope="col">Mode</th><th scope="col">Revision in force</th><th scope="col">Last run</th><th scope="col" class="wide">Next run</th></tr></thead>
<tbody>
{{#environments}}
<tr><th scope="row"><a href="{{href}}">{{name}}</a></th><td>{{#state}}{{>badge}}{{/state}}</td><td class="number">{{ready}} of {{total}}</td><td>{{mode}}</td><td class="mono">{{revision}}</td><td>{{#result}}{{>badge}}{{/result}}{{#ran}} {{>time}}{{/ran}}{{^ran}}not yet{{/ran}}</td><td class="wide">{{#next}}{{>time}}{{/next}}</td></tr>
{{/environments}}
</tbody>
</table>
</div>
</section>
{{/several}}
<section aria-labelledby="needs">
<h2 id="needs">Needs you</h2>
{{^needs}}
<p class="empty">Nothing.</p>
{{/needs}}
{{#has_needs}}
<ul class="cards">
{{#needs}}
<li class="card {{colour}}">
<h3>{{#together}}{{together}}{{/together}}{{^together}}<a href="{{href}}">{{address}}</a>{{/together}}{{#environment}} <span class="dim">{{environment}}</span>{{/environment}}</h3>
<p class="why">{{#state}}{{>badge}}{{/state}} <span class="reason">{{reason}}</span></p>
{{#message}}
<p class="message">{{message}}{{#code}} <code>{{code}}</code>{{/code}}</p>
{{/message}}
{{#help}}
<p class="cure"><b>Cure:</b> {{help}}</p>
{{/help}}
{{#together}}
<p class="members">{{#members}}<a href="{{href}}">{{name}}</a> {{/members}}{{unnamed}}</p>
{{/together}}
<p class="facts dim">{{#since}}For {{#together}}up to {{/together}}{{>time}}{{/since}}{{#next_try}} · next try {{>time}}{{/next_try}}{{#failures}} · {{failures}}{{/failures}}{{#place}} · <span class="mono">{{place}}</span>{{/place}}</p>
</li>
{{/needs}}
</ul>
{{/has_needs}}
{{#more_needs}}
<p><a href="{{more_needs_href}}">{{more_needs}}</a></p>
{{/more_needs}}
</section>
<section aria-labelledby="objects">
<h2 id="objects">{{objects_heading}}</h2>
<nav class="filters" aria-label="Filters of the objects">
{{#filters}}
<div class="filter"><h3>{{title}}</h3>
<ul>
{{#choices}}
<li><a href="{{href}}"{{#current}} aria-current="true"{{/current}}>{{name}} <b>{{count}}</b></a></li>
{{/choices}}
</ul></div>
{{/filters}}
</nav>
{{^objects}}
<p class="empty">{{no_objects}}</p>
{{/objects}}
{{#has_objects}}
<div class="scroll" role="group" tabindex="0" aria-labelledby="objects">
<table class="objects">
<caption>{{objects_caption}}</caption>
<thead><tr><th scope="col">Object</th>{{#several}}<th scope="col">Environment</th>{{/several}}<th scope="col">Ready</th><th scope="col">Synced</th><th scope="col" class="wide">Reason and last error</th><th scope="col" class="wide">Revision</th><th scope="col" class="wide">Last change</th><th scope="col" class="wide">Last read</th></tr></thead>
<tbody>
{{#objects}}
<tr><th scope="row"><a href="{{href}}">{{name}}</a> <span class="kind">{{kind}}{{#policy}}, {{policy}}{{/policy}}</span></th>{{#several}}<td>{{environment}}</td>{{/several}}<td>{{#ready}}{{>badge}}{{/ready}}{{#paused}} {{>badge}}{{/paused}}</td><td>{{#synced}}{{>badge}}{{/synced}}</td><td class="wide words">{{reason}}{{#message}}: {{message}}{{/message}}{{#code}} <code>{{code}}</code>{{/code}}</td><td class="wide mono">{{revision}}</td><td class="wide">{{#changed}}{{>time}}{{/changed}}{{^changed}}never{{/changed}}</td><td class="wide">{{#read}}{{>time}}{{/read}}{{^read}}not yet{{/read}}</td></tr>
{{/objects}}
</tbody>
</table>
</div>
{{#pages}}
<nav class="pages" aria-label="Pages of objects">
<p>{{#previous}}<a rel="prev" href="{{previous}}">Previous</a> {{/previous}}{{page_words}}{{#following}} <a rel="next" href="{{following}}">Next</a>{{/following}}</p>
</nav>
{{/pages}}
{{/has_objects}}
</section>
<section aria-labelledby="credentials">
<h2 id="credentials">Credentials</h2>
{{^credentials}}
<p class="empty">None.</p>
{{/credentials}}
{{#has_credentials}}
<div class="scroll" role="group" tabindex="0" aria-labelledby="credentials">
<table>
<caption>{{credentials_caption}}</caption>
<thead><tr><th scope="col">Application</th><th scope="col">Ends</th><th scope="col">Credential</th><th scope="col" class="wide">Rotates</th><th scope="col" class="wide">Goes to</th></tr></thead>
<tbody>
{{#credentials}}
<tr><th scope="row">{{#href}}<a href="{{href}}">{{application}}</a>{{/href}}{{^href}}{{application}}{{/href}}{{#environment}} <span class="kind">{{environment}}</span>{{/environment}}</th><td>{{#urgency}}{{>badge}} {{/urgency}}{{#ends}}{{>time}}{{/ends}}</td><td>{{name}} <span class="kind">{{what}}</span></td><td class="wide">{{#rotates}}{{>time}}{{/rotates}}{{^rotates}}{{no_rotation}}{{/rotates}}</td><td class="wide">{{consumers}}</td></tr>
{{/credentials}}
</tbody>
</table>
</div>
{{/has_credentials}}
{{#more_credentials}}
<p><a href="{{more_credentials_href}}">{{more_credentials}}</a></p>
{{/more_credentials}}
</section>
<section aria-labelledby="pending">
<h2 id="pending">Pending</h2>
{{^pending}}
<p class="empty">Nothing: every plan was carried out.</p>
{{/pending}}
{{#pending}}
<div class="plan">
<h3>{{#environment}}{{environment}}: {{/environment}}{{summary}}</h3>
<p>{{why}}.{{#plan_id}} Plan <code>{{plan_id}}</code>{{#revision}} of <span class="mono">{{revision}}</span>{{/revision}}.{{/plan_id}}{{#approve}} To carry it out: <code>{{approve}}</code>{{/approve}}</p>
{{#text}}
<details><summary>{{#plan_id}}The plan{{/plan_id}}{{^plan_id}}The differences{{/plan_id}}</summary>
<pre tabindex="0">{{text}}</pre>
</details>
{{/text}}
</div>
{{/pending}}
</section>
<section aria-labelledby="history">
<h2 id="history">History</h2>
{{#history_unreadable}}
<p class="empty">{{history_unreadable}}</p>
{{/history_unreadable}}
{{^history}}
<p class="empty">No run yet.</p>
{{/history}}
{{#has_history}}
<div class="scroll" role="group" tabindex="0" aria-labelledby="history">
<table>
<caption>The last runs, newest first. Runs without change are folded.</caption>
<thead><tr><th scope="col">When</th>{{#several}}<th scope="col">Environment</th>{{/several}}<th scope="col" class="wide">Run</th><th scope="col">Result</th><th scope="col">What</th><th scope="col" class="wide">Revision</th><th scope="col" class="wide">Because of</th><th scope="col" class="wide">Took</th></tr></thead>
<tbody>
{{#history}}
<tr{{#quiet}} class="quiet"{{/quiet}}><th scope="row">{{#when}}{{>time}}{{/when}}</th>{{#several}}<td>{{environment}}</td>{{/several}}<td class="wide number">{{run}}</td><td>{{#result}}{{>badge}}{{/result}}</td><td class="words">{{what}}{{#code}} <code>{{code}}</code>{{/code}}</td><td class="wide mono">{{revision}}</td><td class="wide">{{trigger}}</td><td class="wide number">{{took}}</td></tr>
{{/history}}
</tbody>
</table>
</div>
{{/has_history}}
{{#has_events}}
<h3 id="events">Warnings and errors</h3>
<ul class="events">
{{#events}}
<li><span class="sign {{colour}}" aria-hidden="true">{{sign}}</span> <span class="unseen">{{word}}: </span>{{#when}}{{>time}}{{/when}} {{text}}</li>
{{/events}}
</ul>
{{/has_events}}
</section>
<section aria-labelledby="services">
<h2 id="services">Source and services</h2>
{{#source}}
<dl class="pairs">
<dt>{{kind}}</dt><dd class="mono">{{location}}</dd>
<dt>Newest revision</dt><dd><span class="mono">{{revision}}</span>{{#author}} by {{author}}{{/author}}{{#subject}}: {{subject}}{{/subject}}{{#committed}}, {{>time}}{{/committed}}</dd>
<dt>Last look</dt><dd>{{#fetched}}{{>time}}{{/fetched}}{{^fetched}}not yet{{/fetched}}{{#succeeded}}, last good one {{>time}}{{/succeeded}}; {{fetches}}</dd>
{{#error}}<dt>Error</dt><dd class="bad-text">{{error}}</dd>{{/error}}
<dt>Files</dt><dd>{{files}}</dd>
{{#verification}}<dt>Signatures</dt><dd>{{verification}}</dd>{{/verification}}
</dl>
{{/source}}
{{#invalid}}
<div class="plan">
<h3>{{title}}</h3>
<details><summary>The errors</summary>
<pre tabindex="0">{{text}}</pre>
</details>
</div>
{{/invalid}}
{{#has_services}}
<div class="scroll" role="group" tabindex="0" aria-labelledby="services">
<table>
<caption>Microsoft's services, since the start</caption>
<thead><tr><th scope="col">Service</th>{{#several}}<th scope="col">Environment</th>{{/several}}<th scope="col">Requests</th><th scope="col">Tried again</th><th scope="col">Throttled</th><th scope="col">Waited</th><th scope="col">Last error</th></tr></thead>
<tbody>
{{#services}}
<tr><th scope="row">{{name}}</th>{{#several}}<td>{{environment}}</td>{{/several}}<td class="number">{{requests}}</td><td class="number">{{retries}}</td><td class="number">{{throttled}}</td><td class="number">{{waited}}</td><td class="words">{{#error}}{{error}} {{/error}}{{#at}}{{>time}}{{/at}}{{^error}}none{{/error}}</td></tr>
{{/services}}
</tbody>
</table>
</div>
{{/has_services}}
</section>
{{>foot}})html";

const std::string_view object_template = R"html({{>head}}
<nav class="path" aria-label="Where you are">
<ol><li><a href="/">regent</a></li><li><a href="{{environment_href}}">{{environment}}</a></li><li><a href="{{kind_href}}">{{kind}}</a></li></ol>
</nav>
<h1>{{name}} <span class="kind">{{kind}}</span></h1>
{{#summary}}
{{>banner}}
{{/summary}}
<section aria-labelledby="about">
<h2 id="about">About</h2>
<dl class="pairs">
<dt>Manifest</dt><dd>{{#place}}{{#place_href}}<a class="mono" href="{{place_href}}" rel="noreferrer">{{place}}</a>{{/place_href}}{{^place_href}}<span class="mono">{{place}}</span>{{/place_href}}{{/place}}{{^place}}none any more{{/place}}</dd>
<dt>Policy</dt><dd>{{policy}}</dd>
<dt>Id</dt><dd>{{#remote_id}}<span class="mono">{{remote_id}}</span>{{/remote_id}}{{^remote_id}}not there{{/remote_id}}{{#portal_href}} <a href="{{portal_href}}" rel="noreferrer">{{portal}}</a>{{/portal_href}}</dd>
{{#outputs}}
<dt>{{output}}</dt><dd class="mono">{{value}}</dd>
{{/outputs}}
<dt>Last read</dt><dd>{{#read}}{{>time}}{{/read}}{{^read}}not yet{{/read}}</dd>
<dt>Last change by regent</dt><dd>{{#changed}}{{>time}}{{/changed}}{{^changed}}never{{/changed}}{{#change}}: {{change}}{{/change}}</dd>
{{#next_try}}<dt>Next try</dt><dd>{{>time}}, after {{failures}}</dd>{{/next_try}}
{{#code}}<dt>Error</dt><dd><code>regent explain {{code}}</code>{{#request}}; the service's request id is <span class="mono">{{request}}</span>{{/request}}</dd>{{/code}}
{{#pause}}<dt>Paused</dt><dd>{{pause}}{{#pause_since}}, {{>time}}{{/pause_since}}{{#pause_until}}, until {{utc}} ({{>time}}){{/pause_until}}</dd>{{/pause}}
</dl>
{{#has_remarks}}
<ul class="remarks">
{{#remarks}}
<li>{{text}}</li>
{{/remarks}}
</ul>
{{/has_remarks}}
</section>
<section aria-labelledby="conditions">
<h2 id="conditions">Conditions</h2>
<div class="scroll" role="group" tabindex="0" aria-labelledby="conditions">
<table>
<caption>As of the last read</caption>
<thead><tr><th scope="col">Condition</th><th scope="col">Status</th><th scope="col">Why</th><th scope="col">Since</th><th scope="col" class="wide">Revision</th></tr></thead>
<tbody>
{{#conditions}}
<tr><th scope="row">{{type}}</th><td>{{#status}}{{>badge}}{{/status}}</td><td class="words"><b>{{reason}}</b> {{message}}</td><td class="number">{{#since}}<span class="wide"><time datetime="{{iso}}">{{utc}}</time>, </span>{{relative}}{{/since}}</td><td class="wide mono">{{revision}}</td></tr>
{{/conditions}}
</tbody>
</table>
</div>
</section>
<section aria-labelledby="fields">
<h2 id="fields">Wanted against live</h2>
{{^fields}}
<p class="empty">No difference.</p>
{{/fields}}
{{#has_fields}}
<div class="scroll" role="group" tabindex="0" aria-labelledby="fields">
<table>
<caption>Fields that differ. Secrets are shown as facts, never as values.</caption>
<thead><tr><th scope="col">Field</th><th scope="col">Wanted</th><th scope="col">Live</th><th scope="col">Note</th></tr></thead>
<tbody>
{{#fields}}
<tr><th scope="row" class="mono">{{path}}{{#element}} "{{element}}"{{/element}}</th><td class="words">{{#wanted}}<ins>{{wanted}}</ins>{{/wanted}}{{^wanted}}<span class="dim">nothing</span>{{/wanted}}</td><td class="words">{{#live}}<del>{{live}}</del>{{/live}}{{^live}}<span class="dim">nothing</span>{{/live}}</td><td class="words">{{#drift}}<span class="badge warn"><span class="sign" aria-hidden="true">≠</span> Changed outside</span> {{/drift}}{{note}}</td></tr>
{{/fields}}
</tbody>
</table>
</div>
{{/has_fields}}
</section>
<section aria-labelledby="waits">
<h2 id="waits">Who waits for whom</h2>
{{#independent}}
<p class="empty">It waits for nobody, and nobody for it.</p>
{{/independent}}
{{#has_waits}}
<h3>Waits for</h3>
<ul class="tree">
{{#waits}}
<li>{{#href}}<a href="{{href}}">{{address}}</a>{{/href}}{{^href}}{{address}}{{/href}} {{#state}}{{>badge}}{{/state}}{{#has_more}}
<ul>
{{#more}}
<li>{{#href}}<a href="{{href}}">{{address}}</a>{{/href}}{{^href}}{{address}}{{/href}} {{#state}}{{>badge}}{{/state}}</li>
{{/more}}
</ul>{{/has_more}}</li>
{{/waits}}
</ul>
{{/has_waits}}
{{#has_waiting}}
<h3>Is waited for by</h3>
<ul class="tree">
{{#waiting}}
<li><a href="{{href}}">{{address}}</a> {{#state}}{{>badge}}{{/state}}</li>
{{/waiting}}
</ul>
{{/has_waiting}}
</section>
{{#has_credentials}}
<section aria-labelledby="credentials">
<h2 id="credentials">Credentials</h2>
<div class="scroll" role="group" tabindex="0" aria-labelledby="credentials">
<table>
<caption>Secrets and certificates, soonest end first</caption>
<thead><tr><th scope="col">Credential</th><th scope="col">Ends</th><th scope="col">Rotates</th><th scope="col">Goes to</th><th scope="col">Key id</th></tr></thead>
<tbody>
{{#credentials}}
<tr><th scope="row">{{name}} <span class="kind">{{what}}</span></th><td>{{#urgency}}{{>badge}} {{/urgency}}{{#ends}}{{>time}}{{/ends}}</td><td>{{#rotates}}{{>time}}{{/rotates}}{{^rotates}}{{no_rotation}}{{/rotates}}</td><td>{{consumers}}</td><td class="mono">{{key_id}}</td></tr>
{{/credentials}}
</tbody>
</table>
</div>
</section>
{{/has_credentials}}
<section aria-labelledby="happened">
<h2 id="happened">What happened</h2>
{{#history_unreadable}}
<p class="empty">{{history_unreadable}}</p>
{{/history_unreadable}}
{{#quiet}}
<p class="empty">Nothing that is remembered.</p>
{{/quiet}}
{{#has_changes}}
<h3 id="changes">Changes</h3>
<div class="scroll" role="group" tabindex="0" aria-labelledby="changes">
<table>
<caption>What regent changed, newest first</caption>
<thead><tr><th scope="col">When</th><th scope="col">Run</th><th scope="col">Action</th><th scope="col">Field</th><th scope="col">Before</th><th scope="col">After</th></tr></thead>
<tbody>
{{#changes}}
<tr><th scope="row">{{#when}}{{>time}}{{/when}}</th><td class="number">{{run}}</td><td>{{action}}{{#drift}} <span class="dim">(drift)</span>{{/drift}}</td><td class="mono">{{path}}{{#element}} "{{element}}"{{/element}}</td><td class="words">{{before}}</td><td class="words">{{after}}</td></tr>
{{/changes}}
</tbody>
</table>
</div>
{{/has_changes}}
{{#has_events}}
<h3>Events</h3>
<ul class="events">
{{#events}}
<li><span class="sign {{colour}}" aria-hidden="true">{{sign}}</span> <span class="unseen">{{word}}: </span>{{#when}}{{>time}}{{/when}} {{text}}</li>
{{/events}}
</ul>
{{/has_events}}
</section>
{{>foot}})html";

const std::string_view message_template = R"html({{>head}}
<h1>{{heading}}</h1>
<p>{{text}}</p>
<p><a href="/">How everything stands</a></p>
{{>foot}})html";

}  // namespace regent::service
