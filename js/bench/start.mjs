#!/usr/bin/env node
// How soon a page is alive: from its navigation to turbo:load, under @hotwired/turbo 8.0.23 and under turbowasm, in turns.
// Cold visits have nothing, cached ones have what visits before left in the caches of a browser, code included. "tags" is
// the markup that package assets writes, "snippet" a script tag alone. Below: where our time goes.
//   node bench/start.mjs [rounds] [profile] [dist] [name=dist …]
// More folders are measured beside the first, each in the markup of the tags.
import { createHash } from "node:crypto"
import http from "node:http"
import path from "node:path"
import zlib from "node:zlib"
import { build } from "esbuild"
import { launch } from "../conformance/browser.mjs"
import { digits, ms, spread } from "./figures.mjs"
import { runtimes } from "./windows.mjs"

const rounds = Number(process.argv[2] ?? 10), only = process.argv[3] ?? "", [folder, ...others] = process.argv.slice(4)

const profiles = {
  "local": {},
  "9 Mbit/s, 60 ms": { mbits: 9, latency: 60 },
  "1.6 Mbit/s, 150 ms, CPU ÷ 4": { mbits: 1.6, latency: 150, slower: 4 }
}

const sides = await runtimes(folder)
const minified = async (text) => Buffer.from((await build({ stdin: { contents: text.toString() }, format: "esm", minify: true, write: false })).outputFiles[0].contents)
const shown = { theirs: { files: new Map([["turbo.js", await minified(sides.theirs.files.get("turbo.js"))]]) }, tags: sides.ours, snippet: sides.ours }
for (const other of others) {
  const [name, folder] = other.split("=")
  shown[name] = (await runtimes(path.resolve(folder))).ours
}

// Every file by an address with its hash, with what it compresses to: as they should be served.
const served = new Map(), addresses = {}
for (const [side, { files }] of Object.entries(shown)) {
  addresses[side] = {}
  for (const name of ["turbo.js", "turbo.wasm"]) {
    const plain = files.get(name)
    if (!plain) continue
    const address = addresses[side][name] = `/${createHash("sha256").update(plain).digest("hex").slice(0, 16)}/${name}`
    if (!served.has(address)) served.set(address, zlib.brotliCompressSync(plain, { params: { [zlib.constants.BROTLI_PARAM_LGWIN]: 24, [zlib.constants.BROTLI_PARAM_SIZE_HINT]: plain.length } }))
  }
}

const list = Array.from({ length: 100 }, (_, i) => `<li id="item_${i}"><a href="/x/${i}">Item ${i}</a> <p>What there is to say about it.</p></li>`).join("")
const head = {
  theirs: ({ "turbo.js": script }) => `<script type="module" src="${script}"></script>`,
  snippet: ({ "turbo.js": script, "turbo.wasm": wasm }) => `<meta name="turbo-wasm" content="${wasm}"><script type="module" src="${script}"></script>`,
  tags: ({ "turbo.js": script, "turbo.wasm": wasm }) => `<meta name="turbo-wasm" content="${wasm}"><link rel="preload" href="${wasm}" as="fetch" type="application/wasm" crossorigin><link rel="modulepreload" href="${script}"><script type="module" src="${script}"></script>`
}

let asked = []
const server = http.createServer(({ url }, response) => {
  asked.push(url)
  const body = served.get(url), side = url.slice(1)
  if (body) return response.writeHead(200, { "content-type": url.endsWith(".wasm") ? "application/wasm" : "text/javascript", "content-encoding": "br", "content-length": body.length, "cache-control": "public, max-age=31536000, immutable" }).end(body)
  if (!shown[side]) return response.writeHead(404).end()
  response.writeHead(200, { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" })
  response.end(`<!doctype html><html><head><title>${side}</title><link rel="icon" href="data:,">${(head[side] ?? head.tags)(addresses[side])}</head><body><ul>${list}</ul></body></html>`)
})
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve))
const origin = `http://127.0.0.1:${server.address().port}`

