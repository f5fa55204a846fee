#!/usr/bin/env node
// Visits and frames side by side: from the click to the last event, under @hotwired/turbo 8.0.23 and under turbowasm, in
// turns, each in a browser of its own. Ratios are ours ÷ theirs: below 1 ours is faster.
import http from "node:http"
import { launch } from "../conformance/browser.mjs"
import { digits, ms, spread } from "./figures.mjs"
import { runtimes } from "./windows.mjs"

const sides = await runtimes()
const only = process.argv[2] ?? "", turns = Number(process.argv[3] ?? 10), perTurn = 6

// About n elements, of which those of odd and even numbers differ in their texts.
const list = (n, number) => `<ul>${Array.from({ length: n / 4 }, (_, i) => `<li id="item_${i}"><a href="/x">Item ${i} of ${number}</a><p>Text</p><span>${number}</span></li>`).join("")}</ul>`

const document = (side, number, body) => `<!doctype html><html><head><title>${number}</title><link rel="icon" href="data:,"><meta name="turbo-prefetch" content="false"><script src="/${side}/turbo.umd.js"></script></head><body>${body}</body></html>`

// The pages by their kind: what they hold for a number, and what else is asked for below them.
const kinds = {
  page: (side, n, number) => document(side, number, `<a id="next" href="/${side}/page/${n}/${number + 1}">Next</a><form id="form" action="/${side}/page/${n}/${number}" method="post"><button>Send</button></form>${list(n, number)}`),
  frame: (side, n, number) => document(side, number, `<turbo-frame id="frame"><a id="next" href="/${side}/frame/${n}/${number + 1}">Next</a>${list(n, number)}</turbo-frame>`),
  frames: (side, n, number) => document(side, number, `<template id="frames">${Array.from({ length: n }, (_, i) => `<turbo-frame id="frame_${i}" loading="lazy" src="/${side}/lazy/${i}/${number}"></turbo-frame>`).join("")}</template><div id="here"></div>`),
  lazy: (side, n, number) => `<turbo-frame id="frame_${n}"><p>Frame ${n} of ${number}</p></turbo-frame>`
}

// What is done on a kind of page, and how often turbo:load or turbo:frame-load tells that it is done.
const visit = { kind: "page", event: "turbo:load", count: 1 }
const deeds = {
  "fresh visit": { ...visit, does: "Turbo.cache.clear(); document.getElementById('next').click()" },
  "cached preview, then the page": { ...visit, does: "document.getElementById('next').click()" },
  "back": { ...visit, does: "history.back()", before: "document.getElementById('next').click()" },
  "form, redirected": { ...visit, does: "document.getElementById('form').requestSubmit()" },
  "link in a frame": { kind: "frame", event: "turbo:frame-load", count: 1, does: "document.getElementById('next').click()" },
  "lazy frames": { kind: "frames", event: "turbo:frame-load", count: 50, does: "document.getElementById('here').replaceChildren(document.getElementById('frames').content.cloneNode(true))" }
}

const cases = [
  ...[[200, 1.15], [2000, 1], [10000, 1]].flatMap(([n, target]) => ["fresh visit", "cached preview, then the page", "back", "form, redirected"].map((what) => ({ what, n, target }))),
  { what: "link in a frame", n: 2000, target: 1 },
  { what: "lazy frames", n: 50, target: 1 }
].filter(({ what }) => what.includes(only))

const server = http.createServer((request, response) => {
  const [, side, kind, n, number] = request.url.split("/")
  const file = sides[side]?.files.get(kind)
  const headers = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" }
  if (file) return response.writeHead(200, { ...headers, "content-type": kind.endsWith(".wasm") ? "application/wasm" : "text/javascript" }).end(file)
  if (request.method === "POST") return response.writeHead(303, { location: `/${side}/${kind}/${n}/${+number + 1}` }).end()
  if (!sides[side] || !kinds[kind]) return response.writeHead(404).end()
  response.writeHead(200, { ...headers, "content-type": "text/html; charset=utf-8" }).end(kinds[kind](side, +n, +number % 8))
})
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve))

// One turn of a side: the times of some deeds, the first of which is not counted.
const turn = (page, { does, before, event, count }) => page.evaluate(async (does, before, event, count, rounds) => {
  const done = (left) => new Promise((resolve) => addEventListener(event, function listener() {
    if (--left > 0) return
    removeEventListener(event, listener)
    resolve()
  }))
  const times = []
  for (let i = 0; i <= rounds; i++) {
    if (before) {
      const there = done(count)
      window.eval(before)
      await there
    }
    // The page comes to rest: what it left for later is not the next one's.
    await new Promise((resolve) => requestIdleCallback(resolve))
    const there = done(count), start = performance.now()
    window.eval(does)
    await there
    if (i > 0) times.push(performance.now() - start)
  }
  return times
}, does, before, event, count, perTurn)

const browsers = {}, pages = {}
for (const side of ["theirs", "ours"]) {
  browsers[side] = await launch("chromium", { shell: false })
  pages[side] = await browsers[side].newPage()
}
console.log(`Time from the click to the last event in ms: median (quartiles) of ${turns * perTurn}, ${await browsers.ours.version()}.\n`)
console.log("| what | elements or frames | @hotwired/turbo 8.0.23 | turbowasm | ours ÷ theirs | target |\n|---|---|---|---|---|---|")
let missed = 0
for (const { what, n, target } of cases) {
  const deed = deeds[what], samples = { theirs: [], ours: [] }
  for (const side of ["theirs", "ours"]) {
    await pages[side].goto(`http://127.0.0.1:${server.address().port}/${side}/${deed.kind}/${n}/0`)
    await pages[side].evaluate(() => window.Turbo.ready)
  }
  for (let i = -1; i < turns; i++) {
    for (const side of i % 2 ? ["ours", "theirs"] : ["theirs", "ours"]) {
      const times = await turn(pages[side], deed)
      if (i >= 0) samples[side].push(...times)
    }
  }
  const theirs = spread(samples.theirs), ours = spread(samples.ours), ratio = ours.median / theirs.median
  if (ratio > target) missed++
  console.log(`| ${what} | ${n} | ${ms(theirs)} | ${ms(ours)} | ${digits(ratio)} | ≤ ${target}${ratio > target ? " **missed**" : ""} |`)
}
console.log(missed ? `\n${missed} targets missed.` : "\nEvery target met.")
for (const browser of Object.values(browsers)) await browser.close()
server.close()
