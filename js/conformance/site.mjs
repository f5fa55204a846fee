// Random sites and walks through them, as data that can be made smaller: what pages hold is a list of kinds, and a
// step names the kind that it uses, which on a page without it does nothing.
import { generator } from "./generator.mjs"

const pages = 4
const html = "text/html; charset=utf-8"
const to = (number, further) => `/page/${(number + further) % pages}`
const stream = (action, target, content = "") => `<turbo-stream action="${action}"${target && ` target="${target}"`}>${content && `<template>${content}</template>`}</turbo-stream>`
const frame = (id, attributes, content) => `<turbo-frame id="${id}"${attributes && ` ${attributes}`}>${content}</turbo-frame>`

// What a link or a button is called says where steps find it. Each kind makes its part of the page of a number.
const kinds = {
  next: (n) => link("next", to(n, 1)),
  over: (n) => link("over", to(n, 2)),
  replace: (n) => link("replace", to(n, 1), `data-turbo-action="replace"`),
  again: (n) => link("again", to(n, 0), `data-turbo-action="replace"`),
  same: (n) => link("same", to(n, 0)),
  query: (n) => link("query", `${to(n, 1)}?q=a%20b`),
  part: () => link("part", "#part"),
  "other-part": (n) => link("other-part", `${to(n, 1)}#part`),
  old: (n) => link("old", `/old/${n}`),
  gone: () => link("gone", "/gone"),
  broken: () => link("broken", "/broken"),
  refused: () => link("refused", "/refused"),
  elsewhere: () => link("elsewhere", "/elsewhere"),
  post: (n) => link("post", `/create?to=${n}`, `data-turbo-method="post"`),
  delete: () => link("delete", "/streams", `data-turbo-method="delete"`),
  streams: () => link("streams", "/streams", `data-turbo-stream`),
  off: (n) => link("off", to(n, 1), `data-turbo="false"`),
  version: () => link("version", "/version"),
  native: () => link("native", "/native"),
  search: (n) => `<form class="search" action="${to(n, 1)}"><input name="q" value="x y"><button name="with" value="search">search</button></form>`,
  create: () => form("create", "/create", `<input name="q" autofocus><button name="commit" value="Create">create</button>`),
  invalid: () => form("invalid", "/refused"),
  "not-redirected": () => form("not-redirected", "/fine"),
  empty: () => form("empty", "/empty"),
  failing: () => form("failing", "/broken"),
  sent: () => form("sent", "/streams"),
  "other-action": (n) => form("other-action", "/broken", `<button formaction="${to(n, 2)}" formmethod="get">other</button>`),
  framed: (n) => frame("frame", "", `<p>Frame of ${n}</p>${link("in", to(n, 1))} ${link("in-promoted", to(n, 2), `data-turbo-action="advance"`)} ${link("in-replace", to(n, 2), `data-turbo-action="replace"`)} ${link("in-top", to(n, 3), `data-turbo-frame="_top"`)} ${link("in-streams", "/streams", "data-turbo-stream")} ${form("in-create", "/create")}${form("in-invalid", "/refused")}${form("in-sent", "/streams")}`),
  "to-frame": (n) => link("to-frame", to(n, 1), `data-turbo-frame="frame"`),
  "to-frame-promoted": (n) => link("to-frame-promoted", to(n, 1), `data-turbo-frame="frame" data-turbo-action="advance"`),
  "search-frame": (n) => `<form class="search-frame" action="${to(n, 1)}" data-turbo-frame="frame"><input name="q" value="f"><button>search frame</button></form>`,
  promoting: (n) => frame("promoting", `data-turbo-action="advance" target="${n % 2 ? "promoting" : "_self"}"`, `<p>Promoting of ${n}</p>${link("in-promoting", to(n, 1))}`),
  missing: () => frame("missing", "", link("in-missing", "/part")),
  remote: (n) => frame("remote", `src="${to(n, 1)}?remote"`, "waiting"),
  morphed: (n) => frame("morphed", `src="${to(n, 0)}?remote" refresh="morph"`, "waiting"),
  lazy: () => `<div style="height: 3000px"></div>` + frame("lazy", `src="/part?lazy" loading="lazy"`, "lazy"),
  nested: (n) => frame("outer", "", `<p>Outer of ${n}</p>${link("in-outer", to(n, 1))}${frame("inner", `target="outer"`, `${link("in-inner", to(n, 2))}<p>Inner of ${n}</p>${link("in-inner-itself", to(n, 1), `data-turbo-frame="inner"`)}`)}`),
  itself: (n) => frame("itself", `src="${to(n, 0)}"`, ""),
  kept: () => `<input id="kept" data-turbo-permanent>`,
  "kept-in-frame": (n) => frame("keeping", "", `<input id="kept-inside" data-turbo-permanent>${link("in-keeping", to(n, 1))}`),
  "kept-here-and-there": (n) => n % 2 ? "" : `<div id="kept-sometimes" data-turbo-permanent>kept ${n}</div>`,
  temporary: (n) => `<p data-turbo-temporary>Flash of ${n}</p>`,
  field: () => `<input id="field" name="field"><select id="select"><option>a<option>b</select><textarea id="text"></textarea>`,
  script: (n) => `<script>log("script of ${n}")</script>`,
  list: () => `<ul id="list"><li id="a">A</li><li id="b">B</li></ul>`,
  asking: () => form("asking", "/create", `<button data-turbo-confirm="Sure?">asking</button>`),
  "asking-link": (n) => link("asking-link", `/create?to=${n}`, `data-turbo-method="post" data-turbo-confirm="Sure?"`),
  replacing: () => `<form class="replacing" action="/create" method="post" data-turbo-action="replace"><button>replacing</button></form>`,
  "framed-forms": (n) => frame("forms", "", `<p>Forms of ${n}</p><form class="in-form-top" action="/create" method="post" data-turbo-frame="_top"><button>in-form-top</button></form><form class="in-form-get" action="${to(n, 1)}"><input name="q" value="g"><button data-turbo-action="advance">in-form-get</button></form><form class="in-form-other" action="/create" method="post"><button data-turbo-frame="frame">in-form-other</button></form>`),
  disabled: (n) => frame("disabled", "disabled", `<p>Disabled of ${n}</p>${link("in-disabled", to(n, 1))}`),
  top: (n) => frame("top", `target="_top"`, `<p>Top of ${n}</p>${link("in-top-frame", to(n, 1))} ${link("in-top-itself", to(n, 2), `data-turbo-frame="top"`)}`),
  living: () => `<x-recorder id="living"></x-recorder>`,
  autofocus: () => `<input id="focused" autofocus>`
}

