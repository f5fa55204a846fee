// Random pairs of old and new content, morphed under both runtimes: with everybody listening page, values, identity
// and events are the same; with nobody listening page and values are, and ours keeps every element that theirs keeps.
import { openPage } from "./browser.mjs"
import { generator } from "./generator.mjs"
import { filled } from "./scenario.mjs"
import { ScenarioServer } from "./server.mjs"

const PER_PAGE = 100

const names = "div div p li section span b".split(" ")

// Elements of one id are of one name: of others upstream loses some (see the scenario named so).
const identifier = ({ below }, name) => ({ id: `${name}-${below(8)}` })

// A tree is [name, attributes, children], or a text.
function tree(random, ids, depth = 0) {
  const { below, pick, chance } = random
  const many = (make, least, more) => Array.from({ length: least + below(more) }, make)
  if (depth > 0 && chance(0.2)) return `text ${below(9)}`
  const kind = below(depth > 3 ? 9 : 16), name = pick(names)
  const id = chance(ids) ? identifier(random, kind < 9 ? `k${kind}` : name) : {}
  switch (kind) {
    case 0: return ["input", { ...id, type: pick(["text", "checkbox", "radio"]), ...chance(0.5) && { value: `v${below(4)}` }, ...chance(0.3) && { checked: "" }, ...chance(0.2) && { disabled: "" } }, []]
    case 1: return ["textarea", id, [`area ${below(4)}`]]
    case 2: return ["select", id, many(() => ["option", chance(0.3) ? { selected: "" } : {}, [`option ${below(4)}`]], 1, 4)]
    case 3: return ["svg", id, [["circle", { r: `${below(4)}` }, []]]]
    case 4: return ["x-mark", { ...id, state: `${below(4)}` }, [`mark ${below(4)}`]]
    case 5: return ["template", id, [["i", {}, [`inert ${below(4)}`]]]]
    case 6: return ["table", id, [["tbody", {}, many(() => ["tr", chance(ids) ? { id: `r${below(9)}` } : {}, [["td", {}, [`cell ${below(9)}`]]]], 0, 4)]]]
    case 7: return ["details", { ...id, ...chance(0.5) && { open: "" } }, [["summary", {}, [`${below(4)}`]]]]
    case 8: return ["p", { ...id, class: `c${below(4)}` }, [`line ${below(9)}`]]
    default: return [name, { ...id, ...chance(0.4) && { class: `c${below(4)}` }, ...chance(0.05) && { "data-turbo-permanent": "" } }, many(() => tree(random, ids, depth + 1), 0, 6)]
  }
}

// changed is a tree with some of it changed: order, texts, attributes, places.
function changed(random, old, ids) {
  const { below, pick, chance } = random
  const spare = []
  const change = (node, depth) => {
    if (typeof node == "string") return chance(0.2) ? `text ${below(9)}` : node
    let [name, attributes, children] = node
    attributes = { ...attributes }
    if (chance(0.05)) attributes.class = `c${below(4)}`
    if (chance(0.03) && name != "main") delete attributes.id
    if (chance(0.03) && name != "main" && attributes.id) attributes.id = attributes.id.replace(/\d+$/, below(8))
    // Of ids inside templates upstream loses some.
    if (name == "template") return [name, attributes, [["i", {}, [`inert ${below(4)}`]]]]
    if (name == "select" || name == "textarea" || name == "svg") return [name, attributes, children]
    children = children.map((child) => change(child, depth + 1))
    if (chance(0.25) && children.length > 1) children.splice(below(children.length), 0, children.splice(below(children.length), 1)[0])
    if (chance(0.05)) children.sort(() => below(3) - 1)
    if (!/^(table|tbody|tr|details|template|input)$/.test(name)) {
      if (chance(0.2) && children.length) spare.push(children.splice(below(children.length), 1)[0])
      if (chance(0.2)) children.splice(below(children.length + 1), 0, chance(0.5) && spare.length ? spare.pop() : tree(random, ids, depth + 1))
      if (chance(0.05)) children = [["div", {}, children]]
    } else if (name == "tbody" && chance(0.3)) children.splice(below(children.length + 1), below(2), ["tr", chance(ids) ? { id: `r${below(9)}` } : {}, [["td", {}, ["new"]]]])
    return [name, attributes, children]
  }
  return change(old, 0)
}

