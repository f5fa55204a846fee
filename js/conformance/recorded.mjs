// What the oracle does, recorded once for each browser and kept in testdata/oracle, so that a run plays ours alone.
// A recording counts while its hash holds: of the scenario, the oracle, the browser's version and the players.
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { isDeepStrictEqual } from "node:util"
import { brotliCompressSync, brotliDecompressSync } from "node:zlib"
import { version } from "./browser.mjs"
import { normalise } from "./compare.mjs"
import { play } from "./play.mjs"
import { aspects, root } from "./scenario.mjs"

const here = path.dirname(fileURLToPath(import.meta.url))
const folder = path.join(root, "../oracle")
const players = ["play.mjs", "server.mjs", "cable.mjs", "page/probe.js", "page/recorder.js"].map((name) => readFileSync(path.join(here, name)))

const sha256 = (...parts) => {
  const hash = createHash("sha256")
  for (const part of parts) hash.update(part)
  return hash.digest("hex").slice(0, 32)
}

// alike reports whether the oracle is known to do the same in two browsers, as far as the scenario compares it.
export function alike(scenario, ...recordings) {
  const [one, other] = recordings.map((recorded) => recorded.peek(scenario))
  return one !== undefined && other !== undefined && isDeepStrictEqual(normalise(one, scenario.compare), normalise(other, scenario.compare))
}

export class Recordings {
  #areas = new Map()
  #base

  constructor(browserName, oracle) {
    this.browserName = browserName
    this.#base = sha256(version(browserName), ...oracle.files.values(), ...players)
    this.missed = 0
  }

  // find returns the recorded result, or undefined where there is none that counts.
  find(scenario) {
    const found = this.peek(scenario)
    if (!found) this.missed++
    return found
  }

  // peek is find for who plays nothing.
  peek(scenario) {
    const found = this.#area(scenario)[scenario.name]
    return found?.hash === this.#hash(scenario) ? found.result : undefined
  }

  // record plays the oracle twice. What differs between the two is not for keeping: it is played each time.
  async record(browser, scenario, oracle) {
    const plays = []
    for (let i = 0; i < 2; i++) plays.push(normalise(await play(browser, scenario, oracle), aspects))
    const compared = plays.map((result) => JSON.stringify(scenario.compare.map((aspect) => result[aspect])))
    const steady = compared[0] === compared[1]
    const area = this.#area(scenario)
    if (steady) area[scenario.name] = { hash: this.#hash(scenario), result: plays[0] }
    else delete area[scenario.name]
    return steady
  }

  // save writes what was recorded, without scenarios that are gone.
  save(names) {
    for (const [area, recordings] of this.#areas) {
      const kept = Object.fromEntries(Object.entries(recordings).filter(([name]) => names.has(name)).sort(([a], [b]) => a < b ? -1 : 1))
      mkdirSync(path.dirname(this.#file(area)), { recursive: true })
      writeFileSync(this.#file(area), brotliCompressSync(JSON.stringify(kept)))
    }
  }

  #file(area) { return path.join(folder, this.browserName, `${area}.json.br`) }

  #area({ name }) {
    const area = name.split("/")[0]
    if (!this.#areas.has(area)) {
      const file = this.#file(area)
      this.#areas.set(area, existsSync(file) ? JSON.parse(brotliDecompressSync(readFileSync(file))) : {})
    }
    return this.#areas.get(area)
  }

  #hash({ load, cable, mutations, early, cookies, routes, steps }) {
    return sha256(this.#base, JSON.stringify({ load, cable, mutations, early, cookies, routes, steps }))
  }
}
