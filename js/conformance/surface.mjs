// The surface: every member of every object that an application can reach, under the oracle and under ours. What ours
// lacks, or has otherwise, must be declared with its reason in surface.json; surface.md is the whole table.
import { readFileSync, writeFileSync } from "node:fs"
import http from "node:http"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { openPage } from "./browser.mjs"

const here = path.dirname(fileURLToPath(import.meta.url))
const table = path.join(here, "surface.md")
const declared = () => JSON.parse(readFileSync(path.join(here, "surface.json"), "utf8"))

const document = (title, body, head = "") => `<!doctype html><html><head><title>${title}</title><link rel="icon" href="data:,"><meta name="turbo-prefetch" content="false">${head}<script src="/turbo.umd.js"></script></head><body>${body}</body></html>`
const answers = {
  "GET /": [200, document("One", `<a id="link" href="/two">Two</a><form id="form" action="/broken" method="post"><button>Send</button></form><turbo-frame id="frame"></turbo-frame><turbo-frame id="morphed" src="/morphed" refresh="morph"></turbo-frame><turbo-stream-source src="/events"></turbo-stream-source><p id="target"></p>`, `<meta name="turbo-refresh-method" content="morph">`)],
  "GET /two": [200, document("Two", "<h1>Two</h1>")],
  "POST /broken": [500, document("Broken", "<h1>Broken</h1>")],
  "GET /frame": [200, `<turbo-frame id="frame">Frame</turbo-frame>`],
  "GET /morphed": [200, `<turbo-frame id="morphed" src="/morphed">Morphed</turbo-frame>`]
}

// Runs in the page: makes everything happen and looks at what is there then.
async function walk() {
  const { Turbo } = window, { session } = Turbo, found = {}
  const native = (object) => /\[native code\]/.test(Object.getOwnPropertyDescriptor(object, "constructor")?.value ?? "")
  const kindOf = ({ value, get, set }) => get || set ? [get && "get", set && "set"].filter(Boolean).join(", ") : typeof value == "function" ? /^class\b/.test(value) ? "class" : "method" : "value"
  const levels = function* (object) { for (let level = object; level && !native(level) && level != Function.prototype; level = Object.getPrototypeOf(level)) yield level }
  const members = (object, ...without) => {
    const kinds = {}
    for (const level of levels(object)) {
      for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(level))) if (!without.includes(name)) kinds[name] ??= kindOf(property)
    }
    return kinds
  }
  const look = (name, object) => {
    if (!object) return
    found[name] ??= members(object, "constructor")
    if (native(Object.getPrototypeOf(object))) return
    found[name]["constructor.name"] ??= object.constructor.name.replace(/^_/, "") // the bundler prefixes some
    found[`${name}.constructor`] ??= members(object.constructor, "length", "name", "prototype")
  }
  const once = (target, type) => new Promise((resolve) => target.addEventListener(type, resolve, { once: true }))
  const frame = window.document.getElementById("frame"), morphed = window.document.getElementById("morphed")

  found.Turbo = members({ ...Turbo })
  look("session", session)
  const parts = "navigator history view adapter cache preloader pageObserver cacheObserver linkPrefetchObserver linkClickObserver formSubmitObserver scrollObserver streamObserver formLinkClickObserver frameRedirector streamMessageRenderer"
  for (const part of parts.split(" ")) look(part, session[part])
  look("snapshotCache", session.view.snapshotCache)
  look("progressBar", session.adapter.progressBar)
  look("config", Turbo.config)
  look("config.drive", Turbo.config.drive)
  look("config.forms", Turbo.config.forms)
  look("config.forms.submitter", Turbo.config.forms.submitter)
  look("pageSnapshot", session.view.snapshot)
  look("headSnapshot", session.view.snapshot.headSnapshot)
  look("frame", frame)
  look("frame.delegate", frame.delegate)
  for (const part of ["view", "appearanceObserver", "formLinkClickObserver", "linkInterceptor", "formSubmitObserver"]) look(`frame.delegate.${part}`, frame.delegate[part])
  look("snapshot", frame.delegate.view?.snapshot)
  look("stream", Object.assign(window.document.createElement("turbo-stream")))
  look("streamSource", window.document.querySelector("turbo-stream-source"))
  for (const name of ["FetchMethod", "FetchEnctype", "FrameLoadingStyle", "StreamActions"]) if (Turbo[name]) look(name, Turbo[name])

  addEventListener("turbo:before-fetch-response", ({ detail }) => look("fetchResponse", detail.fetchResponse))
  const rendererOf = (view) => view?.renderer && look(view.renderer.constructor.name, view.renderer)
  addEventListener("turbo:before-render", () => {
    rendererOf(session.view)
    look("visit", session.navigator.currentVisit)
    look("fetchRequest", session.navigator.currentVisit?.request)
  })
  addEventListener("turbo:before-frame-render", ({ target }) => rendererOf(target.delegate.view))
  addEventListener("turbo:submit-start", ({ detail }) => look("formSubmission", detail.formSubmission))

  for (const [element, src] of [[frame, "/frame"], [morphed, "/morphed"]]) {
    const loaded = once(element, "turbo:frame-load")
    if (element == frame) element.src = src
    else element.reload()
    await loaded
  }
  const visited = async (url, options) => {
    const loaded = once(window, "turbo:load")
    Turbo.visit(url, options)
    await loaded
  }
  await visited("/", { action: "replace" })
  await visited("/two")
  await visited("/")
  const rendered = once(window, "turbo:render")
  window.document.getElementById("form").requestSubmit()
  await rendered
  return found
}

