#include "service/page_templates.hpp"

namespace regent::service {

// Pairs of colours have a contrast of at least 4.5 to 1 in both schemes (WCAG 2.2, 1.4.3); colour never says anything
// that a word or a sign beside it does not say.
const std::string_view style_sheet = R"css(:root {
  color-scheme: light dark;
  --page: #f5f6f8; --card: #ffffff; --line: #d5d9df; --text: #1a1e24; --dim: #565e69; --link: #0b57b7; --focus: #0b57b7;
  --good: #116232; --good-back: #e3f4e8; --good-line: #7fc397;
  --warn: #744a00; --warn-back: #fff2d1; --warn-line: #e0b44c;
  --bad: #a01224; --bad-back: #fde8e8; --bad-line: #e58a8f;
  --info: #0d4a93; --info-back: #e5effc; --info-line: #93b9ea;
  --quiet: #4b535e; --quiet-back: #eceef1; --quiet-line: #c3c8cf;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0f1217; --card: #171b22; --line: #2d343e; --text: #e5e8ec; --dim: #9da7b3; --link: #8cbcff; --focus: #8cbcff;
    --good: #7fdc9f; --good-back: #11281a; --good-line: #2d6b43;
    --warn: #f0c56b; --warn-back: #2b220d; --warn-line: #7d611f;
    --bad: #ff9c98; --bad-back: #331519; --bad-line: #8c3a3f;
    --info: #90c0ff; --info-back: #11233c; --info-line: #325c94;
    --quiet: #b3bbc5; --quiet-back: #21272f; --quiet-line: #444c57;
  }
}
* { box-sizing: border-box; }
html { font: 100%/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif;
  background: var(--page); color: var(--text); -webkit-text-size-adjust: 100%; text-size-adjust: 100%; scroll-padding-top: 1rem; }
body { margin: 0 auto; max-width: 80rem; padding: 0 1.25rem 2rem; overflow-wrap: anywhere; }
a { color: var(--link); text-underline-offset: .15em; text-decoration-thickness: .06em; }
a:hover { text-decoration-thickness: .14em; }
:focus-visible { outline: .18rem solid var(--focus); outline-offset: .12rem; border-radius: .2rem; }
main:focus { outline: none; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: 1rem; z-index: 1; padding: .5rem 1rem; background: var(--card); border: 1px solid var(--line); }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

.top { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem 2rem; padding: 1rem 0 .75rem; border-bottom: 1px solid var(--line); }
.brand { margin: 0; font-weight: 650; }
.brand a { color: inherit; text-decoration: none; }
.instance { font-weight: 400; color: var(--dim); }
.top nav ul, .contents ul, .filter ul, .path ol { display: flex; flex-wrap: wrap; gap: .25rem; margin: 0; padding: 0; list-style: none; }
.top nav a { display: block; padding: .2rem .7rem; border-radius: 2rem; text-decoration: none; color: var(--text); }
.top nav a:hover { background: var(--quiet-back); }
.top nav a[aria-current] { background: var(--card); box-shadow: inset 0 0 0 1px var(--line); font-weight: 600; }

h1 { margin: 1.5rem 0 .75rem; font-size: 1.6rem; line-height: 1.2; font-weight: 650; letter-spacing: -.01em; }
h2 { margin: 2.25rem 0 .75rem; font-size: 1.15rem; line-height: 1.3; font-weight: 650; }
h3 { margin: 1rem 0 .25rem; font-size: 1rem; line-height: 1.4; font-weight: 600; }
p { margin: .25rem 0; }
.dim, .kind, .instance { color: var(--dim); font-weight: 400; }
.kind { font-size: .85rem; }
h1 .kind { font-size: 1rem; }
.mono, code, pre { font-family: ui-monospace, "Cascadia Mono", "SF Mono", Menlo, "Noto Sans Mono", "DejaVu Sans Mono", monospace; font-size: .85em; }
code { padding: .1em .35em; border-radius: .25rem; background: var(--quiet-back); }
footer code { background: none; padding: 0; }

.good { --c: var(--good); --b: var(--good-back); --l: var(--good-line); }
.warn { --c: var(--warn); --b: var(--warn-back); --l: var(--warn-line); }
.bad { --c: var(--bad); --b: var(--bad-back); --l: var(--bad-line); }
.info { --c: var(--info); --b: var(--info-back); --l: var(--info-line); }
.quiet { --c: var(--quiet); --b: var(--quiet-back); --l: var(--quiet-line); }
/* What nobody has looked at for long must not look green. */
.stale .good { --c: var(--quiet); --b: var(--quiet-back); --l: var(--quiet-line); }
.badge { display: inline-block; padding: 0 .5rem; border: 1px solid var(--l); border-radius: 2rem; background: var(--b); color: var(--c);
  font-size: .85rem; font-weight: 600; line-height: 1.5; white-space: nowrap; }
.sign { display: inline-block; min-width: .9em; text-align: center; color: var(--c); font-weight: 700; }
.bad-text { color: var(--bad); }

