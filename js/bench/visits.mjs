#!/usr/bin/env node
// Visits side by side: from the click to turbo:load, on pages of several sizes, under @hotwired/turbo 8.0.23 and under
// turbowasm, in turns, each in a browser of its own whose frames come as fast as they can: waiting for the display is
// no work of the runtime's. Ratios are ours ÷ theirs: below 1 ours is faster.
import http from "node:http"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { launch } from "../conformance/browser.mjs"
import { built, oracle } from "../conformance/runtime.mjs"
import { digits, ms, spread } from "./figures.mjs"

const here = path.dirname(fileURLToPath(import.meta.url))
const runtimes = { theirs: await oracle(), ours: await built(path.join(here, "../dist")) }
const sizes = [200, 2000, 10000]
const targets = { 200: 1.15, 2000: 1, 10000: 1 }
const turns = Number(process.argv[2] ?? 8), visitsPerTurn = 6

// A page of about n elements; odd and even pages differ in their texts.
function page(side, n, number) {
  const items = Array.from({ length: n / 4 }, (_, i) => `<li id="item_${i}"><a href="/x">Item ${i} of ${number}</a><p>Text</p><span>${number}</span></li>`)
  return `<!doctype html><html><head><title>${number}</title><link rel="icon" href="data:,"><meta name="turbo-prefetch" content="false"><script src="/${side}/turbo.umd.js"></script></head>
<body><a id="next" href="/${side}/${n}/${number + 1}">Next</a><form id="form" action="/${side}/${n}/${number}" method="post"><button>Send</button></form><ul>${items.join("")}</ul></body></html>`
}

const server = http.createServer((request, response) => {
  const [, side, n, number] = request.url.split("/")
  const file = runtimes[side]?.files.get(n)
  const headers = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" }
  if (file) return response.writeHead(200, { ...headers, "content-type": n.endsWith(".wasm") ? "application/wasm" : "text/javascript" }).end(file)
  if (request.method === "POST") return response.writeHead(303, { location: `/${side}/${n}/${+number + 1}` }).end()
  if (!runtimes[side] || !number) return response.writeHead(404).end()
  response.writeHead(200, { ...headers, "content-type": "text/html; charset=utf-8" }).end(page(side, +n, +number % 8))
})
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve))

// What is done; measured is the time from there to turbo:load.
const deeds = {
  "fresh visit": "Turbo.cache.clear(); document.getElementById('next').click()",
  "cached preview, then the page": "document.getElementById('next').click()",
  "back": "history.back()",
  "form, redirected": "document.getElementById('form').requestSubmit()"
}

// One turn of a side: the times of some visits, the first of which is not counted.
const turn = (page, what) => page.evaluate(async (deed, back, count) => {
  const loaded = () => new Promise((resolve) => addEventListener("turbo:load", resolve, { once: true }))
  const times = []
  for (let i = 0; i <= count; i++) {
    if (back) {
      const there = loaded()
      document.getElementById("next").click()
      await there
    }
    // The page comes to rest: what it left for later is not the next visit's.
    await new Promise((resolve) => requestIdleCallback(resolve))
    const there = loaded(), start = performance.now()
    window.eval(deed)
    await there
    if (i > 0) times.push(performance.now() - start)
  }
  return times
}, deeds[what], what === "back", visitsPerTurn)

const browsers = {}, pages = {}
for (const side of ["theirs", "ours"]) {
  browsers[side] = await launch("chromium")
  pages[side] = await browsers[side].newPage()
}
console.log(`Time from the click to turbo:load in ms: median (quartiles) of ${turns * visitsPerTurn} visits, ${await browsers.ours.version()}.\n`)
console.log("| pages of | what | @hotwired/turbo 8.0.23 | turbowasm | ours ÷ theirs | target |\n|---|---|---|---|---|---|")
let missed = 0
for (const n of sizes) {
  for (const side of ["theirs", "ours"]) {
    await pages[side].goto(`http://127.0.0.1:${server.address().port}/${side}/${n}/0`)
    await pages[side].evaluate(() => window.Turbo.ready)
  }
  for (const what of Object.keys(deeds)) {
    const samples = { theirs: [], ours: [] }
    for (let i = -1; i < turns; i++) {
      for (const side of i % 2 ? ["ours", "theirs"] : ["theirs", "ours"]) {
        const times = await turn(pages[side], what)
        if (i >= 0) samples[side].push(...times)
      }
    }
    const theirs = spread(samples.theirs), ours = spread(samples.ours), ratio = ours.median / theirs.median
    if (ratio > targets[n]) missed++
    console.log(`| ${n} elements | ${what} | ${ms(theirs)} | ${ms(ours)} | ${digits(ratio)} | ≤ ${targets[n]}${ratio > targets[n] ? " **missed**" : ""} |`)
  }
}
console.log(missed ? `\n${missed} targets missed.` : "\nEvery target met.")
for (const browser of Object.values(browsers)) await browser.close()
server.close()
