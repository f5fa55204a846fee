// Random messages under both runtimes: a seed gives the same messages anywhere. What differs is shrunk and
// written out as a scenario.
import { mkdirSync, writeFileSync } from "node:fs"
import path from "node:path"
import { generator } from "./generator.mjs"
import { check } from "./run.mjs"
import { filled, root } from "./scenario.mjs"

const PER_PAGE = 50

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
  const where = chance(0.8) ? ` target="${target}"` : chance(0.8) ? ` targets="${pick(selectors)}"` : ""
  let content = Array.from({ length: below(3) + (chance(0.9) ? 1 : 0) }, () => node(random)).join(pick(["", " ", "\n  "]))
  // Content with the target's own id beside the target is a declared difference.
  if (action === "before" || action === "after") content = content.replaceAll(/ id="[^"]*"/g, ` id="s${below(9)}"`)
  const template = action === "remove" && chance(0.5) || chance(0.05) ? "" : `<template>${content}</template>`
  return `<turbo-stream action="${action}"${where}>${pick(["", "\n  "])}${template}</turbo-stream>`
}

const message = (random) => Array.from({ length: 1 + random.below(4) }, () => stream(random)).join(random.pick(["", "\n", " stray "]))

const page = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Random</title></head>
<body>
<ul id="list"><li id="a" class="item">A</li><li id="b" class="item">B</li><li id="c">C</li></ul>
<div id="box"><p id="deep" data-x="1">deep</p><input id="field" value="f"></div>
<form id="form"><input name="id"><button id="d">Send</button></form>
<script>
customElements.define("x-random", class extends HTMLElement { connectedCallback() { log("x-random in") } disconnectedCallback() { log("x-random out") } })
// The page that a message leaves; a page that has grown begins anew.
window.play = async (messages) => {
  const fresh = document.body.innerHTML
  for (const [index, message] of messages.entries()) {
    if (index % 5 == 0) document.getElementById("field")?.focus()
    try { Turbo.renderStreamMessage(message) } catch (error) { log(index, "threw", error.name) }
    for (let frames = 0; frames < 2; frames++) await new Promise(requestAnimationFrame)
    log(index, document.activeElement?.id, document.body.outerHTML)
    if (document.body.outerHTML.length > 20000) document.body.innerHTML = fresh
  }
}
</script>
</body></html>`

const scenario = (name, messages) => filled({
  name, routes: { "GET /": { body: page } }, modes: [true, false],
  steps: [{ command: "eval", argument: `await play(${JSON.stringify(messages).replaceAll("</", "<\\/")})`, drain: true }]
})

// runRandom returns the problems that count messages from a seed show.
export async function runRandom({ browser, browserName, theirs, ours, count, seed, print }) {
  const random = generator(seed)
  const problems = []
  for (let done = 0; done < count; done += PER_PAGE) {
    const messages = Array.from({ length: Math.min(PER_PAGE, count - done) }, () => message(random))
    const differs = async (some) => (await check(browser, browserName, scenario(`random ${seed}`, some), { theirs, ours })).find(({ problems }) => problems.length)
    if (!await differs(messages)) continue
    let shrunk = await shrink(messages, differs)
    const streams = shrunk.flatMap((message) => message.match(/<turbo-stream[^]*?<\/turbo-stream>/g))
    if (await differs(streams)) shrunk = await shrink(streams, differs)
    const { problems: [problem] } = await differs(shrunk) ?? { problems: [{ text: "it differs now and then" }] }
    const name = `random/seed-${seed}-${done}`
    const folder = path.join(root, name)
    mkdirSync(folder, { recursive: true })
    writeFileSync(path.join(folder, "page.html"), page)
    writeFileSync(path.join(folder, "scenario.json"), JSON.stringify({ rules: ["streams 2"], about: `shrunk from seed ${seed}`, steps: [{ eval: `await play(${JSON.stringify(shrunk)})` }] }, null, 2) + "\n")
    print(`wrote the scenario ${name}`)
    problems.push(problem, `replay: node js/conformance/run.mjs --replay "${name}" --browser ${browserName}`)
  }
  return problems
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
