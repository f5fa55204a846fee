#!/usr/bin/env node
// Stream actions of an application's own, side by side: in Go, compiled together with the runtime (./actions), and in
// JavaScript under @hotwired/turbo 8.0.23 (page.js). A thousand streams in one message, unheard and heard. What bounds the
// ratio is the page's own part: the same changes by the shortest way, without streams or anybody's runtime.
//   node bench/actions.mjs [rounds] [streams] [action]
import { execFile } from "node:child_process"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { digits, ms, spread } from "./figures.mjs"
import { openWindows } from "./windows.mjs"

const rounds = Number(process.argv[2] ?? 15), n = Number(process.argv[3] ?? 1000), only = process.argv[4]
const actions = ["toast", "add", "mark", "count"].filter((action) => !only || action == only)
const target = 10 // unheard
const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "../..")

const directory = await mkdtemp(path.join(tmpdir(), "turbowasm-actions-"))
try {
  await promisify(execFile)("go", ["run", "./server/cmd/turbowasm", "build", "-plain", "-o", directory, "./js/bench/actions"], { cwd: root })
  const { bench, version, close } = await openWindows({ ours: directory, queries: ["", "observed"], scripts: ["page.js", "loads.js"], body: `<div id="list" hidden></div>` })
  try {
    console.log([`Busy time of the main thread in ms: median (quartiles) of ${rounds} rounds, ${version}. ${n} streams of one action in one message.`, "",
      "| action | listeners | in JavaScript, @hotwired/turbo 8.0.23 | in Go, turbowasm | ratio (quartiles of the rounds) | target | the page's part | its ratio |", "|---|---|---|---|---|---|---|---|"].join("\n"))
    for (const query of ["", "observed"]) {
      for (const action of actions) {
        const samples = { theirs: [], ours: [], least: [] }
        for (let round = -5; round < rounds; round++) {
          const outcome = {}
          for (const side of round % 2 ? ["ours", "theirs"] : ["theirs", "ours"]) {
            outcome[side] = await bench(side, query, "measure", action, n)
            if (round >= 0) samples[side].push(outcome[side].busy)
          }
          outcome.least = await bench("theirs", query, "measure", action, n, true)
          if (round >= 0) samples.least.push(outcome.least.busy)
          if (outcome.least.digest != outcome.theirs.digest) throw new Error("bench: the least is not enough")
          if (outcome.ours.digest != outcome.theirs.digest) throw new Error("bench: the pages differ")
          if (outcome.ours.events != outcome.theirs.events) throw new Error("bench: the events differ")
        }
        const theirs = spread(samples.theirs), ours = spread(samples.ours), least = spread(samples.least), ratio = theirs.median / ours.median
        const each = spread(samples.theirs.map((time, i) => time / samples.ours[i]))
        console.log(`| ${action} | ${query ? "one" : "none"} | ${ms(theirs)} | ${ms(ours)} | ${digits(ratio)} (${digits(each.q1)}–${digits(each.q3)}) | ${query ? "" : `≥ ${target}${ratio < target ? " **missed**" : ""}`} | ${ms(least)} | ${digits(theirs.median / least.median)} |`)
      }
    }
  } finally {
    await close()
  }
} finally {
  await rm(directory, { recursive: true })
}
