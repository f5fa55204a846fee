// Random walks through random sites under both runtimes: links, forms, frames, history, streams, some while another is
// under way. A seed gives the same walk anywhere. What differs each of three times is made as small as it still
// differs and written out as a scenario.
import { mkdirSync, writeFileSync } from "node:fs"
import path from "node:path"
import { normalise } from "./compare.mjs"
import { play } from "./play.mjs"
import { filled, root } from "./scenario.mjs"
import { routesOf, smaller, stepsOf, walkOf } from "./site.mjs"

const compared = ["log", "dom", "focus", "place"]
const stepsPerWalk = 15
const replays = 3
const tries = 60 // of making one smaller

// An error page evaluates a classic script anew, which then runs beside the first under theirs: a module is not.
const scenarioOf = (walk) => filled({ name: `walk ${walk.seed}`, load: "module", routes: routesOf(walk.site), steps: shown(stepsOf(walk)) })

// The page is compared after every third step.
const shown = (steps) => steps.flatMap((step, index) => index % 3 === 2 && step.drain === true ? [step, { command: "snapshot", argument: `after ${index}` }] : [step])

// runWalks returns the problems that count walks from a seed show.
export async function runWalks({ browser, browserName, theirs, ours, count, seed, print, shrinking = tries }) {
  const problems = []
  const compare = async (walk) => {
    const [left, right] = await sides(browser, scenarioOf(walk), theirs, ours)
    // Where the browser gives neither page another frame, as it may while one is left, there is nothing to compare.
    if (!left.broken || !right.broken) return difference([left, right])
    print(`walk ${walk.seed} broke off under both: ${left.broken}`)
  }
  let unsteady = 0
  for (let at = seed; at < seed + count; at++) {
    let walk = walkOf(at, stepsPerWalk)
    if (!await compare(walk)) continue
    let steady = true
    for (let replay = 1; replay < replays && steady; replay++) steady = Boolean(await compare(walk))
    if (!steady) { print(`walk ${at} differs now and then`); unsteady++; continue }
    print(`walk ${at} differs`)
    walk = await shrink(walk, compare, shrinking)
    const name = `walk/seed-${at}`
    write(name, walk)
    print(`wrote the scenario ${name}: ${walk.walk.map(({ click, move }) => click ?? move).join(", ")} with ${[...walk.site.kinds, ...Object.keys(walk.site.metas), ...walk.site.patches].join(", ")}`)
    problems.push(`walk ${at}: ${await compare(walk) ?? "it differs now and then"}`, `replay: node js/conformance/run.mjs --replay "${name}" --browser ${browserName}`)
  }
  if (unsteady) print(`${unsteady} of ${count} walks differed once and not again`)
  return problems
}

async function sides(browser, scenario, ...runtimes) {
  const results = []
  for (const runtime of runtimes) {
    try {
      const result = await play(browser, scenario, runtime)
      results.push({ ...normalise(calm(result), compared), leaks: result.leaks })
    } catch (error) {
      if (!browser.connected) throw error
      results.push({ broken: `under ${runtime.name} it broke off at ${error.message}` })
    }
  }
  return results
}

// calm leaves out what is declared to differ (wasm/differences.md): the marks that theirs leaves in snapshots,
// what loses the focus (a page from the cache may be shown as a preview of itself), that cached pages are copied, what a
// document says while it starts, for then the runtimes start at different times, how often a page that is left says so,
// and the words of errors. The progress bar grows at random. Permanent fields that a stream brings again keep their
// selection under ours.
function calm(result) {
  let early = true
  const log = result.log.filter((line, index) => {
    if (/^step \d/.test(line)) early = false
    if (line === "— a new document —") early = true
    return !early && !/^(focusout |x-recorder constructed)/.test(line) && !(line.startsWith("turbo:reload ") && line === result.log[index - 1])
  }).map((line) => line.replace(/(: )(turbo: t|T)he response \(\d+\).*/, "$1a response without what it should have"))
  const dom = result.dom.filter((line) => !/<div class="turbo-progress-bar"/.test(line)).map((line) => /<html/.test(line) ? line : line.replaceAll(/ (aria-busy="true"|busy|disabled)(?=[ >])/g, ""))
  const focus = /^active input#kept/.test(result.focus[0]) ? result.focus.slice(0, 1) : result.focus
  return { ...result, log, dom, focus }
}

function difference([left, right]) {
  if (left.broken || right.broken) return [left.broken, right.broken].filter(Boolean).join("; ")
  if (right.leaks.length) return `ours still holds\n${right.leaks.map((line) => `    ${line}`).join("\n")}`
  for (const aspect of compared) {
    const at = left[aspect].findIndex((line, index) => line !== right[aspect][index])
    if (at < 0 && left[aspect].length === right[aspect].length) continue
    const from = at < 0 ? left[aspect].length : at
    const heading = left[aspect].slice(0, from).findLast((line) => /^step \d+,|^— after/.test(line)) ?? "the start"
    const lines = (side) => side[aspect].slice(Math.max(0, from - 5), from + 8).map((line) => `    ${line.slice(0, 300)}`).join("\n")
    return `${aspect} differs after ${heading}\n  theirs\n${lines(left)}\n  ours\n${lines(right)}`
  }
}

// shrink leaves out what it can for as long as what is left differs.
async function shrink(walk, compare, tries) {
  for (let tried = 0, found = true; found && tried < tries;) {
    found = false
    for (const candidate of smaller(walk)) {
      if (tried++ >= tries) break
      if (!await compare(candidate)) continue
      walk = candidate
      found = true
      break
    }
  }
  return walk
}

function write(name, walk) {
  const folder = path.join(root, name)
  const { routes, steps, load } = scenarioOf(walk)
  mkdirSync(folder, { recursive: true })
  writeFileSync(path.join(folder, "scenario.json"), JSON.stringify({
    rules: ["drive 5"], about: `shrunk from seed ${walk.seed}`, load, compare: compared, routes,
    steps: steps.map(({ command, argument, drain }) => ({ [command]: argument, ...(drain !== true && { drain }) }))
  }, null, 2) + "\n")
}
