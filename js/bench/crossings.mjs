#!/usr/bin/env node
// How often a deed crosses between the page and Go: calls inwards (the page calls Go), outwards (Go calls the page), how
// deep they nest, and what is called most. Nothing is timed.
//   node bench/crossings.mjs [deed] [--log]
// With --log every call is written, in order and with its texts: pipe it to sort | uniq -c | sort -rn for a ranking.
import { execFileSync } from "node:child_process"
import http from "node:http"
import { fileURLToPath } from "node:url"
import { launch } from "../conformance/browser.mjs"
import { runtimes } from "./windows.mjs"

const log = process.argv.includes("--log")
const only = process.argv.slice(2).find((argument) => argument != "--log") ?? ""
const { ours } = await runtimes()

// The builder gives primitives whose names have an underscore short ones, in their order.
const letters = [..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"]
const sources = execFileSync("grep", ["-rhoE", "wasmimport turbo [a-z_]+", fileURLToPath(new URL("../../wasm", import.meta.url))], { encoding: "utf8" })
const long = [...new Set(sources.trim().split("\n").map((line) => line.split(" ")[2]).filter((name) => name.includes("_")))].sort()
const names = Object.fromEntries(long.map((name, i) => [(letters[Math.floor(i / 52) - 1] ?? "") + letters[i % 52], name]))

const page = (number) => `<!doctype html><html><head><title>${number}</title><link rel="icon" href="data:,"><meta name="turbo-prefetch" content="false"><script src="/turbo.umd.js"></script></head>
<body><a id="next" href="/page/${number + 1}">Next</a><form id="form" method="post" action="/page/${number}"><button>Send</button></form>
<turbo-frame id="frame"><a id="inside" href="/page/${number + 1}">Next</a></turbo-frame><ul id="list"><li id="item">Item ${number}</li></ul></body></html>`

const server = http.createServer(({ url, method }, response) => {
  const [, name, number] = url.split("/"), file = ours.files.get(name)
  if (file) return response.writeHead(200, { "content-type": name.endsWith(".wasm") ? "application/wasm" : "text/javascript" }).end(file)
  if (method === "POST") return response.writeHead(303, { location: `/page/${+number + 1}` }).end()
  response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(page(+number))
})
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve))

const click = (id) => `document.getElementById("${id}").click()`
const stream = '<turbo-stream action="append" target="list"><template><li>One</li></template></turbo-stream>'
const loaded = (act) => `new Promise((resolve) => { addEventListener("turbo:load", () => resolve(Turbo.settled()), { once: true }); ${act} })`
// What is done, and what comes before it and is not counted.
const deeds = {
  "a link, cold": [click("next")],
  "a link, from the cache and then the page": [click("next"), `${loaded(`Turbo.visit("/page/1")`)}.then(() => ${loaded("history.back()")})`],
  "back": ["history.back()", loaded(click("next"))],
  "a link to another head": [click("next"), `Promise.resolve(document.head.append(...["base", "extra"].map((name) => Object.assign(document.createElement("meta"), { name }))))`],
  "a form, redirected": [`document.getElementById("form").requestSubmit()`],
  "a link in a frame": [click("inside")],
  "one stream": [`Turbo.renderStreamMessage('${stream}')`],
  "100 streams": [`Turbo.renderStreamMessage('${stream}'.repeat(100))`],
  "a morph": [`Turbo.renderStreamMessage('${stream.replace('"append" target="list"', '"replace" method="morph" target="item"').replace("<li>", '<li id="item">')}')`]
}

const browser = await launch("chromium", { unpaced: true })
const tab = await browser.newPage()
await tab.evaluateOnNewDocument((names) => {
  const counts = window.crossings = { inwards: 0, outwards: 0, depth: 0, deepest: 0, names: {}, log: [] }
  const texts = { around: [1], attribute: [1], call: [1], delete: [1], get: [1], get_number: [1], get_texts: [1], object: [0], own: [1], select_all: [1], set: [1], set_attribute: [1, 3] }
  const decoder = new TextDecoder()
  let memory
  const said = (name, values) => (texts[name.slice(2)] ?? []).map((at) => " " + decoder.decode(new Uint8Array(memory.buffer, values[at], values[at + 1]))).join("")
  const wrap = (name, call, direction) => (...values) => {
    counts[direction]++
    counts.names[name] = (counts.names[name] ?? 0) + 1
    counts.log.push(`${"  ".repeat(counts.depth)}${name}${said(name, values)}`)
    if (direction === "outwards") return call(...values)
    counts.deepest = Math.max(counts.deepest, ++counts.depth)
    try {
      return call(...values)
    } finally {
      counts.depth--
    }
  }
  const { instantiate } = WebAssembly
  WebAssembly.instantiate = async (module, imports) => {
    const primitives = Object.fromEntries(Object.entries(imports.turbo).map(([name, call]) => [name, wrap(`> ${names[name] ?? name}`, call, "outwards")]))
    const instance = await instantiate.call(WebAssembly, module, { ...imports, turbo: primitives })
    memory = instance.exports.mem
    const exports = Object.fromEntries(Object.entries(instance.exports).map(([name, it]) => [name, typeof it === "function" && name.startsWith("turbo_") ? wrap(`< ${name}`, it, "inwards") : it]))
    return Object.create(instance, { exports: { value: exports } }) // Go's loader wants an instance
  }
}, names)
for (const [name, [deed, before]] of Object.entries(deeds)) {
  if (!name.includes(only)) continue
  await tab.goto(`http://127.0.0.1:${server.address().port}/page/0`)
  await tab.evaluate("Turbo.ready.then(() => Turbo.settled())")
  if (before) await tab.evaluate(before)
  const counts = await tab.evaluate(async (deed) => {
    await new Promise((resolve) => requestIdleCallback(resolve))
    const { crossings } = window
    Object.assign(crossings, { inwards: 0, outwards: 0, deepest: 0, names: {}, log: [] })
    window.eval(deed)
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))
    await window.Turbo.settled()
    return crossings
  }, deed)
  console.log(`${name}: ${counts.inwards} inwards, ${counts.outwards} outwards, ${counts.deepest} deep`)
  if (log) console.log(counts.log.join("\n"))
  const most = Object.entries(counts.names).sort(([, a], [, b]) => b - a)
  for (const direction of "<>") console.log(`  ${direction} ${most.filter(([name]) => name[0] === direction).slice(0, 12).map(([name, count]) => `${name.slice(2).replace("turbo_", "")} ${count}`).join(", ")}`)
}
await browser.close()
server.close()
