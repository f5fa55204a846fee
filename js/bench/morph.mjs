#!/usr/bin/env node
// Morphs side by side: Turbo.morphElements of @hotwired/turbo 8.0.23 and of turbowasm in windows of one browser, in
// turns, each time from the same fresh page. Ratios are theirs ÷ ours. Both must end with the new content.
import { writeFile } from "node:fs/promises"
import { parseArgs } from "node:util"
import { digits, ms, spread } from "./figures.mjs"
import { openWindows } from "./windows.mjs"

const usage = `usage: node js/bench/morph.mjs [flags]
  --only TEXT        only rows whose name contains the text (their names begin with quiet, heard, parsed or trap)
  --seconds S        time for one row (default: 1)
  --ours DIR|oracle  the built runtime (default: js/dist), or the oracle itself
  --out FILE         write the table there too`

const pages = ["chat list", "table", "nested cards"]
const changes = ["none", "one text", "1 % of attributes", "insert at top", "reorder 10 %", "everything replaced"]
const sizes = [100, 1000, 10000]
const targets = {
  100: { none: 20, "one text": 8, "1 % of attributes": 8, "insert at top": 10, "reorder 10 %": 6, "everything replaced": 2, heard: 1.3 },
  1000: { none: 35, "one text": 18, "1 % of attributes": 18, "insert at top": 20, "reorder 10 %": 10, "everything replaced": 3.5, heard: 1.5 },
  10000: { none: 45, "one text": 20, "1 % of attributes": 20, "insert at top": 30, "reorder 10 %": 15, "everything replaced": 4.5, heard: 1.6 }
}

// What is morphed, in which way it is asked for, and the least ratio.
function rows(traps) {
  const rows = []
  for (const n of sizes) for (const page of pages) for (const change of changes) rows.push({ way: "quiet", page, change, n, target: targets[n][change] })
  for (const n of sizes) for (const page of pages) for (const change of changes) rows.push({ way: "heard", page, change, n, target: targets[n].heard })
  for (const n of sizes) for (const page of pages) for (const change of ["none", "one text"]) rows.push({ way: "parsed", page, change, n })
  for (const [page, n] of Object.entries(traps)) for (const way of ["trap", "trap, heard"]) rows.push({ way, page, change: "", n, target: 1 })
  return rows.map((row) => ({ ...row, name: [row.way, row.page, row.change].filter(Boolean).join(": ") }))
}

async function main(argv) {
  const { values: flags } = parseArgs({
    args: argv,
    options: { only: { type: "string", default: "" }, seconds: { type: "string", default: "1" }, ours: { type: "string" }, out: { type: "string" }, help: { type: "boolean" } }
  })
  if (flags.help) return console.log(usage)
  const { bench, version, close } = await openWindows({
    ours: flags.ours, queries: ["", "heard"], scripts: ["morphs.js"], body: `<div id="place" hidden></div>`
  })
  try {
    const traps = await bench("theirs", "", "traps")
    const results = []
    for (const row of rows(traps).filter(({ name, n }) => `${name}: ${n}`.includes(flags.only))) {
      results.push(await compare(bench, row, Number(flags.seconds) * 1000))
      console.error(line(results.at(-1)))
    }
    const text = report(version, results)
    console.log(text)
    if (flags.out) await writeFile(flags.out, text)
  } finally {
    await close()
  }
}

const ROUNDS = 9

// A round of each side takes a share of the time; slow rows have few rounds.
async function compare(bench, row, ms) {
  const samples = { theirs: [], ours: [] }, ends = {}
  const started = Date.now()
  for (let round = -1; round < ROUNDS && (round < 3 || Date.now() - started < ms); round++) {
    for (const side of round % 2 ? ["ours", "theirs"] : ["theirs", "ours"]) {
      const { samples: times, end } = await bench(side, row.way.includes("heard") ? "heard" : "", "measure", row, ms / ROUNDS / 3, row.way == "parsed" || row.n >= 10000 ? 1 : 5)
      if (round >= 0) samples[side].push(...times)
      ends[side] = end
    }
    if (round < 0 && Date.now() - started > ms * 3) round = 1 // what takes seconds is not warmed up
  }
  if (ends.theirs != ends.ours) throw new Error(`bench: "${row.name}" of ${row.n} ends differently: theirs ${ends.theirs}, ours ${ends.ours}`)
  const theirs = spread(samples.theirs), ours = spread(samples.ours)
  const beside = async (query, method) => digits(spread(await bench("ours", query, method, row, row.n >= 10000 ? 5 : 15)).median)
  const note = row.way.includes("heard") ? `, events ${await beside("heard", "dispatches")}` : row.way == "parsed" ? `, innerHTML ${await beside("", "assignments")}` : ""
  return { ...row, theirs, ours, note, ratio: theirs.median / ours.median }
}

function line({ name, n, theirs, ours, note, ratio, target }) {
  const verdict = target ? `≥ ${target}${ratio < target ? " **missed**" : ""}` : ""
  return `| ${name} | ${n} | ${ms(theirs)} | ${ms(ours)}${note} | ${digits(ratio)} | ${verdict} |`
}

function report(version, results) {
  const missed = results.filter((r) => r.ratio < r.target).length
  return [`Turbo.morphElements, ms: median (quartiles) of ${Math.min(...results.flatMap((r) => [r.theirs.rounds, r.ours.rounds]))} times or more, ${version}.`,
    "Quiet: nobody listens to the events of single elements; heard: all are listened to, and events is what making and",
    "dispatching them takes by itself; parsed: from a string, nobody listens, and innerHTML is what assigning it takes.", "",
    "| morph | nodes | @hotwired/turbo 8.0.23 | turbowasm | ratio | target |", "|---|---|---|---|---|---|", ...results.map(line), "",
    missed ? `${missed} targets missed.` : "Every target met.", ""].join("\n")
}

await main(process.argv.slice(2))