const escape = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")
const html = (node) => typeof node == "string" ? escape(node) : `<${node[0]}${Object.entries(node[1]).map(([name, value]) => ` ${name}="${value}"`).join("")}>${node[0] == "input" ? "" : `${node[2].map(html).join("")}</${node[0]}>`}`

function pair(random) {
  const ids = random.pick([0, 0.2, 0.6, 1])
  const old = ["main", { id: "main" }, Array.from({ length: random.below(8) }, () => tree(random, ids))]
  const next = random.chance(0.85) ? changed(random, old, ids) : ["main", { id: "main" }, Array.from({ length: random.below(8) }, () => tree(random, ids))]
  next[0] = old[0]
  return { old: html(old), next: html(next), touch: random.below(1000), inner: random.chance(0.3) }
}

// morphAll runs in the page: what each pair comes to.
function morphAll(pairs, observe) {
  const events = []
  const listen = (event) => {
    const { target, type, detail } = event
    events.push(`${type} ${target.localName} ${target.mark ?? "-"} ${detail.attributeName ?? detail.newElement?.outerHTML ?? ""} ${detail.mutationType ?? ""}`)
  }
  const types = ["turbo:before-morph-element", "turbo:before-morph-attribute", "turbo:morph-element"]
  if (observe) for (const type of types) addEventListener(type, listen)
  const sorted = (node) => node.nodeType != 1 ? node.nodeValue : `<${[node.localName, ...[...node.attributes].map(({ name, value }) => `${name}="${value}"`).sort()].join(" ")}>${[...(node.content ?? node).childNodes].map(sorted).join("")}</>`
  const plain = (node) => sorted(node).replaceAll(' selected=""', "")
  const template = (html) => Object.assign(document.createElement("template"), { innerHTML: html }).content.firstChild
  const out = pairs.map(({ old, next, touch, inner }) => {
    document.body.nextSibling?.remove() // what a morph that threw has left
    document.body.innerHTML = old
    events.length = 0
    const all = [...document.body.querySelectorAll("*")]
    all.forEach((element, i) => { element.mark = i })
    // What a user has done meanwhile.
    const controls = all.filter((element) => /^(input|textarea|select)$/.test(element.localName))
    const control = controls[touch % (controls.length || 1)]
    if (control && touch % 3) {
      if (control.localName == "select") control.selectedIndex = touch % control.options.length
      else if (/checkbox|radio/.test(control.type)) control.checked = !control.checked
      else control.value = `typed ${touch}`
    }
    if (control && touch % 2) control.focus()
    const root = inner ? document.body.firstChild.cloneNode() : template(next)
    if (inner) root.append(...template(next).childNodes)
    const wanted = plain(root)
    let thrown = ""
    try {
      inner ? Turbo.morphChildren(document.body.firstChild, template(next)) : Turbo.morphElements(document.body.firstChild, template(next))
    } catch (error) { thrown = error.name }
    const now = [...document.body.querySelectorAll("*")]
    return {
      html: document.body.innerHTML + document.documentElement.lastElementChild.localName,
      sorted: sorted(document.body),
      wanted: document.body.childNodes.length == 1 && plain(document.body.firstChild) == wanted,
      values: now.map((element) => `${element.value} ${element.checked} ${element.selected} ${element.disabled}`.replaceAll("undefined", "")).join(),
      marks: now.map(({ mark }) => mark ?? "-"),
      ids: now.map(({ id }) => id),
      focus: document.activeElement.localName + document.activeElement.id,
      events: [...events],
      thrown
    }
  })
  for (const type of types) removeEventListener(type, listen)
  return out
}

const scenario = filled({
  routes: { "GET /": { raw: true, type: "text/html", body: `<!DOCTYPE html><html><head><script src="/turbo/turbo.umd.js"></script></head><body></body></html>` } }
})

