#!/usr/bin/env node
// Random lives of pages, under ours alone, for what has no counterpart upstream: a program that ends at some moment, or
// never starts, leaves nothing that waits for it, and a page that is an ordinary one; the tag of the cable's element is the
// application's if it defines it before the first such element is in the page, and ours otherwise.
//
//   node js/conformance/life.mjs [--ours DIR] [--count N] [--seed S]
import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { launch } from "./browser.mjs"
import { generator } from "./generator.mjs"
import { built } from "./runtime.mjs"
import { filled } from "./scenario.mjs"
import { ScenarioServer } from "./server.mjs"

const CABLE = "turbo-cable-stream-source"
const element = `<${CABLE} channel="C" signed-stream-name="s"></${CABLE}>`

// When something happens in a page: by a script before the runtime's, behind it, at the end of the body, when the document
// is there, when everything is loaded and the runtime is ready or has ended, and after that.
const moments = ["before", "behind", "parsed", "loaded", "settled", "later"]

// How a program fails to start, ends before it is ready, and ends in the middle of a page.
const endings = {
  missing: { wasm: "/missing.wasm" }, page: { wasm: "/two" }, dropped: { wasm: "/dropped" }, "cut off": { wasm: "/half.wasm" },
  "no WebAssembly": { script: "delete globalThis.WebAssembly" },
  "by exit": { script: `window.ends = "by exit"` }, "by panic": { script: `window.ends = "by panic"` }, "by return": { script: `window.ends = "by return"` },
  exit: { action: "exit" }, crash: { action: "crash" }
}

// What an application may wait for.
const waits = {
  ready: "Turbo.ready", consumer: "Turbo.cable.getConsumer()", subscription: `Turbo.cable.subscribeTo("C")`,
  element: `document.createElement("turbo-stream").render()`,
  "element in the page": `(() => { const stream = document.createElement("turbo-stream"); stream.setAttribute("action", "append"); stream.setAttribute("target", "list"); document.documentElement.append(stream); return stream.render() })()`,
  frame: `(() => { const frame = document.querySelector("turbo-frame"); if (!frame) return 0; frame.src = "/two"; return frame.loaded })()`,
  reload: `(() => { const frame = document.querySelector("turbo-frame"); if (!frame) return 0; frame.reload(); return frame.loaded })()`
}
const deeds = {
  visit: `Turbo.visit("/two")`, refresh: `Turbo.session.refresh(location.href)`, message: `Turbo.renderStreamMessage('<turbo-stream action="append" target="list"><template>x</template></turbo-stream>')`,
  cache: "Turbo.cache.clear()", submit: `document.querySelector("form")?.requestSubmit()`, preload: `Turbo.session.preloader.preloadURL(Object.assign(document.createElement("a"), { href: "/two" }))`
}

export function lifeOf(seed) {
  const { below, pick, chance } = generator(seed)
  const life = { seed, load: pick(["umd", "module"]), rails: chance(0.15), end: null, own: null, first: null, acts: [] }
  if (chance(0.6)) life.end = { how: pick(Object.keys(endings)) }
  // Where the program ends, nobody serves an element of ours.
  else life.first = pick(["parsed", "loaded", "settled", "later", null])
  if (chance(0.6)) life.own = { moment: pick(moments), unless: chance(0.5) }
  for (let count = below(5); count > 0; count--) {
    const wait = chance(0.7)
    life.acts.push({ moment: pick(moments.slice(1)), wait, what: pick(Object.keys(wait ? waits : deeds)) })
  }
  // A visit or a submission that another overtakes may leave the page that the rest is looked at in.
  // As upstream has it, nobody hears of a frame's load that another overtakes.
  if (!life.end) life.acts = life.acts.filter(({ what }, index, acts) => !/visit|submit|refresh/.test(what) && (!/frame|reload/.test(what) || acts.findIndex((act) => /frame|reload/.test(act.what)) === index))
  return life
}

