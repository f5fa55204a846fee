#!/usr/bin/env node
// The conformance suite: every scenario under @hotwired/turbo and under turbowasm, compared.
import path from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { coverage, coverageTable } from "./coverage.mjs"
import { differences, differencesProblems, writeDifferences } from "./report.mjs"
import { load, loadAll, loadPending } from "./scenario.mjs"

// What needs packages of npm is imported once something is played.
let browserNames, launch, check, runPairs, play, runRandom, alike, Recordings, built, oracle, sabotages, selfCheck, surfaceProblems, writeSurface, runWalks
async function importPlayers() {
  ({ browserNames, launch } = await import("./browser.mjs"));
  ({ check } = await import("./check.mjs"));
  ({ runPairs } = await import("./pairs.mjs"));
  ({ play } = await import("./play.mjs"));
  ({ runRandom } = await import("./random.mjs"));
  ({ alike, Recordings } = await import("./recorded.mjs"));
  ({ built, oracle } = await import("./runtime.mjs"));
  ({ sabotages, selfCheck } = await import("./selfcheck.mjs"));
  ({ surfaceProblems, writeSurface } = await import("./surface.mjs"));
  ({ runWalks } = await import("./walk.mjs"))
}

const usage = `usage: node js/conformance/run.mjs [flags]
  --browser LIST     chromium,firefox (default: both)
  --all              every scenario in Firefox too; a whole run plays there those that show more than in Chromium, and a quarter
                     of the others: which one, the seed says
  --only GLOB        only scenarios whose area/sentence matches, or contains the text; none for what is random alone
  --ours DIR|oracle  the built runtime (default: js/dist), or the oracle itself
  --jobs N           browsers of each kind that run at once (default: 3)
  --random N         random stream messages for each browser (default: 300 in a whole run)
  --pairs N          random pairs of pages to morph, for each browser (default: 1000 in Chromium in a whole run)
  --walks N          random walks through random sites, for each browser (default: 4 in a whole run)
  --seed S           the first seed of what is random (default: 1)
  --live             play the oracle too, instead of reading what is recorded of it
  --record           only record what the oracle does, where testdata/oracle is not up to date
  --replay NAME      play one scenario in a visible browser, ours by default, and leave it open
  --side theirs      with --replay or --print: the oracle's side
  --print            print what the scenarios record under ours instead of comparing; with --side theirs, the oracle
  --coverage         print which scenarios show which rule, as a Markdown table
  --self-check       only break the runtime on purpose and see that the scenarios notice (part of a whole run)
  --surface          only compare what applications reach (part of a whole run); with --write, write the table of it
  --differences      print the declared differences as a Markdown list; with --write, write them into wasm/differences.md`

