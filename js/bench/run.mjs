#!/usr/bin/env node
// The side-by-side benchmark: @hotwired/turbo 8.0.23 and turbowasm in windows
// of one browser, in turns, with the same loads. Each window has a process of
// its own, which pays for its own garbage.
import { readFile, writeFile } from "node:fs/promises"
import http from "node:http"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { launch } from "../conformance/browser.mjs"
import { built, oracle } from "../conformance/runtime.mjs"
import { digits, ms, spread } from "./figures.mjs"

const usage = `usage: node js/bench/run.mjs [flags]
  --only TEXT        only loads whose name contains the text
  --rounds N         rounds of each load (default: 9; slow loads stop at 3 after --seconds)
  --seconds S        time for one load before its rounds are cut (default: 15)
  --ours DIR|oracle  the built runtime (default: js/dist), or the oracle itself
  --out FILE         write the tables there too`

// Targets are theirs ÷ ours with a listener and without.
const bursts = [
  { load: "appends, one message", n: 1 },
  { load: "appends, one message", n: 100 },
  { load: "appends, one message", n: 1000, targets: [15, 60] },
  { load: "appends, one message", n: 3000, targets: [40, 150] },
  { load: "appends, one message each", n: 1 },
  { load: "appends, one message each", n: 100 },
  { load: "appends, one message each", n: 1000, targets: [10, 60] },
  { load: "appends, one message each", n: 3000, targets: [25, 100] },
  { load: "mixed, one message", n: 1000, targets: [3, 9] },
  { load: "mixed, one message each", n: 1000, targets: [3, 9] },
  { load: "one append into children", n: 0 },
  { load: "one append into children", n: 10000 },
  { load: "one append into children", n: 100000, targets: [300, 300] }
]
const PACED = 20000

const here = path.dirname(fileURLToPath(import.meta.url))

async function main(argv) {
  const { values: flags } = parseArgs({
    args: argv,
    options: {
      only: { type: "string", default: "" }, rounds: { type: "string", default: "9" }, seconds: { type: "string", default: "15" },
      ours: { type: "string" }, out: { type: "string" }, help: { type: "boolean" }
    }
  })
  if (flags.help) return console.log(usage)
  const theirs = await oracle()
  const ours = flags.ours == "oracle" ? theirs : await built(path.resolve(flags.ours ?? path.join(here, "../dist")))
  const server = await serve({ theirs, ours })
  const browser = await launch("chromium", { paced: true })
  try {
    const bench = await open(browser, `http://127.0.0.1:${server.address().port}`)
    const results = []
    for (const burst of bursts.filter(({ load }) => load.includes(flags.only))) {
      for (const observed of [true, false]) {
        results.push(await compare(bench, burst, observed, { rounds: Number(flags.rounds), seconds: Number(flags.seconds) }))
        console.error(row(results.at(-1)))
      }
    }
    const pace = "paced".includes(flags.only) ? await comparePaced(bench) : []
    const text = report(await browser.version(), results, pace)
    console.log(text)
    if (flags.out) await writeFile(flags.out, text)
  } finally {
    await browser.close()
    server.close()
  }
}

// Pages are isolated from other origins: only then clocks are precise.
async function serve(runtimes) {
  const files = { "page.js": "text/javascript", "loads.js": "text/javascript" }
  const server = http.createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://localhost")
    const [, side, name] = pathname.split("/")
    const send = (type, body) => {
      response.writeHead(200, {
        "content-type": type, "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp"
      })
      response.end(body)
    }
    if (runtimes[side] && name == "page") return send("text/html", page(side))
    const file = runtimes[side]?.files.get(name)
    if (file) return send(name.endsWith(".wasm") ? "application/wasm" : "text/javascript", file)
    if (files[side]) return send(files[side], await readFile(path.join(here, side)))
    response.writeHead(404).end()
  })
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)))
}

const page = (side) => `<!doctype html><title>${side}</title><link rel="icon" href="data:,">
<script src="/${side}/turbo.umd.js"></script>
<div id="list" hidden></div>
<script type="module" src="/page.js"></script>`