async function surfaceOf(browser, runtime) {
  const server = http.createServer((request, response) => {
    const file = runtime.files.get(request.url.slice(1))
    if (request.url === "/events") return response.writeHead(200, { "content-type": "text/event-stream" }).write(":\n\n")
    if (file) return response.writeHead(200, { "content-type": request.url.endsWith("wasm") ? "application/wasm" : "text/javascript" }).end(file)
    const [status, body] = answers[`${request.method} ${request.url}`] ?? [404, ""]
    response.writeHead(status, { "content-type": "text/html; charset=utf-8" }).end(body)
  })
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { page, close } = await openPage(browser, { isolated: true })
  try {
    await page.goto(`http://127.0.0.1:${server.address().port}/`, { waitUntil: "domcontentloaded" })
    await page.evaluate(() => window.Turbo.ready)
    return await page.evaluate(walk)
  } finally {
    await close(false)
    server.closeAllConnections()
    server.close()
  }
}

// surface compares both: problems, and the table as Markdown.
export async function surface(browser, { theirs, ours }) {
  const [wanted, have] = [await surfaceOf(browser, theirs), await surfaceOf(browser, ours)]
  const reasons = declared(), used = new Set(), problems = []
  const because = (object, member) => {
    const key = [`${object}.${member}`, `${object}.*`, `*.${member}`].find((key) => key in reasons)
    used.add(key)
    return reasons[key]
  }
  const lines = ["# The surface", "", "What an application can reach of the runtime: under @hotwired/turbo 8.0.23, and of that under ours. Written by `node js/conformance/run.mjs --surface --write`.", ""]
  let all = 0, same = 0
  for (const object of Object.keys(wanted).sort()) {
    const rows = []
    for (const [member, kind] of Object.entries(wanted[object]).sort()) {
      const mine = have[object]?.[member]
      all++
      if (mine === kind) {
        same++
        rows.push([member, kind, "same"])
        continue
      }
      const what = mine === undefined ? "missing" : mine
      const reason = because(object, member)
      if (!reason) problems.push(`${object}: ${member} is ${kind} upstream, here ${what}; give it, or declare why not in surface.json`)
      rows.push([member, kind, `${what}: ${reason ?? "?"}`])
    }
    const alone = Object.keys(have[object] ?? {}).filter((member) => !(member in wanted[object])).sort()
    lines.push(`## ${object}`, "")
    const grouped = {}
    for (const [member, kind, mine] of rows) (grouped[`${kind} | ${mine}`] ??= []).push(member)
    lines.push("| member | upstream | ours |", "|---|---|---|")
    for (const [end, names] of Object.entries(grouped)) lines.push(`| ${names.map((name) => `\`${name}\``).join(" ")} | ${end} |`)
    if (alone.length) lines.push(`| ${alone.map((member) => `\`${member}\``).join(" ")} | – | ours alone |`)
    lines.push("")
  }
  for (const object of Object.keys(have)) if (!(object in wanted)) lines.push(`## ${object}`, "", "Ours alone.", "")
  lines.splice(4, 0, `${all} members, ${same} of them the same.`, "")
  for (const key of Object.keys(reasons)) if (!used.has(key)) problems.push(`surface.json declares ${key}, which differs no more`)
  return { problems, markdown: lines.join("\n").trimEnd() + "\n" }
}

// surfaceProblems also tells whether surface.md is up to date.
export async function surfaceProblems(browser, runtimes) {
  const { problems, markdown } = await surface(browser, runtimes)
  if (readFileSync(table, "utf8") !== markdown) problems.push("surface.md is not what there is; write it anew: node js/conformance/run.mjs --surface --write")
  return problems
}

export async function writeSurface(browser, runtimes) {
  const { problems, markdown } = await surface(browser, runtimes)
  writeFileSync(table, markdown)
  return problems
}
