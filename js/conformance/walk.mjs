// A random walk through a site under both runtimes: links, history, forms, streams, one often while another is under
// way. A seed gives the same walk anywhere, and a shorter one is the beginning of a longer one.
import { normalise } from "./compare.mjs"
import { generator } from "./generator.mjs"
import { play } from "./play.mjs"
import { filled } from "./scenario.mjs"

const compared = ["log", "dom", "focus", "place"]
const pages = 6

const metas = [
  "", `<meta name="turbo-cache-control" content="no-preview">`, `<meta name="turbo-refresh-method" content="morph"><meta name="turbo-refresh-scroll" content="preserve">`,
  `<meta name="turbo-cache-control" content="no-cache">`, `<style data-turbo-track="dynamic">p { color: green }</style>`, ""
]

const page = (number) => `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Page ${number}</title>${metas[number]}</head>
<body class="page-${number}">
<h1 id="title">Page ${number}</h1>
<input id="kept" data-turbo-permanent>
<p id="url">{{url}}</p>
<nav>${Array.from({ length: pages }, (_, other) => `<a href="/page/${other}">Page ${other}</a> `).join("")}
<a href="/page/${number}" data-turbo-action="replace">again</a> <a href="/page/1?q=a%20b#part">part</a> <a href="/old">old</a>
<a href="/page/2" data-turbo-action="replace">replace</a> <a href="/page/3" data-turbo-frame="frame">into the frame</a> <a href="/streams" data-turbo-stream>streams</a>
<a href="/create?to=${number}" data-turbo-method="post">create</a></nav>
<ul id="list"><li id="a">A</li><li id="b">B</li></ul>
<form id="search" action="/page/4"><input name="q" value="x y"><button>Search</button></form>
<form id="create" action="/create" method="post"><input name="q" value="${number}"><button>Create</button><button formaction="/refused">Refused</button><button formaction="/streams">Streams</button><button formaction="/empty">Empty</button><button formaction="/broken">Broken</button></form>
<turbo-frame id="frame"><p>Frame of ${number}</p><a href="/page/${(number + 1) % pages}">next</a> <a href="/page/${(number + 2) % pages}" data-turbo-action="advance">promoted</a> <a href="/page/0" data-turbo-frame="_top">top</a>
<form action="/create" method="post"><input name="in" value="frame"><button>Create</button></form></turbo-frame>
<turbo-frame id="remote" src="/page/${(number + 3) % pages}?remote=1" ${number % 2 ? `refresh="morph"` : ""}></turbo-frame>
<div style="height: 2000px"></div><p id="part">Part</p>
</body></html>`

// In a frame that loads itself there is nothing that loads further.
const remote = (number) => `<turbo-frame id="remote"><p>Remote of ${number}</p></turbo-frame>`

const html = "text/html; charset=utf-8"
const refused = `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Refused</title></head><body><h1>Refused</h1><a href="/page/0">home</a><form action="/create" method="post"><input name="q" autofocus><button>Create</button></form><turbo-frame id="frame">refused</turbo-frame></body></html>`

const routes = {
  ...Object.fromEntries(Array.from({ length: pages }, (_, number) => [[`GET /page/${number}`, { body: page(number) }], [`GET /page/${number}?remote=1`, { body: remote(number) }]]).flat()),
  "GET /": { body: page(0) },
  "GET /old": { redirect: "/page/5" },
  "POST /create": [1, 0, 3, 2].map((number) => ({ redirect: `/page/${number}?created` })),
  "POST /refused": { status: 422, type: html, body: refused },
  "POST /broken": { status: 200, type: html, body: refused },
  "POST /empty": { status: 204, type: "" },
  "GET /streams": { body: stream("append", "list", "<li>linked</li>") },
  "POST /streams": { body: stream("prepend", "list", "<li>sent {{body}}</li>") + stream("update", "title", "Streamed") }
}

function stream(action, target, content = "") {
  return `<turbo-stream action="${action}"${target && ` target="${target}"`}>${content && `<template>${content}</template>`}</turbo-stream>`
}

const moves = [
  ...Array(10).fill("click"), ...Array(3).fill("back"), "forward", "visit", "type", "scroll", ...Array(3).fill("stream"), "refresh", "wait"
]

// The page is compared after some of the steps, at rest.
const shown = (number) => number % 10 === 9

// step is one of the walk's: what it does depends on the page, which is the same under both runtimes. After some the
// page comes to rest while its requests stay open.
function step(random, number) {
  const move = random.pick(moves)
  if (move === "wait") return { command: "advance", argument: random.pick([100, 600]), drain: true }
  return { command: "eval", argument: `log("step ${number}, scrolled", Math.round(scrollY)); ${act(move, random, number)}`, drain: random.chance(0.6) || shown(number) || "page" }
}

function act(move, { below, pick }, number) {
  switch (move) {
    case "back": return `if (history.state?.turbo?.restorationIndex > 0) history.back()`
    case "forward": return `history.forward()`
    case "visit": return `Turbo.visit("/page/${below(pages)}", { action: "${pick(["advance", "replace"])}" })`
    case "type": return `{ const field = document.querySelector("${pick(["#kept", "form input"])}"); if (field) field.value = "typed ${number}" }`
    case "scroll": return `scrollTo(0, ${below(1500)})`
    case "stream": return `Turbo.renderStreamMessage(\`${stream(pick(["append", "prepend", "replace", "update", "before", "after"]), pick(["list", "a", "title", "url"]), `<b id="s${below(9)}">stream ${number}</b>`)}\`)`
    case "refresh": return `Turbo.renderStreamMessage(\`${stream("refresh", "")}\`)`
    default: return `{ const all = document.querySelectorAll("a[href], button"); all[${below(1000)} % all.length]?.click() }`
  }
}

// walkOf is the scenario of a walk of so many steps from a seed.
export function walkOf(seed, steps) {
  const random = generator(seed)
  const walk = Array.from({ length: steps }, (_, number) => [
    step(random, number), ...(shown(number) ? [{ command: "snapshot", argument: `after step ${number}` }] : [])
  ]).flat()
  // A tab of its own, whose history is empty: browsers remember 50 entries.
  return filled({ name: `walk ${seed}`, routes, steps: walk, cookies: [{ name: "walk", value: `${seed}` }] })
}

// runWalk returns the problem that a walk shows.
export async function runWalk({ browser, theirs, ours, steps, seed }) {
  const scenario = walkOf(seed, steps)
  const sides = []
  for (const runtime of [theirs, ours]) {
    try {
      const result = await play(browser, scenario, runtime)
      // The progress bar grows at random.
      result.dom = result.dom.map((line) => line.replace(/(turbo-progress-bar" style="width: )[\d.]+/, "$1"))
      sides.push(normalise(result, compared))
    } catch (error) {
      if (!browser.connected) throw error
      return [`under ${runtime.name} it broke off at ${error.message}`]
    }
  }
  const [left, right] = sides
  for (const aspect of compared) {
    const at = left[aspect].findIndex((line, index) => line !== right[aspect][index])
    if (at < 0 && left[aspect].length === right[aspect].length) continue
    const from = at < 0 ? left[aspect].length : at
    const heading = left[aspect].slice(0, from).findLast((line) => /^step \d+,|^— after/.test(line)) ?? "the start"
    const lines = (side) => side[aspect].slice(Math.max(0, from - 5), from + 8).map((line) => `    ${line.slice(0, 300)}`).join("\n")
    return [`${aspect} differs after ${heading}\n  theirs\n${lines(left)}\n  ours\n${lines(right)}`]
  }
  return []
}
