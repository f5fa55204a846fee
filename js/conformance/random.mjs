// Random messages under both runtimes: a seed gives the same messages anywhere. What differs is shrunk and
// written out as a scenario.
import { mkdirSync, writeFileSync } from "node:fs"
import path from "node:path"
import { check } from "./check.mjs"
import { generator } from "./generator.mjs"
import { filled, root } from "./scenario.mjs"

// After some messages little of the page is left that they could change: then its body begins anew.
const perBody = 20
const bodiesPerPage = 50

const ids = ["list", "box", "a", "b", "c", "d", "deep", "form", "field", "gone"]
const selectors = [".item", "#list > *", "p", "[data-x]", "li:first-child", "#gone", "b, i", "::bad"]
const actions = ["append", "append", "prepend", "before", "after", "replace", "update", "remove", "nonsense"]

function node({ below, pick, chance }, depth = 0) {
  const id = chance(0.5) ? ` id="${pick(ids)}"` : ""
  const inner = depth < 3 && chance(0.5) ? Array.from({ length: below(3) }, () => node({ below, pick, chance }, depth + 1)).join(pick(["", " ", "\n"])) : `text ${below(100)}`
  switch (below(16)) {
    case 0: return `text &amp; ${below(100)}`
    case 1: return `<!-- ${below(100)} -->`
    case 2: return `<p${id}>unclosed <b>bold`
    case 3: return `<form${id}><input name="id" value="${below(9)}"></form>`
    case 4: return `<input${id} value="${below(9)}"${chance(0.2) ? " autofocus" : ""}>`
    case 5: return `<table${id}><tr><td>${below(100)}</td></tr></table>`
    case 6: return `<script>log("script ${below(100)}")</script>`
    case 7: return `<x-random${id}>${inner}</x-random>`
    case 8: return `<svg${id}><circle r="${below(9)}"/></svg>`
    case 9: return `<template${id}><i>inert</i></template>`
    case 10: return `<a${id} href="#x">${inner}</b></a>`
    case 11: return `<ul${id}><li>${below(100)}</li><li class="item">two</ul>`
    default: return `<div${id} class="item" data-x="${below(9)}">${inner}</div>`
  }
}

function stream(random) {
  const { below, pick, chance } = random
  const action = pick(actions)
  const target = pick(ids)
  // Content with the target's own id beside the target is a declared difference: there content has ids of its own,
  // which no target has.
  const beside = action === "before" || action === "after"
  const selector = beside ? pick(selectors).replaceAll(/(?=,|$)/g, ":not([id^=s])") : pick(selectors)
  const where = chance(0.8) ? ` target="${target}"` : chance(0.8) ? ` targets="${selector}"` : ""
  let content = Array.from({ length: below(3) + (chance(0.9) ? 1 : 0) }, () => node(random)).join(pick(["", " ", "\n  "]))
  if (beside) content = content.replaceAll(/ id="[^"]*"/g, () => ` id="s${below(9)}"`)
  const template = action === "remove" && chance(0.5) || chance(0.05) ? "" : `<template>${content}</template>`
  return `<turbo-stream action="${action}"${where}>${pick(["", "\n  "])}${template}</turbo-stream>`
}

const message = (random) => Array.from({ length: 1 + random.below(4) }, () => stream(random)).join(random.pick(["", "\n", " stray "]))

const page = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Random</title>
<script data-harness>
customElements.define("x-random", class extends HTMLElement { connectedCallback() { log("x-random in") } disconnectedCallback() { log("x-random out") } })
// Each list of messages finds the body as it was.
window.play = async (lists) => {
  const fresh = document.body.innerHTML
  for (const [at, messages] of lists.entries()) {
    if (at > 0) document.body.innerHTML = fresh
    for (const [index, message] of messages.entries()) {
      if (index % 5 == 0) document.getElementById("field")?.focus()
      try { Turbo.renderStreamMessage(message) } catch (error) { log(index, "threw", error.name) }
      for (let frames = 0; frames < 2; frames++) await new Promise(requestAnimationFrame)
      log(["after", at, index, document.activeElement?.id, ...conformance.dom()].join("\\n"))
    }
  }
}
</script></head>
<body>
<ul id="list"><li id="a" class="item">A</li><li id="b" class="item">B</li><li id="c">C</li></ul>
<div id="box"><p id="deep" data-x="1">deep</p><input id="field" value="f"></div>
<form id="form"><input name="id"><button id="d">Send</button></form>
</body></html>`

const scenario = (name, lists) => filled({
  name, routes: { "GET /": { body: page } }, modes: [true, false],
  steps: [{ command: "eval", argument: `await play(${JSON.stringify(lists).replaceAll("</", "<\\/")})`, drain: true }]
})

// runRandom returns the problems that count messages from a seed show.
export async function runRandom({ browser, browserName, theirs, ours, count, seed, print }) {
  const random = generator(seed)
  const problems = []
  const differing = async (...lists) => (await check(browser, browserName, scenario(`random ${seed}`, lists), { theirs, ours })).find(({ problems }) => problems.length)
  for (let done = 0; done < count;) {
    const lists = []
    for (let room = Math.min(perBody * bodiesPerPage, count - done); room > 0; room -= perBody) lists.push(Array.from({ length: Math.min(perBody, room) }, () => message(random)))
    const page = await differing(...lists)
    const before = problems.length
    for (const messages of page ? lists : []) {
      if (!await differing(messages)) continue
      let shrunk = await shrink(messages, differing)
      const streams = shrunk.flatMap((message) => message.match(/<turbo-stream[^]*?<\/turbo-stream>/g))
      if (await differing(streams)) shrunk = await shrink(streams, differing)
      const { problems: [problem] } = await differing(shrunk) ?? { problems: [{ text: "it differs now and then" }] }
      const name = `random/seed-${seed}-${done + lists.indexOf(messages) * perBody}`
      write(name, seed, shrunk)
      print(`wrote the scenario ${name}`)
      problems.push(problem, `replay: node js/conformance/run.mjs --replay "${name}" --browser ${browserName}`)
    }
    if (page && problems.length === before) problems.push(...page.problems, `no list of messages from ${done} differs alone`)
    done += lists.flat().length
  }
  return problems
}

function write(name, seed, messages) {
  const folder = path.join(root, name)
  mkdirSync(folder, { recursive: true })
  writeFileSync(path.join(folder, "page.html"), page)
  writeFileSync(path.join(folder, "scenario.json"), JSON.stringify({ rules: ["streams 2"], about: `shrunk from seed ${seed}`, steps: [{ eval: `await play([${JSON.stringify(messages)}])` }] }, null, 2) + "\n")
}

// shrink drops messages, or streams where each is a message of its own, for as long as what is left differs.
async function shrink(messages, differs) {
  for (let size = Math.ceil(messages.length / 2), tries = 0; tries < 40; tries++) {
    let smaller
    for (let from = 0; from < messages.length && !smaller && messages.length > 1; from += size) {
      const rest = messages.toSpliced(from, size)
      if (rest.length && await differs(rest)) smaller = rest
    }
    if (smaller) messages = smaller
    else if (size === 1) break
    size = Math.max(1, Math.min(Math.floor(size / 2), Math.ceil(messages.length / 2)))
  }
  return messages
}