// The page of a life: what it notes is in window.life.
function pageOf(life) {
  const ending = endings[life.end?.how] ?? {}
  const at = (moment) => [
    ...life.own?.moment === moment ? [`life.own(() => { ${life.own.unless ? `if (customElements.get("${CABLE}")) return; ` : ""}customElements.define("${CABLE}", class extends HTMLElement { own = true }) })`] : [],
    ...life.first === moment && moment !== "parsed" ? [`life.first()`] : [],
    ...life.acts.filter((act) => act.moment === moment).map(({ wait, what }) => wait ? `life.wait("${what}", () => ${waits[what]})` : `life.act(() => ${deeds[what]})`),
    ...moment === "later" && ending.action ? [`Turbo.renderStreamMessage('<turbo-stream action="${ending.action}"></turbo-stream>')`] : []
  ].join("; ")
  const name = life.rails ? "turbo-rails.js" : life.load === "module" ? "turbo.js" : "turbo.umd.js"
  const module = life.load === "module" || life.rails
  // A module's page finds window.Turbo once the module has run.
  const script = (code, classic = !module) => `<script${classic ? "" : ` type="module"`}>${code}</script>\n`
  return `<!DOCTYPE html><html><head><link rel="icon" href="data:,">${ending.wasm ? `<meta name="turbo-wasm" content="${ending.wasm}">` : ""}
<script>window.life = ${LIFE}; life.element = ${JSON.stringify(element)}; ${ending.script ?? ""}</script>
${script(at("before"), true)}<script${module ? ` type="module"` : ""} src="/turbo/${name}"></script>
${script(at("behind"))}${script(`addEventListener("DOMContentLoaded", () => { ${at("loaded")} })
addEventListener("load", async () => {
  await Turbo.ready.catch(() => {})
  ${at("settled")}
  setTimeout(() => { ${at("later")}; life.done = true }, 20)
})`)}</head>
<body><a id="link" href="/three">Three</a><ul id="list"></ul><turbo-frame id="frame"></turbo-frame><form action="/two"></form><div id="first">${life.first === "parsed" ? element : ""}</div>${script(at("parsed"))}</body></html>`
}

const LIFE = `{
  said: [], open: [], thrown: [],
  wait(what, promise) {
    // An application may keep a promise beyond what it is the promise of.
    const entry = { what }
    this.open.push(entry)
    const end = () => this.open.splice(this.open.indexOf(entry), 1)
    try { Promise.resolve(entry.promise = promise()).then(end, end) } catch (error) { end(); this.thrown.push(what + ": " + error.message) }
  },
  act(deed) { try { deed() } catch (error) { this.thrown.push(error.message) } },
  own(define) { try { define() } catch (error) { this.refused = error.message } },
  first() { document.getElementById("first").innerHTML = this.element }
}; addEventListener("error", ({ message }) => life.thrown.push("uncaught " + message)); { const { error } = console; console.error = (...values) => { life.said.push(values.join(" ")); error(...values) } }`

// verdict tells what is wrong with a page after so much of its life that nothing more comes.
function verdict(life, { open, thrown, said, refused, ready, found }) {
  if (thrown.length) return `thrown: ${thrown.join("; ")}`
  if (open.length) return `still waited for: ${open.join(", ")}`
  const told = said.filter((line) => line.startsWith("turbo: the runtime ")).length
  if (ready !== (life.end && !endings[life.end.how].action ? "rejected" : "resolved")) return `Turbo.ready: ${ready}`
  if (told !== Number(Boolean(life.end))) return `told of the runtime's end ${told} times: ${said.join("; ")}`
  if (life.end) return
  const order = (moment) => moments.indexOf(moment)
  // For Rails ours is there at once. Else what is in the page at first waits until all scripts have had their turn.
  const before = life.own && order(life.own.moment) <= (life.rails ? 0 : Math.max(order(life.first ?? "later"), order("loaded")))
  if (before && refused) return `the application's definition is refused: ${refused}`
  if (life.first && before && found !== "own") return `the element is ${found}, not the application's`
  if (life.first && !life.own && found !== "ours") return `the element is ${found}, not ours`
}

const scenarioOf = (life) => filled({ routes: {
  "GET /": { raw: true, type: "text/html", body: pageOf(life) },
  "GET /two": { raw: true, type: "text/html", body: `<!DOCTYPE html><title>Two</title><turbo-frame id="frame">two</turbo-frame>` },
  "GET /three": { raw: true, type: "text/html", body: `<!DOCTYPE html><title>Three</title>` },
  "GET /dropped": { drop: true }
} })

