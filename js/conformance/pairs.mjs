// Random pairs of old and new content, morphed under both runtimes: with everybody listening page, values, identity,
// focus, events and what scripts do are the same; with nobody listening page and values are, and ours keeps every
// element that theirs keeps.
import { launch } from "./browser.mjs"
import { generator } from "./generator.mjs"
import { html, pair, smaller } from "./pairs-content.mjs"
import { framesOnDemand, morphAll } from "./pairs-page.mjs"
import { filled } from "./scenario.mjs"
import { ScenarioServer } from "./server.mjs"

const PER_PAGE = 100

const scenario = filled({
  routes: { "GET /": { raw: true, type: "text/html", body: `<!DOCTYPE html><html><head><script src="/turbo/turbo.umd.js"></script></head><body></body></html>` } }
})

// A runtime in a page of its own, which is loaded anew before somebody listens, and before nobody does any longer.
class Side {
  constructor(browser, runtime, focusless) { Object.assign(this, { browser, runtime, focusless }) }

  async open() {
    this.server = await new ScenarioServer(scenario, this.runtime).start()
    this.page = await this.browser.newPage()
    this.page.setDefaultTimeout(20000)
    await this.page.evaluateOnNewDocument(framesOnDemand)
    return this
  }

  async results(pairs, observe) {
    if (this.observe !== observe) {
      this.observe = observe
      await this.page.goto(`${this.server.origin}/`, { waitUntil: "load" })
      await this.page.evaluate(async () => { await window.Turbo.ready })
    }
    const written = pairs.map((pair) => ({ ...pair, old: html(pair.old), next: pair.next.map(html).join("") }))
    const results = await this.page.evaluate(morphAll, written, observe)
    // Firefox takes the focus from what moves, or not, depending on which window was in front.
    if (this.focusless) for (const result of results) result.focus = ""
    return results
  }

  async close() {
    await this.page?.close()
    await this.server?.stop()
  }
}

// Two texts from a little before they part.
function parting(theirs, ours) {
  const at = [...theirs].findIndex((character, i) => character !== ours[i])
  const from = Math.max(0, (at < 0 ? theirs.length : at) - 60)
  return `theirs …${theirs.slice(from, from + 160)}\n    ours   …${ours.slice(from, from + 160)}`
}

// worse tells of fewer elements that are kept, or of a lost focus.
function worse(theirs, ours) {
  if (theirs.thrown || ours.thrown) return
  const [left, right] = [theirs, ours].map(({ marks }) => marks.filter((mark) => mark !== "-").length)
  if (right < left) return `elements kept: theirs ${left} (${theirs.marks}), ours ${right} (${ours.marks})`
  return theirs.focus && !ours.focus && `focus: theirs ${theirs.focus}, ours lost it`
}

const ran = ({ events }) => events.filter((event) => event.startsWith("ran ")).sort().join()

