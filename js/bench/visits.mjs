#!/usr/bin/env node
// Visits side by side: from the click to turbo:load, on pages of several sizes, under @hotwired/turbo 8.0.23 and under
// turbowasm, in turns. Ratios are ours ÷ theirs: below 1 ours is faster.
import http from "node:http"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { launch } from "../conformance/browser.mjs"
import { built, oracle } from "../conformance/runtime.mjs"

const here = path.dirname(fileURLToPath(import.meta.url))
const runtimes = { theirs: await oracle(), ours: await built(path.join(here, "../dist")) }
const sizes = [200, 2000, 10000]
const targets = { 200: 1.15, 2000: 1, 10000: 1 }
const rounds = Number(process.argv[2] ?? 25)

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
const browser = await launch("chromium", { args: ["--disable-frame-rate-limit", "--disable-gpu-vsync"] })

// What is done; measured is the time from there to turbo:load.
const deeds = {
  "fresh visit": "Turbo.cache.clear(); document.getElementById('next').click()",
  "cached preview, then the page": "document.getElementById('next').click()",
  "back": "history.back()",
  "form, redirected": "document.getElementById('form').requestSubmit()"
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]
console.log("| pages of | what | @hotwired/turbo 8.0.23, ms | turbowasm, ms | ours ÷ theirs | target |\n|---|---|---|---|---|---|")
for (const n of sizes) {
  const pages = {}
  for (const side of ["theirs", "ours"]) {
    const page = pages[side] = await (await browser.createBrowserContext()).newPage()
    await page.goto(`http://127.0.0.1:${server.address().port}/${side}/${n}/0`)
    await page.evaluate(() => window.Turbo.ready)
  }
  for (const [what, deed] of Object.entries(deeds)) {
    const samples = { theirs: [], ours: [] }
    for (let round = -5; round < rounds; round++) {
      for (const side of round % 2 ? ["ours", "theirs"] : ["theirs", "ours"]) {
        await pages[side].bringToFront()
        const ms = await pages[side].evaluate(async (deed, back) => {
          const loaded = () => new Promise((resolve) => addEventListener("turbo:load", resolve, { once: true }))
          if (back) {
            const there = loaded()
            document.getElementById("next").click()
            await there
          }
          await new Promise((resolve) => setTimeout(resolve, 30))
          const there = loaded(), start = performance.now()
          window.eval(deed)
          await there
          return performance.now() - start
        }, deed, what === "back")
        if (round >= 0) samples[side].push(ms)
      }
    }
    const theirs = median(samples.theirs), ours = median(samples.ours), ratio = ours / theirs
    console.log(`| ${n} elements | ${what} | ${theirs.toFixed(1)} | ${ours.toFixed(1)} | ${ratio.toFixed(2)} | ≤ ${targets[n]}${ratio > targets[n] ? " **missed**" : ""} |`)
  }
  for (const page of Object.values(pages)) await page.close()
}
await browser.close()
server.close()