const link = (name, href, attributes = "") => `<a class="${name}" href="${href}" ${attributes}>${name}</a>`
const form = (name, action, content = `<input type="hidden" name="q" value="1"><button>${name}</button>`) => `<form class="${name}" action="${action}" method="post">${content}</form>`

// What a page may say in its head; each is said by the pages whose bit is set.
const metas = {
  "no-preview": `<meta name="turbo-cache-control" content="no-preview">`,
  "no-cache": `<meta name="turbo-cache-control" content="no-cache">`,
  morph: `<meta name="turbo-refresh-method" content="morph">`,
  preserve: `<meta name="turbo-refresh-scroll" content="preserve">`,
  dynamic: `<style data-turbo-track="dynamic">p { color: green }</style>`,
  description: `<meta name="description" content="A page">`,
  "no-prefetch": `<meta name="turbo-prefetch" content="false">`
}

// What an application may put over the methods that it can reach.
const patches = {
  append: `{ const { append } = Turbo.StreamActions; Turbo.StreamActions.append = function () { log("append of ours"); return append.call(this) } }`,
  refresh: `{ const { refresh } = Turbo.StreamActions; Turbo.StreamActions.refresh = function () { log("refresh of ours"); return refresh.call(this) } }`,
  started: `{ const { adapter } = Turbo.session, { visitStarted } = adapter; adapter.visitStarted = function (visit) { log("started", visit.action, visit.location.pathname); return visitStarted.call(this, visit) } }`,
  completed: `{ const { adapter } = Turbo.session, { visitCompleted } = adapter; adapter.visitCompleted = function (visit) { log("completed", visit.state); return visitCompleted.call(this, visit) } }`,
  proposed: `{ const { adapter } = Turbo.session, { visitProposedToLocation } = adapter; adapter.visitProposedToLocation = function (location, options) { log("proposed", location.pathname, options.action); return visitProposedToLocation.call(this, location, options) } }`,
  visits: `{ const { session } = Turbo, { visit } = session; session.visit = function (location, options) { log("visits", String(location)); return visit.call(this, location, options) } }`,
  drawn: `{ const { PageRenderer } = Turbo, { renderElement } = PageRenderer; PageRenderer.renderElement = function (current, next) { log("drawn"); return renderElement.call(this, current, next) } }`,
  "drawn-frame": `{ const { FrameRenderer } = Turbo, { renderElement } = FrameRenderer; FrameRenderer.renderElement = function (current, next) { log("drawn frame", current.id); return renderElement.call(this, current, next) } }`,
  navigatable: `{ const { session } = Turbo, { elementIsNavigatable } = session; session.elementIsNavigatable = function (element) { return !/^(over|query|search)$/.test(element.className) && elementIsNavigatable.call(this, element) } }`,
  listener: `addEventListener("turbo:before-render", ({ detail }) => { const { render } = detail; detail.render = (current, next) => { log("rendered by a listener"); return render(current, next) } })`,
// A page on which a rendering is given up is not cached: its frame would be cached as it looks (hotwired/turbo#604).
  abandoned: `{ let count = 0; addEventListener("turbo:before-frame-render", (event) => { if (event.target.id != "frame" && ++count % 2 == 0) { event.preventDefault(); Turbo.cache.exemptPageFromCache(); window.abandons = true } }) }`, // one with another source is given up
  paused: `addEventListener("turbo:before-render", (event) => { event.preventDefault(); setTimeout(() => event.detail.resume()) })`,
  declined: `{ let count = 0; addEventListener("turbo:before-visit", (event) => { if (++count % 4 == 0) event.preventDefault() }) }`,
  unhandled: `{ let count = 0; addEventListener("turbo:before-fetch-response", (event) => { if (++count % 5 == 0) event.preventDefault() }) }`,
  delayed: `addEventListener("turbo:before-fetch-request", (event) => { event.preventDefault(); setTimeout(() => event.detail.resume()) })`,
  marked: `addEventListener("turbo:before-fetch-request", ({ detail }) => { detail.fetchOptions.headers["X-Marked"] = "yes"; detail.url.searchParams.append("marked", "") })`,
  doubtful: `{ let count = 0; Turbo.config.forms.confirm = (message, form, submitter) => { log(message, form, submitter); return Promise.resolve(++count % 2 == 0) } }`,
  found: `addEventListener("turbo:frame-missing", (event) => { event.preventDefault(); event.detail.visit(event.detail.response) })`,
  stopped: `{ let count = 0; addEventListener("turbo:submit-start", ({ detail }) => { if (++count % 3 == 0) detail.formSubmission.stop() }) }`
}

