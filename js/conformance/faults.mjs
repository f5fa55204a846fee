#!/usr/bin/env node
// Takes one fix after the other out of a copy of the tree and sees that what is random finds it within a short run:
//
//   node js/conformance/faults.mjs [--seed S] [NAME…]
//
// That a whole tree has none of them is what make conformance shows.
import { execFileSync, spawn } from "node:child_process"
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"

const top = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..")

// A fix is taken out by a text in a folder, which is there once; the run finds it by a line of what it prints.
const messages = { args: ["run.mjs", "--only", "none", "--browser", "chromium", "--jobs", "1", "--random", "600"], found: /^wrote the scenario random|^FAIL/ }
const walks = { args: ["run.mjs", "--only", "none", "--browser", "chromium", "--jobs", "1", "--walks", "20"], found: /^walk \d+ differs$|still holds/ }
const lives = { args: ["life.mjs", "--count", "200"], found: /^life \d+: / }
const faults = {
  "permanent elements": { by: messages, in: "wasm/stream", from: /page\.StandIn\(.*\)/, to: "_ = p" },
  "values that are kept for a call": { by: walks, in: "wasm/browser", from: /p\.Drop\(n\)\n(?=\t\}\n\})/, to: "_ = n\n" },
  "the nonces of scripts in streams": { by: messages, in: "js", from: /if \(!inStream && nonce\(\)\)/, to: "if (nonce())" },
  "a program that ends before it is ready": { by: lives, in: "js", from: /go\.exit = \(code\) => /, to: "go.exit = (code) => running && " },
  "what waits for a program that has ended": { by: lives, in: "js", from: /runtime\.stop\(\(\) => \{ for \(const own of pending\) .*/, to: "" },
  "an application's own element of the cable": { by: lives, in: "js", from: /else defineCableElementLater\(\w*\)/, to: "else defineCableElement()" }
}

const { values: flags, positionals: names } = parseArgs({ options: { seed: { type: "string", default: "1" } }, allowPositionals: true })
for (const name of names) if (!(name in faults)) throw new Error(`faults: unknown fault "${name}" (known: ${Object.keys(faults).join(", ")})`)

const copy = mkdtempSync(path.join(tmpdir(), "turbowasm-faults-"))
let missed = 0
try {
  for (const file of execFileSync("git", ["ls-files", "-co", "--exclude-standard", "go.mod", "go.sum", "js", "server", "wasm", "testdata/scenarios"], { cwd: top }).toString().trim().split("\n")) {
    if (!existsSync(path.join(top, file))) continue
    mkdirSync(path.dirname(path.join(copy, file)), { recursive: true })
    cpSync(path.join(top, file), path.join(copy, file))
  }
  symlinkSync(path.join(top, "js/node_modules"), path.join(copy, "js/node_modules"))
  for (const name of names.length ? names : Object.keys(faults)) {
    const started = Date.now()
    const { file, text, faulty } = taken(faults[name])
    writeFileSync(file, faulty)
    const line = await found(faults[name].by)
    writeFileSync(file, text)
    console.log(`${line ? "found" : "MISSED"} ${name}: ${((Date.now() - started) / 1000).toFixed(0)} s${line ? `, ${line.slice(0, 160)}` : ""}`)
    if (!line) missed++
  }
} finally {
  rmSync(copy, { recursive: true })
}
process.exit(missed ? 1 : 0)

// taken gives the file that has a fault's text, as it is and without the fix.
function taken({ in: folder, from, to }) {
  const hits = readdirSync(path.join(copy, folder)).filter((name) => /\.(js|go)$/.test(name) && !/_test\.go$/.test(name))
    .map((name) => path.join(copy, folder, name)).map((file) => ({ file, text: readFileSync(file, "utf8") }))
    .filter(({ text }) => from.test(text))
  if (hits.length !== 1) throw new Error(`faults: ${folder} has ${from} in ${hits.length} files, not in one: say what it has become`)
  return { ...hits[0], faulty: hits[0].text.replace(from, to) }
}

// found builds the copy and plays it, until the first line that tells of a fault.
async function found({ args, found }) {
  execFileSync("go", ["run", "./server/cmd/turbowasm", "dist", "-plain", "js/dist"], { cwd: copy, stdio: ["ignore", "ignore", "pipe"] })
  const [script, ...rest] = args
  const child = spawn("node", [path.join("conformance", script), ...rest, "--seed", flags.seed], { cwd: path.join(copy, "js"), stdio: ["ignore", "pipe", "inherit"] })
  let line, printed = ""
  child.stdout.on("data", (data) => {
    printed += data
    line ??= printed.split("\n").slice(0, -1).find((line) => found.test(line))
    if (line) child.kill("SIGTERM") // it ends its browsers
  })
  await new Promise((resolve) => child.on("exit", resolve))
  return line?.trim()
}
