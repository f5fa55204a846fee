// Random messages under both runtimes: a seed gives the same cases anywhere. What differs is shrunk and written out as a
// scenario.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { unobserved } from "./check.mjs"
import { normalise } from "./compare.mjs"
import { generator } from "./generator.mjs"
import { randomCase, written } from "./messages.mjs"
import { play } from "./play.mjs"
import { filled, root } from "./scenario.mjs"
import { shrink } from "./shrink.mjs"

const casesPerPage = 60
const most = 3
const player = readFileSync(path.join(path.dirname(fileURLToPath(import.meta.url)), "page/messages.js"), "utf8")

// Kinds of pages: what looks at streams cannot be undone on one, and a policy lasts as long as it does.
const kinds = [{}, {}, { listening: true }, { policy: ["abc", "bad", undefined] }]

const pageOf = ({ policy }) => `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Random</title>${policy ? `<meta name="csp-nonce" content="abc">` : ""}
<script data-harness nonce="abc">
${player}</script></head>
<body></body></html>`

const scenario = (name, kind, cases) => filled({
  name, routes: { "GET /": { body: pageOf(kind), headers: kind.policy && { "Content-Security-Policy": "script-src 'nonce-abc' 'wasm-unsafe-eval' 'unsafe-eval'" } } }, modes: kind.listening ? [true] : [true, false],
  steps: [{ command: "eval", argument: `await playCases(${source(cases)})`, drain: true }]
})

const source = (cases) => JSON.stringify(cases.map(written)).replaceAll("</", "<\\/")

// logs returns what the log of a run says of each case.
function logs(result, count) {
  const cases = Array.from({ length: count }, () => [])
  let current = -1
  for (const line of result.log) {
    const [, number] = /^— case (\d+) —$/.exec(line) ?? []
    if (number !== undefined) current = Number(number)
    // Permanent elements that are kept, where upstream puts copies, are declared.
    else if (current >= 0) cases[current].push(line.replace(/(<[^>]* data-turbo-permanent[^>]*>) ·\d+$/gm, "$1"))
  }
  return cases.map((lines) => lines.join("\n"))
}

// runRandom returns the problems that count messages from a seed show.
export async function runRandom({ browser, browserName, theirs, ours, count, seed, print }) {
  const random = generator(seed)
  const problems = []
  // Which of the cases differ, and how.
  const differing = async (kind, cases, modes) => {
    const played = scenario(`random ${seed}`, kind, cases), found = new Map()
    const run = async (runtime, observe) => normalise(await play(browser, played, runtime, { observe }), ["log"])
    const left = await run(theirs, true)
    for (const observe of modes ?? played.modes) {
      const theirLogs = logs(observe ? left : unobserved(left), cases.length), ourLogs = logs(await run(ours, observe), cases.length)
      for (const [index, log] of theirLogs.entries()) if (log !== ourLogs[index] && !found.has(index)) found.set(index, { observe, theirs: log, ours: ourLogs[index] })
    }
    return found
  }
  for (let done = 0, pages = 0; done < count; pages++) {
    const kind = kindFor(kinds[pages % kinds.length], browserName)
    const cases = []
    for (; cases.length < casesPerPage && done < count; done += cases.at(-1).steps.filter(({ streams }) => streams).length) cases.push(randomCase(random, kind))
    for (const [index, difference] of await differing(kind, cases)) {
      // To shrink takes its time: a fault shows in many cases.
      if (problems.length === most) return [...problems, "there are more"]
      if (!(await differing(kind, [cases[index]])).size) {
        problems.push(`case ${index} of page ${pages} from seed ${seed} differs only behind others\n  theirs\n${difference.theirs}\n  ours\n${difference.ours}`)
        continue
      }
      const modes = [difference.observe]
      const small = await shrink(cases[index], async (candidates) => {
        const [first] = [...(await differing(kind, candidates, modes)).keys()].sort((a, b) => a - b)
        return candidates[first]
      })
      const shown = (await differing(kind, [small], modes)).get(0) ?? difference
      const name = `random/seed-${seed}-${pages}-${index}`
      write(name, seed, kind, small)
      print(`wrote the scenario ${name}`)
      problems.push(`${JSON.stringify(written(small))}${shown.observe ? "" : ", unheard"}\n  theirs\n${shown.theirs}\n  ours\n${shown.ours}\n  replay: node js/conformance/run.mjs --replay "${name}" --browser ${browserName}`)
    }
  }
  return problems
}

// In Firefox upstream gives scripts the page's nonce whatever they bring, which is declared: there each has the right one.
const kindFor = (kind, browserName) => kind.policy && browserName === "firefox" ? { ...kind, policy: ["abc"] } : kind

function write(name, seed, kind, one) {
  const folder = path.join(root, name)
  const { routes: { "GET /": { body, headers } }, steps: [{ argument }] } = scenario(name, kind, [one])
  mkdirSync(folder, { recursive: true })
  writeFileSync(path.join(folder, "page.html"), body)
  writeFileSync(path.join(folder, "scenario.json"), JSON.stringify({ rules: ["streams 2"], about: `shrunk from seed ${seed}`, headers, steps: [{ eval: argument }] }, null, 2) + "\n")
}