// Native loads count as under way until the runtime of the new page is ready. Error pages bring the script again.
const harness = `<script data-harness>
if (document.readyState == "loading") {
  conformance.pending++
  addEventListener("DOMContentLoaded", () => Turbo.ready ? Turbo.ready.then(() => conformance.pending--) : conformance.pending--)
  navigation.addEventListener("navigate", ({ destination, navigationType }) => { if (!destination.sameDocument || navigationType == "reload") conformance.pending++ })
}
</script>`

const document = (title, body, head = "") => `<!DOCTYPE html>
<html lang="en"><head>${harness}<meta charset="utf-8"><title>${title}</title>${head}</head>
<body>
${body}
</body></html>`

function page(site, number) {
  const head = Object.entries(site.metas).map(([name, on]) => on >> number & 1 ? metas[name] : "").join("")
  const body = site.kinds.map((name) => kinds[name](number)).join("\n")
  return document(`Page ${number}`, `<h1 id="title">Page ${number}</h1>\n<p id="url">{{url}}</p>\n${body}\n<div style="height: 2000px"></div><p id="part">Part</p>`, head)
}

const error = (title) => document(title, `<h1>${title}</h1>${link("next", to(0, 0))}${frame("frame", "", title)}`)

export function routesOf(site) {
  const all = Array.from({ length: pages }, (_, number) => number)
  return {
    "GET /": { body: document("Start", link("next", "/page/0")) },
    ...Object.fromEntries(all.flatMap((number) => [
      [`GET /page/${number}`, { body: page(site, number) }],
      [`GET /page/${number}?remote`, { body: document("Remote", frame("remote", "", `<p>Remote of ${number}</p>`) + frame("morphed", "", `<p>Morphed of ${number}</p>`)) }],
      [`GET /old/${number}`, { redirect: to(number, 3) }]
    ])),
    "GET /gone": { status: 404, type: html, body: error("Gone") },
    "GET /broken": { status: 500, type: html, body: error("Broken") },
    "POST /broken": { status: 500, type: html, body: error("Broken") },
    "GET /refused": { status: 422, type: html, body: error("Refused") },
    "POST /refused": { status: 422, type: html, body: error("Refused") },
    "POST /fine": { status: 200, type: html, body: error("Fine") },
    "POST /empty": { status: 204, type: "" },
    "GET /elsewhere": { redirect: "/page/1#part" },
    "GET /part": { body: document("Part", `<h1>Part</h1>${link("next", to(0, 0))}${frame("lazy", "", "loaded")}`) },
    "GET /version": { body: document("Version", `<h1>Version</h1>${link("next", to(0, 0))}`, `<style data-turbo-track="reload">h1 { color: red }</style>`) },
    "GET /native": { body: document("Native", `<h1>Native</h1>${link("next", to(0, 0))}`, `<meta name="turbo-visit-control" content="reload">`) },
    "POST /create": all.map((number) => ({ redirect: `/page/${number}?created` })),
    "GET /streams": { body: stream("append", "list", `<li id="new">linked</li>`) },
    "POST /streams": { body: stream("prepend", "list", `<li id="b">sent</li>`) + stream("update", "title", "Streamed") },
    "DELETE /streams": { body: stream("remove", "a") + stream("replace", "kept", `<input id="kept" data-turbo-permanent value="new">`) }
  }
}