// A function that calls one of page.js in the window of a side.
async function open(browser, origin) {
  const pages = {}
  for (const side of ["theirs", "ours"]) {
    for (const observed of [true, false]) {
      const page = pages[side + observed] = await (await browser.createBrowserContext()).newPage()
      page.setDefaultTimeout(30000)
      page.on("console", (message) => console.error(`${side}: ${message.text()}`))
      await page.goto(`${origin}/${side}/page${observed ? "?observed" : ""}`)
      await page.waitForFunction(() => window.bench)
      await page.evaluate(() => window.bench.ready)
    }
  }
  return (side, observed, method, ...args) =>
    pages[side + observed].evaluate((method, args) => window.bench[method](...args), method, args)
}

async function compare(bench, { load, n, targets }, observed, { rounds, seconds }) {
  const samples = { theirs: [], ours: [] }
  const warm = load.includes("children") ? n : Math.min(n, 100)
  for (let i = 0; i < 3; i++) for (const side of ["theirs", "ours"]) await bench(side, observed, "measure", load, warm)
  const started = Date.now()
  for (let round = 0; round < rounds && (round < 3 || Date.now() - started < seconds * 1000); round++) {
    const outcome = {}
    for (const side of round % 2 ? ["ours", "theirs"] : ["theirs", "ours"]) {
      outcome[side] = await bench(side, observed, "measure", load, n)
      samples[side].push(outcome[side].busy)
    }
    for (const key of ["length", "digest", "events"]) {
      if (outcome.ours[key] != outcome.theirs[key]) {
        throw new Error(`bench: "${load}" of ${n}: ${key} differs: theirs ${outcome.theirs[key]}, ours ${outcome.ours[key]}`)
      }
    }
  }
  const theirs = spread(samples.theirs), ours = spread(samples.ours)
  return { load, n, observed, theirs, ours, ratio: theirs.median / ours.median, target: targets?.[observed ? 0 : 1] }
}

async function comparePaced(bench) {
  const rows = []
  for (const observed of [true, false]) {
    for (const side of ["theirs", "ours"]) {
      await bench(side, observed, "latencies", 1000)
      rows.push({ side, observed, ...await bench(side, observed, "latencies", PACED) })
    }
  }
  return rows
}

function row({ load, n, observed, theirs, ours, ratio, target }) {
  const verdict = target ? `≥ ${target}${ratio < target ? " **missed**" : ""}` : ""
  return `| ${load} | ${n} | ${observed ? "yes" : "no"} | ${ms(theirs)} | ${ms(ours)} | ${digits(ratio)} | ${verdict} |`
}

function report(version, results, pace) {
  const lines = [`Busy time of the main thread in ms: median (quartiles) of ${Math.min(...results.map((r) => r.theirs.rounds))} rounds or more, ${version}.`, "",
    "| load | N | listener | @hotwired/turbo 8.0.23 | turbowasm | ratio | target |", "|---|---|---|---|---|---|---|", ...results.map(row)]
  for (const observed of [true, false]) {
    const [empty, full] = [0, 100000].map((n) => results.find((r) => r.load.includes("children") && r.n == n && r.observed == observed))
    if (empty && full) lines.push("", `One append into 100,000 children costs ours ${digits(full.ours.median / empty.ours.median)} times one into none (${observed ? "a" : "no"} listener; target ≤ 1.5).`)
  }
  if (pace.length) {
    lines.push("", `${PACED} messages back to back, one in each task: ms from arrival to the changed page.`, "",
      "| runtime | listener | p50 | p99 | until the last is applied | applied |", "|---|---|---|---|---|---|",
      ...pace.map((r) => `| ${r.side == "ours" ? "turbowasm" : "@hotwired/turbo 8.0.23"} | ${r.observed ? "yes" : "no"} | ${digits(r.p50)} | ${digits(r.p99)} | ${digits(r.total)} | ${r.applied} |`))
  }
  const missed = results.filter((r) => r.ratio < r.target).length
  lines.push("", missed ? `${missed} targets missed.` : "Every target met.", "")
  return lines.join("\n")
}

await main(process.argv.slice(2))
