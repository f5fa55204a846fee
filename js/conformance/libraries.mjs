// Plays libraries that build on @hotwired/turbo, bundled with it and with ours in its place, and compares what the page
// shows, what it asks the server for, and what it throws:
//
//   node conformance/libraries.mjs [library]
import { build } from "esbuild"
import assert from "node:assert/strict"
import { readFile } from "node:fs/promises"
import http from "node:http"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { chromium } from "playwright-core"
import { executable } from "./browser.mjs"

const here = path.dirname(fileURLToPath(import.meta.url)), dist = path.join(here, "../dist")
const page = (body, head = "") => `<!doctype html><html><head><link rel="icon" href="data:,">${head}<script type="module" src="/app.js"></script></head><body>${body}</body></html>`
const redirect = (location) => ({ status: 303, headers: { location } })
const streamed = (attributes, content) => `<turbo-stream ${attributes}>${content == null ? "" : `<template>${content}</template>`}</turbo-stream>`
const turbo = `import * as Turbo from "@hotwired/turbo"; window.Turbo = Turbo;`

// Each library: the script of the page, what the server answers, and what is done. log writes a line; rest waits until
// nothing is under way; render has the page render a message.
const libraries = {
  turbo_power: {
    script: `${turbo} import TurboPower from "turbo_power"; TurboPower.initialize(Turbo.StreamActions)
      addEventListener("hello", ({ target, detail }) => console.warn(target.id, JSON.stringify(detail)), true)`,
    pages: {
      "GET /": page(`<form id="form"><input id="field" value="1"></form><div id="a" class="x y">A</div><div id="b" class="z">B</div><div id="box"></div><turbo-frame id="frame"></turbo-frame>`),
      "GET /frame": `<turbo-frame id="frame">Loaded</turbo-frame>`,
      "GET /two": page("Two")
    },
    async play({ log, look, render, tab }) {
      const streams = [
        ["add_css_class", `target="a" classes="p q"`], ["remove_css_class", `targets="#a, #b" classes="x z"`, ""], ["set_attribute", `target="a" attribute="data-n" value="1"`],
        ["toggle_attribute", `target="a" attribute="hidden"`], ["set_dataset_attribute", `target="b" attribute="my_key" value="v"`], ["set_property", `target="field" name="value" value="42"`],
        ["set_style", `target="a" name="color" value="red"`], ["set_value", `target="field" value="x"`], ["toggle_css_class", `target="b" classes="t u"`], ["replace_css_class", `target="a" from="p" to="pp"`],
        ["replace_css_class", `target="a" from="none" to="pp"`], ["set_focus", `target="field"`], ["set_title", `title="New"`], ["console_log", `message="Hello" level="warn"`], ["invoke", ""],
        ["graft", `target="b" parent="#a"`], ["inner_html", `target="box"`, "&lt;b&gt;x&lt;/b&gt;"], ["insert_adjacent_html", `target="box" position="beforeend"`, "&lt;i&gt;x&lt;/i&gt;"],
        ["insert_adjacent_text", `target="box" position="afterbegin" text="t"`], ["text_content", `target="box" text="t"`], ["set_meta", `name="a" content="b"`],
        ["dispatch_event", `target="a" name="hello"`, `{"x":1}`], ["dispatch_event", `target="a" name="hello"`], ["dispatch_event", `target="a" name="hello"`, "{"],
        ["morph", `target="box"`, `<div id="box"><u>m</u></div>`], ["reset_form", `target="form"`], ["push_state", `url="/pushed" state="{}"`], ["turbo_clear_cache", ""], ["turbo_progress_bar_show", ""],
        ["turbo_progress_bar_hide", ""], ["turbo_frame_set_src", `target="frame" src="/frame"`], ["turbo_frame_reload", `target="frame"`], ["outer_html", `target="box"`, `&lt;p id="box"&gt;x&lt;/p&gt;`], ["unknown", ""]
      ].map(([action, attributes, content]) => streamed(`action="${action}" ${attributes}`, content))
      for (const message of [...streams, streams.filter((stream) => !stream.includes("frame")).join("")]) {
        await render(message)
        log(await look(), await tab.evaluate(() => [document.title, document.activeElement.id, location.pathname, document.querySelector("#field").value]))
      }
      await render(streamed(`action="redirect_to" url="/two"`))
      log(await look())
    }
  },

  "@rolemodel/turbo-confirm": {
    script: `import { Turbo } from "@hotwired/turbo-rails"; import TurboConfirm from "@rolemodel/turbo-confirm"; TurboConfirm.start({ animationDuration: 0 })`,
    pages: Object.fromEntries([["GET /", "/two"], ["GET /two", "/"]].map(([of, to]) => [of, page(`<p>${of}</p>
      <form method="post" action="${to}"><button id="form" data-turbo-confirm="Sure?" data-confirm-details="<b>all</b>" data-confirm-button="Go">Send</button></form><a id="link" href="${to}" data-turbo-method="delete" data-turbo-confirm="Delete?">Delete</a>
      <dialog id="confirm"><h1 id="confirm-title"></h1><p id="confirm-body"></p><button id="confirm-accept">Yes</button><button class="confirm-cancel">No</button></dialog>`)])
      .concat([["POST /", redirect("/")], ["POST /two", redirect("/two")]])),
    async play({ log, look, rest, tab }) {
      for (const id of ["form", "link"]) {
        for (const answer of [".confirm-cancel", "#confirm-accept"]) {
          await tab.click(`#${id}`)
          await tab.waitForSelector("dialog[open]")
          log(await look())
          await tab.click(answer)
          await tab.waitForSelector("dialog:not([open])", { state: "attached" })
          await rest()
          log(await look())
        }
      }
    }
  },

  "@domchristie/turn": {
    script: `${turbo} import Turn from "@domchristie/turn"; Turn.start()
      const events = ["turn:before-exit", "turn:before-transition", "turn:before-enter", "turn:enter", "turbo:visit", "turbo:before-render", "turbo:render", "turbo:load"]
      for (const name of events) addEventListener(name, ({ detail }) => { console.warn(name, detail.action ?? ""); if (name == "turn:enter") entered?.() })
      let entered
      window.turned = (act) => new Promise((resolve) => { entered = resolve; act() })`,
    pages: Object.fromEntries(["/", "/two", "/three"].map((of) => [`GET ${of}`, page(`<main data-turn-exit data-turn-enter>${of}</main>`,
      "<style>@keyframes fade { to { opacity: 0 } } .turn-exit [data-turn-exit], .turn-enter [data-turn-enter] { animation: fade 20ms }</style>")])),
    async play({ log, look, rest, tab }) {
      for (const act of [() => Turbo.visit("/two"), () => history.back(), () => Turbo.visit("/three", { action: "replace" })]) {
        await tab.evaluate((act) => window.turned(() => window.eval(`(${act})()`)), `${act}`)
        await rest()
        log(await look())
      }
    }
  },

  "turbo-shadow": {
    script: `${turbo} import { ShadowRootable } from "turbo-shadow"
      customElements.define("x-shadow", class extends ShadowRootable(HTMLElement) { async connectedCallback() { await this.shadowRootAttached; this.title = this.shadowRoot?.innerHTML ?? "none" } })`,
    pages: {
      "GET /": page(`<div id="box">${shadow("First")}</div><turbo-frame id="frame"></turbo-frame>`),
      "GET /two": page(`<div id="box">${shadow("Second")}</div><turbo-frame id="frame"></turbo-frame>`),
      "GET /frame": `<turbo-frame id="frame">${shadow("Frame")}</turbo-frame>`
    },
    async play({ log, look, render, rest, tab }) {
      log(await look())
      for (const way of ["append", "prepend", "update", `update" method="morph`]) {
        await render(streamed(`action="${way}" target="box"`, shadow(way.slice(0, 4))).repeat(2))
        log(await look())
      }
      for (const act of [() => { document.querySelector("#frame").src = "/frame" }, () => Turbo.visit("/two"), () => history.back()]) {
        await tab.evaluate(act)
        await rest()
        log(await look())
      }
    }
  },

  "@symfony/ux-turbo": {
    script: `${turbo} import "@symfony/ux-turbo/dist/mercure_stream_source_element.js"`,
    pages: { "GET /": page(`<turbo-mercure-stream-source src="/hub"></turbo-mercure-stream-source><div id="box"></div>`), "GET /two": page(`<div id="box">Two</div>`), "GET /hub": { events: true } },
    async play({ log, look, push, rest, tab }) {
      await tab.waitForSelector("[connected]", { state: "attached" })
      for (const text of ["one", "two"]) await push(streamed(`action="append" target="box"`, text))
      await tab.waitForFunction(() => document.getElementById("box").textContent == "onetwo")
      log(await look())
      await tab.evaluate(() => Turbo.visit("/two"))
      await rest()
      await tab.evaluate(() => history.back())
      await tab.waitForSelector("[connected]", { state: "attached" })
      await push(streamed(`action="update" target="box"`, "three"))
      await tab.waitForFunction(() => document.getElementById("box").textContent == "three")
      log(await look())
    }
  },

  alpinejs: {
    script: `${turbo} import Alpine from "alpinejs"; import "alpine-turbo-drive-adapter"; import morph from "@alpinejs/morph"
      window.Alpine = Alpine; Alpine.plugin(morph); Alpine.start()
      addEventListener("turbo:before-frame-render", ({ detail }) => { detail.render = (frame, next) => Alpine.morph(frame, next.outerHTML) })
      addEventListener("turbo:before-stream-render", ({ detail }) => {
        const { render } = detail
        detail.render = (stream) => stream.action == "alpine" ? stream.targetElements.forEach((target) => Alpine.morph(target, stream.templateContent.firstElementChild.outerHTML)) : render(stream)
      })`,
    pages: {
      ...Object.fromEntries(["/", "/two"].map((of) => [`GET ${of}`, page(`<div id="box" x-data="{ open: false, n: '${of}' }"><button @click="open = !open">Open</button><p x-show="open" x-cloak>Shown</p>
        <template x-if="open"><b>If</b></template><span x-text="n"></span></div><turbo-frame id="frame" src="/frame">Old</turbo-frame><div id="other" x-data="{ k: 1 }"><input x-model="k"></div>`)])),
      "GET /frame": `<turbo-frame id="frame"><i x-data="{ z: 5 }" x-text="z"></i></turbo-frame>`
    },
    async play({ log, look, render, rest, tab }) {
      log(await look())
      for (const act of [() => document.querySelector("button").click(), () => Turbo.visit("/two"), () => document.querySelector("button").click(), () => history.back(), () => history.forward()]) {
        await tab.evaluate(act)
        await rest()
        log(await look())
      }
      for (const [attributes, id] of [[`action="replace"`, "box"], [`action="replace" method="morph"`, "box"], [`action="alpine"`, "other"]]) {
        await render(streamed(`${attributes} target="${id}"`, `<div id="${id}" x-data="{ q: 3 }"><u x-text="q"></u></div>`))
        log(await look())
      }
    }
  },

  trix: {
    script: `${turbo} import * as ActiveStorage from "@rails/activestorage"; import "trix"; ActiveStorage.start()
      for (const name of ["direct-uploads:start", "direct-upload:end", "direct-uploads:end", "turbo:submit-start", "turbo:submit-end"]) addEventListener(name, () => console.warn(name))`,
    pages: {
      ...Object.fromEntries(["/", "/two"].map((of) => [`GET ${of}`, page(`<p>${of}</p><form id="form" method="post" action="/" enctype="multipart/form-data"><input type="file" name="file" data-direct-upload-url="/direct">
        <input id="text" type="hidden" name="text" value="<b>Bold</b>"><trix-editor input="text"></trix-editor><button>Save</button></form>`)])),
      "POST /direct": { type: "application/json", body: JSON.stringify({ signed_id: "signed", direct_upload: { url: "/put", headers: {} } }) }, "PUT /put": { status: 204 }, "POST /": redirect("/two")
    },
    async play({ log, look, render, rest, tab }) {
      await tab.waitForSelector("trix-toolbar")
      await tab.setInputFiles("[type=file]", { name: "a.txt", mimeType: "text/plain", buffer: Buffer.from("Hello") })
      await tab.click("button:text('Save')")
      await tab.waitForSelector("p:text('/two')")
      await rest()
      log(await look())
      await tab.evaluate(() => history.back())
      await rest()
      log(await look())
      await render(streamed(`action="replace" method="morph" target="form"`, `<form id="form"><input id="text" type="hidden" value="<i>New</i>"><trix-editor input="text"></trix-editor></form>`))
      log(await look())
    }
  }
}