// In a frame the request is answered before the next step, and so is what a click after hovering asks for: what is
// given up there differs, as declared (hotwired/turbo#604, hotwired/turbo#1244).
// Frames hold no temporary elements, nor does a page that a promoted frame leaves: a page that was shown from the cache
// loses them there under theirs (hotwired/turbo#1385).
const promotes = /"promoting"|data-turbo-action="(advance|replace)">(in|to)-/
const waits = /frame|^in|^hover/
// A frame that navigates while a page visit is open gives its request up likewise.
const overtakes = (step) => step && (step.click ? waits.test(step.click) : /frame|source|reload/.test(step.move))

const moves = {
  back: () => `if (history.state?.own || history.state?.turbo?.restorationIndex > 0) history.back()`,
  "back-twice": () => `if (history.state?.turbo?.restorationIndex > 1) history.go(-2)`,
  push: ({ below }) => `history.pushState({ own: true }, "", "?own=${below(3)}")`,
  "replace-state": ({ below }) => `history.replaceState({ ...history.state, more: 1 }, "", "?replaced=${below(3)}")`,
  "disable-frame": () => `for (const frame of document.querySelectorAll("#frame")) frame.disabled = !frame.disabled`,
  "move-frame": () => `for (const frame of document.querySelectorAll("#remote, #frame")) document.body.append(frame)`,
  "remove-frame": () => `document.querySelector("#promoting")?.remove()`,
  forward: () => `history.forward()`,
  visit: ({ below, pick }) => `Turbo.visit("/page/${below(pages)}", { action: "${pick(["advance", "replace"])}" })`,
  "visit-frame": ({ below }) => `Turbo.visit("/page/${below(pages)}", { frame: "frame" })`,
  type: ({ pick, below }) => `for (const field of document.querySelectorAll("${pick(["#kept", "#field", "#text", "#kept-inside"])}")) { field.value = "typed ${below(9)}"; field.focus() }`,
  choose: () => `for (const select of document.querySelectorAll("#select")) select.selectedIndex = 1`,
  scroll: ({ below }) => `scrollTo(0, ${below(1500)})`,
  stream: ({ pick, below }) => `Turbo.renderStreamMessage(\`${stream(pick(["append", "prepend", "replace", "update", "before", "after"]), pick(["list", "a", "title", "url", "kept-sometimes"]), `<b id="s${below(9)}">streamed ${below(9)}</b>`)}\`)`,
  refresh: ({ pick }) => `Turbo.renderStreamMessage(\`<turbo-stream action="refresh"${pick(["", ` method="morph"`, ` method="morph" scroll="preserve"`])}></turbo-stream>\`)`,
  reload: ({ pick }) => `for (const frame of document.querySelectorAll("#${pick(["remote", "morphed"])}")) frame.reload()`,
  source: ({ below }) => `for (const frame of document.querySelectorAll("#frame")) frame.src = "/page/${below(pages)}"`,
  cache: ({ pick }) => `window.abandons || Turbo.cache.${pick(["clear", "exemptPageFromCache", "exemptPageFromPreview", "resetCacheControl"])}()`
}