.banner { padding: 1rem 1.25rem; border: 1px solid var(--l); border-left-width: .5rem; border-radius: .5rem; background: var(--b); }
.banner .headline { margin: 0 0 .35rem; font-size: 1.35rem; line-height: 1.3; font-weight: 650; color: var(--c); }
.banner .flows { display: inline; margin: 0 .35rem 0 0; }
.banner .notice { margin: .5rem 0 0; padding-left: 1.4rem; text-indent: -1.4rem; }
.banner .notice .sign { text-indent: 0; min-width: 1.2rem; }
.contents { margin: .9rem 0 0; }
.contents a, .filter a { display: inline-block; padding: .15rem .65rem; border: 1px solid var(--line); border-radius: 2rem; background: var(--card);
  color: var(--text); font-size: .9rem; text-decoration: none; }
.contents a:hover, .filter a:hover { border-color: var(--dim); }
.contents b, .filter b { color: var(--dim); font-weight: 500; font-variant-numeric: tabular-nums; }
.filter a[aria-current] { background: var(--text); border-color: var(--text); color: var(--page); font-weight: 600; }
.filter a[aria-current] b { color: inherit; }
.filters { display: flex; flex-wrap: wrap; gap: .5rem 2rem; margin-bottom: .9rem; }
.filter { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem .6rem; }
.filter h3 { margin: 0; font-size: .85rem; font-weight: 500; color: var(--dim); }

.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(26rem, 100%), 1fr)); gap: .9rem; margin: 0; padding: 0; list-style: none; }
.card, .plan { padding: .8rem 1rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--card); }
.card { border-left: .3rem solid var(--l); }
.card h3, .plan h3 { margin: 0 0 .35rem; }
.members a { margin-right: .5rem; white-space: nowrap; }
.card .facts { margin: .5rem 0 0; font-size: .9rem; }
.reason { margin-left: .25rem; font-weight: 600; }
.plan + .plan { margin-top: .9rem; }
.empty { color: var(--dim); }
details { margin-top: .4rem; }
summary { cursor: pointer; color: var(--link); width: fit-content; }
pre { margin: .5rem 0 0; padding: .75rem; max-height: 32rem; overflow: auto; border: 1px solid var(--line); border-radius: .4rem; background: var(--page); line-height: 1.45; overflow-wrap: normal; }

.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: .5rem; background: var(--card); }
table { width: 100%; border-collapse: collapse; font-size: .93rem; }
caption { padding: .5rem .8rem; text-align: left; color: var(--dim); font-size: .88rem; }
th, td { padding: .45rem .8rem; border-top: 1px solid var(--line); text-align: left; vertical-align: baseline; overflow-wrap: normal; }
thead th { font-size: .82rem; font-weight: 600; color: var(--dim); white-space: nowrap; }
tbody th { font-weight: 600; overflow-wrap: anywhere; min-width: 11rem; }
tbody tr:hover { background: var(--quiet-back); }
tbody tr.quiet th, tbody tr.quiet td { color: var(--dim); }
tbody tr.quiet th { font-weight: 400; }
th .kind { display: block; }
h1 .kind, td .kind { display: inline; }
td .kind { white-space: nowrap; }
time { white-space: nowrap; }
.number { font-variant-numeric: tabular-nums; white-space: nowrap; }
.words { min-width: 12rem; overflow-wrap: anywhere; }
ins { text-decoration: none; color: var(--good); }
del { text-decoration: none; color: var(--bad); }
.pages { margin: .6rem 0 0; }

.pairs { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .3rem 1.25rem; margin: 0 0 1rem; padding: .8rem 1rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--card); }
.pairs dt { color: var(--dim); }
.pairs dd { margin: 0; }
.pairs dd.mono { align-self: center; }
.events, .tree, .remarks { margin: .25rem 0; padding: 0; list-style: none; }
.events li, .remarks li { padding: .2rem 0 .2rem 1.4rem; text-indent: -1.4rem; }
.events .sign { min-width: 1.2rem; text-indent: 0; }
.events time { color: var(--dim); }
.remarks li::before { content: "! "; color: var(--warn); font-weight: 700; }
.tree ul { margin: 0; padding-left: 1.5rem; list-style: "└ "; }
.tree li { padding: .2rem 0; }
.path { margin-top: 1rem; font-size: .93rem; }
.path + h1 { margin-top: .5rem; }
.path li + li::before { content: "/"; padding: 0 .35rem 0 .1rem; color: var(--dim); }
footer { margin-top: 3rem; padding-top: .9rem; border-top: 1px solid var(--line); color: var(--dim); font-size: .9rem; }

@media (max-width: 48rem) {
  body { padding: 0 .9rem 1.5rem; }
  .wide { display: none; }
  h1 { font-size: 1.35rem; }
  .banner { padding: .8rem .9rem; }
  .banner .headline { font-size: 1.15rem; }
  caption { padding: .45rem .6rem; }
  th, td { padding: .4rem; }
  th:first-child, td:first-child { padding-left: .6rem; }
  tbody th { min-width: 0; }
  .objects tbody th { min-width: 6.5rem; }
  .badge { padding: 0 .35rem; font-size: .8rem; }
  .words { min-width: 8rem; }
  td .kind { white-space: normal; }
  .pairs { grid-template-columns: minmax(0, 1fr); gap: 0; }
  .pairs dd { margin-bottom: .5rem; }
}
@media print {
  .skip, .contents, .filters, .top nav { display: none; }
  .wide { display: table-cell; }
}
@media (prefers-contrast: more) { :root { --dim: var(--text); --line: var(--text); } }
)css";

}  // namespace regent::service