function shadow(text) { return `<x-shadow><template shadowrootmode="open"><b>${text}</b></template></x-shadow>` }

async function bundle(script, ours) {
  const alias = ours ? { "@hotwired/turbo": path.join(dist, "turbo.js"), "@hotwired/turbo-rails": path.join(dist, "turbo-rails.js") } : {}
  const { outputFiles } = await build({ stdin: { contents: script, resolveDir: here }, bundle: true, format: "esm", write: false, alias, logLevel: "error" })
  return outputFiles[0].text
}

// What one side shows of a library.
async function played({ script, pages, play }, ours) {
  const app = await bundle(script, ours), wasm = await readFile(path.join(dist, "turbo.wasm"))
  const shown = [], requests = [], messages = [] // each in its order: they come here by ways of their own
  const log = (...values) => shown.push(...values.map((value) => typeof value == "string" ? value : JSON.stringify(value)))
  let sources = [], open = 0
  const server = http.createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://localhost"), { method, headers } = request
    const respond = ({ status = 200, type = "text/html", headers = {}, body = "" }) => response.writeHead(status, { "content-type": type, ...headers }).end(body)
    if (pathname == "/app.js") return respond({ type: "text/javascript", body: app })
    if (pathname == "/turbo.wasm") return respond({ type: "application/wasm", body: wasm })
    open++
    response.on("close", () => open--)
    requests.push(`${method} ${request.url} ${headers.accept} ${headers["turbo-frame"] ?? ""}`)
    const answer = pages[`${method} ${pathname}`] ?? { status: 404 }
    if (!answer.events) return request.resume().on("end", () => respond(typeof answer == "string" ? { body: answer } : answer))
    open--
    response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders()
    sources.push(response)
    response.on("close", () => { open++; sources = sources.filter((source) => source != response) })
  })
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve))
  const origin = `http://127.0.0.1:${server.address().port}`, browser = await chromium.launch({ executablePath: executable("chromium"), args: ["--no-sandbox"] })
  try {
    const tab = await browser.newPage()
    tab.on("console", (message) => { if (/error|warning/.test(message.type())) messages.push(`${message.type()} ${message.text().split("\n")[0]}`) })
    tab.on("pageerror", (error) => messages.push(`thrown ${error.message}`))
    const rest = async () => {
      const end = Date.now() + 30000
      for (let quiet = 0; quiet < 3 && Date.now() < end;) quiet = await tab.evaluate(async () => {
        await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))
        return !document.querySelector("[aria-busy], turbo-frame[src]:not([complete])")
      }) && !open ? quiet + 1 : 0
    }
    const look = () => tab.evaluate(() => {
      const copy = document.body.cloneNode(true)
      copy.querySelectorAll("script").forEach((script) => script.remove())
      return copy.innerHTML + [...document.querySelectorAll("*")].map(({ shadowRoot }) => shadowRoot?.innerHTML ?? "").join("")
    })
    const render = async (message) => {
      await tab.evaluate((message) => window.Turbo.renderStreamMessage(message), message)
      await rest()
    }
    const push = (message) => sources.forEach((source) => source.write(`data: ${message}\n\n`))
    await tab.goto(origin)
    await tab.evaluate(() => window.Turbo.ready)
    await rest()
    await play({ log, look, render, rest, push, tab })
  } finally {
    await browser.close()
    server.closeAllConnections()
    server.close()
  }
  return [...shown, ...requests, ...messages].map((line) => line.replaceAll(origin, ""))
}

for (const [name, library] of Object.entries(libraries)) {
  if (process.argv[2] && process.argv[2] != name) continue
  const theirs = await played(library), ours = await played(library, true)
  assert.ok(theirs.length > 5, `${name}: nothing was played`)
  assert.deepEqual(ours, theirs, `${name} does not do the same with ours`)
  console.log(`${name}: ${theirs.length} lines alike`)
}