// problem tells what differs: its aspect and how, or nothing.
function problem(theirs, ours, observe, { old, way, options }) {
  const differ = (aspect, text) => ({ aspect, text: `${aspect}: ${text}` })
  if (ours.modals?.includes(false)) return differ("modal", "a dialog that is closed leaves the page inert")
  // What a morph that closes a modal dialog does to the focus is better than upstream's.
  const closed = theirs.modals?.includes(false)
  // Upstream breaks off where the focus or the selection is nothing for the new element, when all else is done.
  const unfocused = /setSelectionRange|support selection|focus/i.test(theirs.message)
  // It fails at some ids that occur more than once.
  if (theirs.thrown && !unfocused) return ours.thrown && ours.thrown !== theirs.thrown ? differ("thrown", `theirs ${theirs.thrown}, ours ${ours.thrown}`) : undefined
  if (ours.thrown) return differ("thrown", `ours ${ours.thrown}: ${ours.message}`)
  // It puts what is for a template beside the template's content.
  if (/^<template/.test(html(old)) && /children|inner|update/.test(way)) return ours.wanted ? undefined : differ("template", parting(theirs.html, ours.html))
  // What is left as it is because it has the focus is something else where ours keeps the focus, or gives it back.
  if ((closed || !observe) && Object.keys(options).some((option) => option.startsWith("ignoreActive"))) return
  const before = html(old)
  let aspects = ["html", "values", "left", "states", ...closed || unfocused ? [] : ["focus"]]
  if (!observe) {
    // What upstream would take away with its parent, ours may keep.
    if (before.includes("data-turbo-permanent")) return
    // The order of attributes, and which of several selected options keep theirs, depend on who became whom.
    [theirs, ours] = [theirs, ours].map((result) => ({ ...result, html: result.sorted.replaceAll(' selected=""', "") }))
    aspects = ["html", "values", "left"]
    // Where upstream fails to make the new content, as it may where that has permanent elements, ours may do better.
    if (!theirs.wanted && theirs.html !== ours.html) return
  }
  for (const aspect of aspects) if (theirs[aspect] !== ours[aspect]) return differ(aspect, parting(theirs[aspect], ours[aspect]))
  if (!observe) {
    if (!before.includes("<script") && ran(theirs) !== ran(ours)) return differ("scripts", `theirs ${ran(theirs)}, ours ${ran(ours)}`)
    const lost = theirs.marks.findIndex((mark, i) => mark !== "-" && ours.marks[i] === "-" && theirs.ids[i])
    return lost < 0 ? undefined : differ("kept", `#${theirs.ids[lost]} is kept by theirs, not by ours`)
  }
  if (theirs.marks.join() !== ours.marks.join()) return differ("identity", `theirs ${theirs.marks}\n    ours ${ours.marks}`)
  const at = theirs.events.findIndex((event, i) => event !== ours.events[i])
  if (at >= 0 || theirs.events.length !== ours.events.length) return differ("events", `theirs ${theirs.events[at]}\n    ours ${ours.events[at < 0 ? theirs.events.length : at]}, the one of number ${at}`)
}

const describe = ({ old, next, way, deeds, options }, text) => `${way}${deeds.map((deed) => `, ${deed.join(" ")}`).join("")} ${JSON.stringify(options)}\n    old  ${html(old)}\n    new  ${next.map(html).join("")}\n    ${text}`

// shrink returns the least pair that it finds which still differs in an aspect, and how; nothing where the pair itself
// does not differ again.
async function shrink(sides, pair, aspect, observe) {
  const first = async (pairs) => {
    const left = await sides.theirs.results(pairs, true), right = await sides.ours.results(pairs, observe)
    for (const [i, pair] of pairs.entries()) {
      const found = problem(left[i], right[i], observe, pair)
      if (found?.aspect === aspect) return { pair, ...found }
    }
  }
  let least = await first([pair])
  for (let at = 0; least;) {
    const rest = [...smaller(least.pair)].slice(at, at + 20)
    if (rest.length === 0) break
    const found = await first(rest)
    if (found) least = found
    at = found ? 0 : at + 20
  }
  return least
}

// runPairs returns the problems that count pairs from a seed show, the first few of them, each made small.
// Unobserved, ours may pair nodes otherwise where they have no ids, as long as that is rarely worse.
export async function runPairs({ browserName, theirs, ours, count, seed }) {
  const random = generator(seed)
  const problems = [], losses = []
  const browser = await launch(browserName), side = (runtime) => new Side(browser, runtime, browserName === "firefox")
  const sides = { theirs: side(theirs), ours: side(ours) }
  try {
    for (const side of Object.values(sides)) await side.open()
    for (let done = 0; done < count && problems.length < 5; done += PER_PAGE) {
      const pairs = Array.from({ length: Math.min(PER_PAGE, count - done) }, () => pair(random))
      const left = await sides.theirs.results(pairs, true)
      for (const observe of [true, false]) {
        const right = await sides.ours.results(pairs, observe)
        for (const [i, pair] of pairs.entries()) {
          const where = `pair ${done + i}${observe ? "" : ", unobserved"}, `
          const loss = !observe && worse(left[i], right[i])
          if (loss) losses.push(where + describe(pair, loss))
          const found = problems.length < 5 && problem(left[i], right[i], observe, pair)
          const least = found && await shrink(sides, pair, found.aspect, observe)
          if (least) problems.push(where + describe(least.pair, least.text))
        }
      }
    }
  } finally {
    for (const side of Object.values(sides)) await side.close().catch(() => {})
    await browser.close()
  }
  if (losses.length * 500 > count) problems.push(`ours keeps less in ${losses.length} of ${count} pairs, for instance`, ...losses.slice(0, 3))
  return problems
}