// play lives one life and returns what is wrong with it, or nothing.
async function play(page, life, runtime) {
  const server = await new ScenarioServer(scenarioOf(life), runtime).start()
  // Nothing waits for the page to come to rest.
  server.immediate = true
  try {
    const visited = life.acts.some(({ wait, what }) => !wait && /visit|submit/.test(what))
    await page.goto(`${server.origin}/`, { waitUntil: "load" })
    const look = () => page.evaluate(() => {
      const node = document.querySelector("turbo-cable-stream-source")
      return window.life?.done && { open: life.open.map(({ what }) => what), thrown: life.thrown, said: life.said, refused: life.refused, found: !node ? "absent" : node.own ? "own" : customElements.get(node.localName) === node.constructor ? "ours" : "undefined" }
    }).catch(() => undefined)
    let seen, wrong
    for (const deadline = Date.now() + 10000; Date.now() < deadline; await new Promise((resolve) => setTimeout(resolve, 10))) {
      // A page that is an ordinary one may be left by an ordinary visit, with whatever waited in it.
      if (visited && new URL(page.url()).pathname !== "/") return
      seen = await look()
      if (!seen) continue
      seen.ready = await Promise.race([page.evaluate(() => Turbo.ready.then(() => "resolved", () => "rejected")), new Promise((resolve) => setTimeout(resolve, 1000, "pending"))]).catch(() => "gone")
      wrong = verdict(life, seen)
      if (!wrong) break
    }
    if (!seen) return "it was not over after 10 s"
    if (wrong || !life.end || visited) return wrong
    await Promise.all([page.waitForNavigation({ timeout: 10000 }), page.evaluate(() => { window.same = true; document.getElementById("link")?.click() })]).catch(() => {})
    if (await page.evaluate(() => window.same || document.title)  !== "Three") return "its links are not a plain page's"
  } finally {
    await server.stop()
  }
}

// runLives returns what is wrong with count lives from a seed.
export async function runLives({ ours, ending, count, seed, most = 3 }) {
  const problems = []
  const half = { ...ours, files: new Map([...ours.files, ["half.wasm", ours.files.get("turbo.wasm").subarray(0, 100000)]]) }
  let browser = await launch("chromium"), page
  try {
    for (let at = seed; at < seed + count && problems.length < most; at++) {
      if ((at - seed) % 50 === 0) {
        await page?.close()
        page = await browser.newPage()
      }
      const life = lifeOf(at), { action, script } = endings[life.end?.how] ?? {}
      const wrong = await play(page, life, action || /ends/.test(script) ? ending : half)
      if (wrong) problems.push(`life ${at}: ${wrong}\n    ${JSON.stringify(life)}`)
    }
  } finally {
    await browser.close()
  }
  return problems
}

// A runtime with actions that end it.
async function buildEnding(top) {
  const directory = mkdtempSync(path.join(tmpdir(), "turbowasm-ending-"))
  try {
    execFileSync("go", ["run", "./server/cmd/turbowasm", "dist", "-plain", "-main", "./server/cmd/turbowasm/testdata/ending", directory], { cwd: top, stdio: ["ignore", "ignore", "pipe"] })
    return await built(directory)
  } finally {
    rmSync(directory, { recursive: true })
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values: flags } = parseArgs({ options: { ours: { type: "string" }, count: { type: "string", default: "200" }, seed: { type: "string", default: "1" } } })
  const started = Date.now(), js = path.join(path.dirname(fileURLToPath(import.meta.url)), "..")
  const ours = await built(flags.ours ?? path.join(js, "dist"))
  const problems = await runLives({ ours, ending: await buildEnding(path.join(js, "..")), count: Number(flags.count), seed: Number(flags.seed) })
  for (const problem of problems) console.log(problem)
  console.log(`${flags.count} lives, ${problems.length} with a fault, ${((Date.now() - started) / 1000).toFixed(0)} s`)
  process.exit(problems.length ? 1 : 0)
}