// Notes when each step is done. It is in the page before everything else.
function probe() {
  const times = globalThis.times = {}
  const note = (object, name, step) => {
    const method = object[name]
    object[name] = async function (...values) {
      times[`${step} began`] ??= performance.now()
      const result = await method.apply(this, values)
      times[step] ??= performance.now()
      return result
    }
  }
  note(WebAssembly, "compileStreaming", "compiled")
  note(WebAssembly, "instantiate", "instantiated")
  globalThis.loaded = new Promise((resolve) => addEventListener("turbo:load", () => resolve(times.load = performance.now()), { once: true }))
}

async function visit(page, side) {
  asked = []
  await page.goto(`${origin}/${side}`)
  const times = await page.evaluate(async () => {
    await globalThis.loaded
    const [wasm] = performance.getEntriesByType("resource").filter(({ name }) => name.endsWith(".wasm"))
    return { ...globalThis.times, ...wasm && { fetch: wasm.startTime, fetched: wasm.responseEnd } }
  })
  const twice = asked.filter((url, i) => asked.indexOf(url) != i)
  if (twice.length) throw new Error(`start: asked for twice by ${side}: ${twice}`)
  return { ...times, asked: asked.length }
}

async function prepare(context, { mbits, latency = 0, slower = 1 }) {
  const page = await context.newPage(), client = await page.createCDPSession()
  page.setDefaultTimeout(60000)
  await page.evaluateOnNewDocument(probe)
  if (mbits) {
    await client.send("Network.enable")
    await client.send("Network.emulateNetworkConditions", { offline: false, latency, downloadThroughput: mbits * 1e6 / 8, uploadThroughput: mbits * 1e6 / 8 })
  }
  if (slower > 1) await client.send("Emulation.setCPUThrottlingRate", { rate: slower })
  return page
}

const cells = []
let version
for (const [name, profile] of Object.entries(profiles).filter(([name]) => name.includes(only))) {
  const browser = await launch("chromium", { shell: false })
  const pages = {}, samples = {}
  for (const side of Object.keys(shown)) {
    // The first visits fill the caches; compiled code is written down once the program has run for a while.
    pages[side] = await prepare(browser, profile)
    for (let i = 0; i < 3; i++) {
      await visit(pages[side], side)
      await new Promise((resolve) => setTimeout(resolve, 2500))
    }
    samples[side] = { cold: [], cached: [] }
  }
  for (let round = 0; round < rounds; round++) {
    for (const side of round % 2 ? Object.keys(shown) : Object.keys(shown).reverse()) {
      await pages[side].bringToFront()
      const cached = await visit(pages[side], side)
      if (cached.asked > 1) throw new Error(`start: ${side} was not cached: ${asked}`)
      samples[side].cached.push(cached)
      const context = await browser.createBrowserContext(), page = await prepare(context, profile)
      samples[side].cold.push(await visit(page, side))
      await context.close()
    }
  }
  for (const state of ["cold", "cached"]) cells.push({ name, state, samples: (side, step = "load") => samples[side][state].map((times) => times[step]) })
  version = await browser.version()
  await browser.close()
}
server.close()

const ours = Object.keys(shown).slice(1)
console.log(`From the navigation to turbo:load in ms: median (quartiles) of ${rounds}, ${version}.\n`)
console.log(`| | @hotwired/turbo 8.0.23 | ${ours.map((side) => `${side} | ÷ theirs`).join(" | ")} |\n|---|---|${"---|---|".repeat(ours.length)}`)
for (const { name, state, samples } of cells) {
  const theirs = spread(samples("theirs"))
  console.log(`| ${name}, ${state} | ${ms(theirs)} | ${ours.map((side) => spread(samples(side))).map((times) => `${ms(times)} | ${digits(times.median / theirs.median)}`).join(" | ")} |`)
}
const steps = ["fetch", "fetched", "compiled began", "compiled", "instantiated", "load"]
console.log(`\n| ours | wasm asked for | fetched | compilation begun | compiled | instantiated | turbo:load | **of it after instantiation** |\n|---|${"---|".repeat(7)}`)
for (const { name, state, samples } of cells) {
  for (const side of ours) {
    const after = spread(samples(side).map((load, i) => load - samples(side, "instantiated")[i]))
    console.log(`| ${name}, ${state}, ${side} | ${steps.map((step) => digits(spread(samples(side, step)).median)).join(" | ")} | **${ms(after)}** |`)
  }
}
