// Real pages of a trial (server/cmd/chaos), in real browsers:
//
//   node chaos/pages.mjs '{"base":"http://127.0.0.1:8080","seed":1,"pages":[{"kind":"ours","browser":"chromium"}],"moveEvery":10000,"freeze":5000}'
//
// It opens a page of each kind and moves them: visits, back and forth, reloads, documents anew, freezing. Each line of
// its input is answered by a line: "calm" ends the moves, "state" has all that the pages show. The end of the input ends it.
import { readFile } from "node:fs/promises"
import { createInterface } from "node:readline"
import { launch } from "../conformance/browser.mjs"

const { base, seed, pages, moveEvery, freeze } = JSON.parse(process.argv[2])
const probe = await readFile(new URL("probe.js", import.meta.url), "utf8")
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

// Numbers in [0, 1) that begin with a seed (mulberry32).
function chance(seed) {
  return () => {
    seed = seed + 0x6d2b79f5 | 0
    let t = Math.imul(seed ^ seed >>> 15, 1 | seed)
    t = t + Math.imul(t ^ t >>> 7, 61 | t) ^ t
    return ((t ^ t >>> 14) >>> 0) / 4294967296
  }
}

// Whether all of a page has come. Theirs has nothing to wait for.
const whole = () => window.Turbo && document.querySelector("ol") && Promise.race([
  Promise.resolve(window.Turbo.ready).then(() => true, () => false), new Promise((resolve) => setTimeout(resolve, 5000, false))
])

let calm = false

class Page {
  counts = {}
  mistakes = []
  depth = 0 // of the history, behind the present page

  constructor({ kind, browser }, number, place) {
    Object.assign(this, { kind, browser, number, place, name: `page ${number} (${kind}, ${browser})`, random: chance(seed * 100 + number) })
  }

  async open(browser) {
    this.tab = await (await browser.createBrowserContext()).newPage()
    this.tab.setDefaultTimeout(15_000)
    await this.tab.evaluateOnNewDocument(probe)
    this.tab.on("console", (message) => {
      const [word, json] = [message.text().slice(0, 6), message.text().slice(6)]
      if (word != "chaos ") return
      const { kind, count, why } = JSON.parse(json)
      this.add(kind, count)
      if (why && kind != "gaps" && this.mistakes.length < 20) this.mistakes.push(`${kind}: ${why}`)
    })
    if (this.browser == "chromium") this.devtools = await this.tab.createCDPSession()
    await this.load()
  }

  add(what, count = 1) { this.counts[what] = (this.counts[what] ?? 0) + count }

  // Pages of ours and of theirs go to the same places.
  set() { return this.place * 3 + Math.floor(this.random() * 3) }
  address(set = this.set()) { return `/page/${this.kind}/${set}` }

  // A document that does not come is asked for again, as a user does.
  async load() {
    for (let tries = 0; tries < 60; tries++) {
      try {
        await this.tab.goto(base + this.address())
        this.depth = 0
        if (await this.tab.evaluate(whole)) return
      } catch {
        await pause(300)
      }
    }
    throw new Error(`${this.name} does not load`)
  }

  async live() {
    while (!calm) {
      await pause((0.5 + this.random()) * moveEvery)
      if (calm) break
      const dice = this.random()
      try {
        await this.move(dice)
      } catch { // the document has gone, or did not come
      }
      if (!await this.alive()) {
        this.add("reloads by hand")
        await this.load()
      }
    }
  }

  // Whether the page is there, perhaps after a while.
  async alive() {
    for (let tries = 0; tries < 20; tries++) {
      try {
        if (await this.tab.evaluate(whole)) return true
      } catch { // between documents
      }
      await pause(100)
    }
    return false
  }

  async move(dice) {
    const { tab } = this
    if (dice < 0.35 || dice < 0.6 && !this.depth) {
      this.add("visits")
      this.depth++
      await this.after(() => tab.evaluate((address) => window.Turbo.visit(address), this.address()))
    } else if (dice < 0.6) {
      this.add("times back")
      this.depth--
      await this.after(() => tab.evaluate(() => history.back()))
    } else if (dice < 0.7) {
      this.add("times forward")
      await this.after(() => tab.evaluate(() => history.forward()))
    } else if (dice < 0.8) {
      this.add("documents")
      this.depth++
      await tab.goto(base + this.address())
    } else if (this.devtools) {
      this.add("freezes")
      await this.devtools.send("Emulation.setFocusEmulationEnabled", { enabled: false })
      await this.devtools.send("Page.setWebLifecycleState", { state: "frozen" })
      await pause((0.3 + this.random()) * freeze)
      await this.devtools.send("Page.setWebLifecycleState", { state: "active" })
      // It stays hidden until the next time, or is shown.
      if (this.random() < 0.5) await this.devtools.send("Emulation.setFocusEmulationEnabled", { enabled: true })
    } else {
      this.add("reloads")
      await tab.reload()
    }
  }

  // Whatever the page does after a deed, it is given a moment for it.
  async after(deed) {
    await deed().catch(() => {})
    await pause(200 + this.random() * 800)
  }

  async state() {
    const { name, kind, counts, mistakes } = this
    let shown = { set: -1, entries: 0, lists: [], events: [] }
    try {
      shown = await this.tab.evaluate(() => window.chaos.state())
    } catch { // between documents
    }
    return { name, kind, counts: { ...counts, entries: shown.entries }, mistakes, ...shown }
  }
}

const browsers = new Map()
const all = pages.map((page, i) => new Page(page, i, pages.slice(0, i).filter(({ kind }) => (kind == "theirs") == (page.kind == "theirs")).length))
let living = []
async function end() {
  calm = true
  await Promise.allSettled([...browsers.values()].map((browser) => browser.close()))
  process.exit()
}
const lines = createInterface({ input: process.stdin })
const answer = (value) => process.stdout.write(`${JSON.stringify(value)}\n`)
lines.on("close", end)
try {
  for (const name of new Set(pages.map(({ browser }) => browser))) browsers.set(name, await launch(name, { backForward: true }))
  await Promise.all(all.map((page) => page.open(browsers.get(page.browser))))
  living = all.map((page) => page.live())
  answer("ready")
  lines.on("line", async (line) => {
    if (line == "calm") {
      calm = true
      await Promise.all(living)
      answer("calm")
    } else if (line == "state") {
      answer(await Promise.all(all.map((page) => page.state())))
    }
  })
  await Promise.all(living)
} catch (error) {
  console.error(error)
  process.exitCode = 1
  await end()
}
