// Plays one scenario under both runtimes and compares.
import { compare } from "./compare.mjs"
import { play } from "./play.mjs"

// unobserved is a result without what only a recorder that listens to single elements writes.
export const unobserved = ({ log, ...rest }) => ({ ...rest, log: log.filter((line) => !/^turbo:(before-stream-render|before-morph-\w+|morph-element) on /.test(line)) })

// check plays theirs once, unless it is recorded, and ours in each of the scenario's modes. Unobserved, the oracle does what it always
// does and only the recorder's lines about the events of single elements are missing, so they are left out instead of playing it again.
export async function check(browser, browserName, scenario, { theirs, ours, recordings, pending, sabotage, modes = scenario.modes }) {
  const run = async (runtime, label, extra) => {
    try {
      return await play(browser, scenario, runtime, extra)
    } catch (error) {
      throw Object.assign(new Error(`${label} (${runtime.name}) broke off at ${error.message}`), { cause: error })
    }
  }
  const results = []
  let left
  for (const observe of modes) {
    let problems
    try {
      left ??= recordings?.find(scenario) ?? await run(theirs, "theirs", { observe: true })
      const right = await run(ours, "ours", { observe, sabotage })
      problems = compare(observe ? left : unobserved(left), right, { aspects: scenario.compare, differs: scenario.differs, pending, browser: browserName, observe })
      if (right.leaks.length) problems.push({ aspect: "leaks", text: `ours still holds\n${right.leaks.map((line) => `    ${line}`).join("\n")}` })
    } catch (error) {
      if (!browser.connected) throw error
      problems = [{ aspect: "run", text: error.message }]
    }
    results.push({ observe, problems })
  }
  return results
}
