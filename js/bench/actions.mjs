#!/usr/bin/env node
// A stream action of an application's own, side by side: in Go, compiled together with the runtime (wasm/example/toast),
// and in JavaScript under @hotwired/turbo 8.0.23, while nobody listens to streams.
//   node bench/actions.mjs [rounds] [streams]
import { execFile } from "node:child_process"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { digits, ms, spread } from "./figures.mjs"
import { openWindows } from "./windows.mjs"

const rounds = Number(process.argv[2] ?? 15), n = Number(process.argv[3] ?? 1000), target = 10
const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "../..")

const directory = await mkdtemp(path.join(tmpdir(), "turbowasm-actions-"))
try {
  await promisify(execFile)("go", ["run", "./server/cmd/turbowasm", "build", "-plain", "-o", directory, "./wasm/example/toast"], { cwd: root })
  const { bench, version, close } = await openWindows({ ours: directory, queries: [""], scripts: ["page.js", "loads.js"], body: `<div id="list" hidden></div>` })
  try {
    const samples = { theirs: [], ours: [] }
    for (let round = -3; round < rounds; round++) {
      const outcome = {}
      for (const side of round % 2 ? ["ours", "theirs"] : ["theirs", "ours"]) {
        outcome[side] = await bench(side, "", "measure", "toasts, one message", n)
        if (round >= 0) samples[side].push(outcome[side].busy)
      }
      if (outcome.ours.digest != outcome.theirs.digest) throw new Error("bench: the pages differ")
    }
    const theirs = spread(samples.theirs), ours = spread(samples.ours), ratio = theirs.median / ours.median
    const each = spread(samples.theirs.map((time, i) => time / samples.ours[i]))
    console.log([`Busy time of the main thread in ms: median (quartiles) of ${rounds} rounds, ${version}.`, "",
      "| an own action, one message | N | in JavaScript, @hotwired/turbo 8.0.23 | in Go, turbowasm | ratio (quartiles of the rounds) | target |", "|---|---|---|---|---|---|",
      `| toast | ${n} | ${ms(theirs)} | ${ms(ours)} | ${digits(ratio)} (${digits(each.q1)}–${digits(each.q3)}) | ≥ ${target}${ratio < target ? " **missed**" : ""} |`].join("\n"))
  } finally {
    await close()
  }
} finally {
  await rm(directory, { recursive: true })
}