async function main(argv, print) {
  const { values: flags } = parseArgs({
    args: argv,
    options: {
      browser: { type: "string" }, only: { type: "string" }, ours: { type: "string" },
      jobs: { type: "string", default: "3" }, random: { type: "string" }, pairs: { type: "string" }, walks: { type: "string" }, seed: { type: "string", default: "1" },
      replay: { type: "string" }, side: { type: "string", default: "ours" },
      all: { type: "boolean" }, live: { type: "boolean" }, record: { type: "boolean" }, print: { type: "boolean" }, coverage: { type: "boolean" }, "self-check": { type: "boolean" }, surface: { type: "boolean" }, differences: { type: "boolean" }, write: { type: "boolean" }, help: { type: "boolean" }
    }
  })
  if (flags.help) return print(usage), 0
  if (flags.coverage) return coverageTable(loadAll(), print)
  if (flags.differences) return flags.write ? writeDifferences(loadAll()) : print(differences(loadAll()).trimEnd()), 0

  await importPlayers()
  const browsers = flags.browser?.split(",") ?? browserNames
  for (const name of browsers) if (!browserNames.includes(name)) throw new Error(`conformance: unknown browser "${name}" (known: ${browserNames.join(", ")})`)
  const here = path.dirname(fileURLToPath(import.meta.url))
  const theirs = await oracle()
  const ours = flags.ours === "oracle" ? theirs : await built(path.resolve(flags.ours ?? path.join(here, "../dist")))

  if (flags.replay) return replay(load(flags.replay), flags.side === "theirs" ? theirs : ours, browsers[0], print)

  if (flags.surface) return printSurface({ theirs, ours }, flags.write, print)

  const scenarios = flags["self-check"] || flags.only === "none" ? [] : loadAll({ only: flags.only })
  const whole = !flags.only && !flags["self-check"] && ours !== theirs
  if (flags.record) return recordOracle(scenarios, theirs, browsers, Number(flags.jobs), print)
  if (flags.print) return printRuns(scenarios, flags.side === "theirs" ? theirs : ours, browsers[0], print)
  const random = Number(flags.random ?? (whole ? 300 : 0))
  const pairs = Number(flags.pairs ?? (whole ? 1000 : 0))
  const walks = Number(flags.walks ?? (whole ? 4 : 0))
  if (scenarios.length === 0 && random + pairs + walks === 0 && !flags["self-check"]) throw new Error(`conformance: no scenario matches "${flags.only}"`)
  const pending = ours === theirs ? { scenarios: {}, lines: [] } : loadPending()
  const started = Date.now()
  let passed = 0, failed = 0, waiting = 0
  const report = (name, problems) => {
    if (problems.length === 0) return passed++
    failed++
    print(`FAIL ${name}`)
    for (const problem of problems) print(`  ${problem.text ?? problem}`)
  }
  const conclude = (browserName, scenario, results) => {
    for (const { observe, problems } of results) {
      if (problems.length) problems.push(`replay: node js/conformance/run.mjs --replay "${scenario.name}" --browser ${browserName}`)
      report(`${scenario.name} in ${browserName}${observe ? "" : ", unobserved"}`, problems)
    }
  }
  const doubted = [], recorded = new Map(flags.live ? [] : browsers.map((name) => [name, new Recordings(name, theirs)]))
  const played = (browserName) => {
    const all = scenarios.filter((scenario) => scenario.browsers.includes(browserName))
    if (!whole || flags.browser || flags.all || flags.live || browserName !== "firefox") return all
    const some = all.filter((scenario, index) => index % sampled === Number(flags.seed) % sampled || showsMore(scenario, recorded))
    print(`${some.length} of ${all.length} scenarios in Firefox: those that show more there than in Chromium, and one of ${sampled} of the others (--all plays all)`)
    return some
  }
  await Promise.all(browsers.map(async (browserName) => {
    const queue = played(browserName).map((scenario) => ({ scenario }))
    if (random > 0) queue.unshift({ random: true })
    // Firefox, which takes three times as long, plays pairs where they are asked for.
    if (pairs > 0 && (flags.pairs || browserName === "chromium")) queue.unshift({ pairs: true })
    if (walks > 0) queue.unshift({ walks: true })
    if (browserName === "chromium" && (whole || flags["self-check"])) queue.unshift({ sabotage: true })
    if (browserName === "chromium" && whole) queue.unshift({ surface: true })
    const recordings = recorded.get(browserName)
    await inBrowsers(browserName, Math.min(Number(flags.jobs), queue.length), queue, async (browser, task) => {
      if (task.pairs) {
        const problems = await runPairs({ browserName, theirs, ours, count: pairs, seed: Number(flags.seed) })
        return report(`${pairs} random morphs from seed ${flags.seed} in ${browserName}`, problems)
      }
      if (task.walks) {
        const hurried = await launch(browserName, { unpaced: true })
        const problems = await runWalks({ browser: hurried, browserName, theirs, ours, count: walks, seed: Number(flags.seed), print }).finally(() => hurried.close())
        return report(`${walks} random walks from seed ${flags.seed} in ${browserName}`, problems)
      }
      if (task.random) {
        // Each message waits for frames: in a browser of their own these do not wait for a display.
        const hurried = await launch(browserName, { unpaced: true })
        const problems = await runRandom({ browser: hurried, browserName, theirs, ours, count: random, seed: Number(flags.seed), print }).finally(() => hurried.close())
        return report(`${random} random messages from seed ${flags.seed} in ${browserName}`, problems)
      }
      if (task.surface) return report("the surface", await surfaceProblems(browser, { theirs, ours }))
      if (task.sabotage) {
        const problems = await selfCheck(browser, browserName, { theirs, ours })
        return report(`${sabotages.length} ways of breaking the runtime`, problems)
      }
      const { scenario } = task
      const awaited = pending.scenarios[scenario.name]
      const results = await check(browser, browserName, scenario, { theirs, ours, recordings, pending: pending.lines })
      if (awaited !== undefined) {
        if (results.some(({ problems }) => problems.length)) waiting++
        else report(`${scenario.name} in ${browserName}`, [`it passes, but pending.json still lists it as waiting for ${awaited}`])
        return
      }
      if (results.some(({ problems }) => problems.length)) doubted.push({ browserName, scenario })
      else conclude(browserName, scenario, results)
    })
    if (recordings?.missed) print(`${recordings.missed} scenarios have no recording of ${theirs.name} in ${browserName} that holds: played side by side (node js/conformance/run.mjs --record makes them)`)
  }))
  // A busy machine may lose a frame or a wait: what differed counts when it differs again, alone, in a new browser, at last beside the oracle itself.
  for (const browserName of browsers) {
    const queue = doubted.filter((doubt) => doubt.browserName === browserName)
    await inBrowsers(browserName, Math.min(1, queue.length), queue, async (browser, { scenario }) => {
      let results
      for (let attempt = 0; attempt < 2 && !results?.every(({ problems }) => problems.length === 0); attempt++) {
        print(`again: ${scenario.name} in ${browserName}`)
        results = await check(browser, browserName, scenario, { theirs, ours, recordings: attempt === 0 ? recorded.get(browserName) : undefined, pending: pending.lines })
      }
      conclude(browserName, scenario, results)
    })
  }
  if (whole) {
    report("rules.json", coverage(scenarios).problems)
    report("wasm/differences.md", differencesProblems(scenarios))
    for (const line of pending.lines.filter(({ met }) => !met)) report("pending.json", [`the line ${JSON.stringify(line.theirs)} waits for ${line.for}, but nothing lacks it any more`])
    for (const name of Object.keys(pending.scenarios)) if (!scenarios.some((scenario) => scenario.name === name)) report("pending.json", [`there is no scenario ${name}`])
  }
  if (waiting) print(`${waiting} runs still differ as testdata/scenarios/pending.json says`)
  print(`${scenarios.length} scenarios and ${random} random messages and ${pairs} random morphs and ${walks} random walks in ${browsers.join(" and ")}, ${((Date.now() - started) / 1000).toFixed(0)} s`)
  print(`${passed} passed, ${failed} failed`)
  return failed ? 1 : 0
}