async function results(browser, runtime, pairs, observe) {
  const server = await new ScenarioServer(scenario, runtime).start()
  const { page, close } = await openPage(browser)
  try {
    await page.goto(`${server.origin}/`, { waitUntil: "load" })
    await page.evaluate(async () => { await window.Turbo.ready })
    return await page.evaluate(morphAll, pairs, observe)
  } finally {
    await close(true).catch(() => {})
    await server.stop()
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
  const [left, right] = [theirs, ours].map(({ marks }) => marks.filter((mark) => mark !== "-").length)
  if (right < left) return `elements kept: theirs ${left} (${theirs.marks}), ours ${right} (${ours.marks})`
  return theirs.focus !== "body" && ours.focus === "body" && `focus: theirs ${theirs.focus}, ours lost it`
}

const unique = (html, id) => html.split(` id="${id}"`).length === 2

function problem(theirs, ours, observe, { old, next }) {
  // Upstream fails at some ids that occur more than once.
  if (theirs.thrown) return ours.thrown && ours.thrown !== theirs.thrown && `thrown: theirs ${theirs.thrown}, ours ${ours.thrown}`
  // What upstream would take away with its parent, ours may keep.
  if (!observe && old.includes("data-turbo-permanent")) return
  if (!observe) {
    // The order of attributes, which of several selected options keep theirs, and who has the focus depend on who became whom.
    [theirs, ours] = [theirs, ours].map((result) => ({ ...result, html: result.sorted.replaceAll(' selected=""', ""), focus: "" }))
    // Where upstream fails to make the new content, as it may where that has permanent elements, ours may do better.
    if (!theirs.wanted && theirs.html !== ours.html) return
  }
  for (const aspect of ["thrown", "html", "values", "focus"]) if (theirs[aspect] !== ours[aspect]) return `${aspect}: ${parting(theirs[aspect], ours[aspect])}`
  if (observe) {
    if (theirs.marks.join() !== ours.marks.join()) return `identity: theirs ${theirs.marks}\n    ours ${ours.marks}`
    const at = theirs.events.findIndex((line, i) => line !== ours.events[i])
    if (at >= 0 || theirs.events.length !== ours.events.length) return `event ${at}: theirs ${theirs.events[at]}\n    ours ${ours.events[at < 0 ? theirs.events.length : at]}`
    return
  }
  for (const [i, mark] of theirs.marks.entries()) if (mark !== "-" && ours.marks[i] === "-" && unique(old, theirs.ids[i]) && unique(next, theirs.ids[i])) return `#${theirs.ids[i]} is kept by theirs, not by ours`
}

// runPairs returns the problems that count pairs from a seed show, the first few of them.
// Unobserved, ours may pair nodes otherwise where they have no ids, as long as that is rarely worse.
export async function runPairs({ browser, theirs, ours, count, seed }) {
  const random = generator(seed)
  const problems = [], losses = []
  for (let done = 0; done < count && problems.length < 5; done += PER_PAGE) {
    const pairs = Array.from({ length: Math.min(PER_PAGE, count - done) }, () => pair(random))
    const left = await results(browser, theirs, pairs, true)
    for (const observe of [true, false]) {
      const right = await results(browser, ours, pairs, observe)
      for (const [i, { old, next, touch, inner }] of pairs.entries()) {
        const text = problem(left[i], right[i], observe, { old, next })
        const describe = (text) => `pair ${done + i}${observe ? "" : ", unobserved"}${inner ? ", children" : ""}, touch ${touch}\n    old  ${old}\n    new  ${next}\n    ${text}`
        if (text) problems.push(describe(text))
        if (problems.length === 5) return problems
        const loss = !observe && !left[i].thrown && worse(left[i], right[i])
        if (loss) losses.push(describe(loss))
      }
    }
  }
  if (losses.length * 500 > count) problems.push(`ours keeps less in ${losses.length} of ${count} pairs, for instance`, ...losses.slice(0, 3))
  return problems
}