// walkOf is a site and a walk of so many steps from a seed.
export function walkOf(seed, steps) {
  const random = generator(seed)
  const { below, pick, chance } = random
  const site = {
    kinds: ["list", ...Object.keys(kinds).filter((name) => name !== "list" && chance(0.35))],
    metas: Object.fromEntries(Object.keys(metas).filter(() => chance(0.2)).map((name) => [name, 1 + below(2 ** pages - 1)])),
    patches: Object.keys(patches).filter(() => chance(0.12))
  }
  if (site.kinds.some((name) => promotes.test(kinds[name](0)))) site.kinds = site.kinds.filter((name) => name !== "temporary")
  const present = [...new Set(site.kinds.flatMap((name) => [...kinds[name](0).matchAll(/class="([^"]+)"/g)].map(([, found]) => found)))]
  const walk = Array.from({ length: steps }, () => {
    if (chance(0.55) && present.length) {
      const name = pick(present)
      return { click: name, ...(chance(0.1) && name !== "query" && { hover: true }), open: !waits.test(name) && chance(0.25) }
    }
    const move = pick(["back", "back", "scroll", ...Object.keys(moves)])
    return { move, code: moves[move](random), open: /^(visit|back|forward|refresh)$/.test(move) && chance(0.25) }
  })
  return { seed, site, walk: walk.map((step, index) => step.open && overtakes(walk[index + 1]) ? { ...step, open: false } : step) }
}

// stepsOf are the steps of a scenario that does a walk.
export function stepsOf({ site, walk }) {
  const evaluate = (code, drain = true) => ({ command: "eval", argument: code, drain })
  return [
    ...site.patches.map((name) => evaluate(patches[name])),
    evaluate(`log("step in"); document.querySelector(".next").click()`),
    ...walk.flatMap((step, number) => {
      const says = `log("step ${number}, scrolled", Math.round(scrollY)); `
      // A refresh waits for others.
      if (!step.click) return [evaluate(says + step.code, step.open ? "page" : true), ...(step.move === "refresh" ? [{ command: "advance", argument: 200, drain: true }] : [])]
      const click = `document.querySelector("a.${step.click}, .${step.click} button")?.click()`
      const hover = `document.querySelector("a.${step.click}")?.dispatchEvent(new MouseEvent("mouseenter"))`
      return [...(step.hover ? [evaluate(hover), { command: "advance", argument: 110, drain: true }] : []), evaluate(says + click, step.open && !step.hover ? "page" : true)]
    })
  ]
}

// smaller are the walks with something left out: a part of the steps, a kind of content, a setting, a patch.
export function* smaller({ seed, site, walk }) {
  for (let size = Math.ceil(walk.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < walk.length; from += size) if (walk.length > size || size === 1) yield { seed, site, walk: walk.toSpliced(from, size) }
  }
  if (site.patches.length > 1) yield { seed, site: { ...site, patches: [] }, walk }
  for (const name of site.patches) yield { seed, site: { ...site, patches: site.patches.filter((other) => other !== name) }, walk }
  const half = Math.ceil(site.kinds.length / 2)
  for (const kept of [site.kinds.slice(0, half), site.kinds.slice(half)]) if (site.kinds.length > 3) yield { seed, site: { ...site, kinds: kept }, walk }
  for (const name of site.kinds) yield { seed, site: { ...site, kinds: site.kinds.filter((other) => other !== name) }, walk }
  for (const name of Object.keys(site.metas)) yield { seed, site: { ...site, metas: Object.fromEntries(Object.entries(site.metas).filter(([other]) => other !== name)) }, walk }
  for (const [index, step] of walk.entries()) if (step.open) yield { seed, site, walk: walk.with(index, { ...step, open: false }) }
}