// A run in Firefox takes three times a run in Chromium. Of the scenarios that the oracle plays alike in both, a part is played.
const sampled = 4
const showsMore = (scenario, recorded) => !scenario.browsers.includes("chromium") || scenario.differs.some(({ browser }) => browser) || !alike(scenario, ...recorded.values())

async function recordOracle(all, theirs, browsers, jobs, print) {
  const names = new Set(loadAll().map(({ name }) => name))
  await Promise.all(browsers.map(async (browserName) => {
    const recordings = new Recordings(browserName, theirs)
    const queue = all.filter((scenario) => scenario.browsers.includes(browserName) && !recordings.find(scenario))
    const count = queue.length
    let unsteady = 0
    await inBrowsers(browserName, Math.min(jobs, count), queue, async (browser, scenario) => {
      const steady = await recordings.record(browser, scenario, theirs).catch((error) => print(`${scenario.name} in ${browserName}: ${error.message}`))
      if (steady === false) print(`${scenario.name} in ${browserName} is another each time`)
      if (!steady) unsteady++
    })
    recordings.save(names)
    print(`${count - unsteady} of ${count} scenarios recorded in ${browserName}`)
  }))
  return 0
}

// inBrowsers takes tasks from the queue in as many browser processes as asked; a browser that dies is replaced once.
async function inBrowsers(name, jobs, queue, work) {
  await Promise.all(Array.from({ length: jobs }, async () => {
    let browser = await launch(name), restarts = 0
    try {
      for (let task; (task = queue.shift());) {
        try {
          await work(browser, task)
        } catch (error) {
          if (browser.connected || restarts++ > 2) throw error
          browser = await launch(name)
          queue.unshift(task)
        }
      }
    } finally {
      await browser.close().catch(() => {})
    }
  }))
}

async function printSurface(runtimes, write, print) {
  const browser = await launch("chromium")
  const problems = await (write ? writeSurface : surfaceProblems)(browser, runtimes).finally(() => browser.close())
  for (const problem of problems) print(problem)
  return problems.length ? 1 : 0
}

async function replay(scenario, runtime, browserName, print) {
  const browser = await launch(browserName, { headful: true })
  print(`${scenario.name} under ${runtime.name}; close the browser to end`)
  await play(browser, scenario, runtime, {
    observe: scenario.modes[0],
    keepOpen: () => new Promise((resolve) => browser.once("disconnected", resolve))
  }).then((result) => show(scenario, result, print))
  return 0
}

const show = (scenario, result, print) => { for (const aspect of scenario.compare) if (result[aspect].length) print(`${aspect}:\n  ${result[aspect].join("\n  ")}`) }

async function printRuns(scenarios, runtime, browserName, print) {
  await inBrowsers(browserName, 1, [...scenarios], async (browser, scenario) => {
    print(`== ${scenario.name}`)
    await play(browser, scenario, runtime).then((result) => show(scenario, result, print), (error) => print(`broke off at ${error.message}`))
  })
  return 0
}

main(process.argv.slice(2), console.log).then((code) => process.exit(code), (error) => {
  if (error.code === "ERR_MODULE_NOT_FOUND") console.error(`conformance: ${error.message} (run: make js/node_modules)`)
  else console.error(error.message.startsWith("conformance:") ? error.message : error)
  process.exit(2)
})
