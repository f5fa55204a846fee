#!/usr/bin/env node
// What an engine does by itself, tried in WebKitGTK: imports and exports of the program, streams, visits, history, and
// morphs without moveBefore. The suite that compares everything runs in Chromium and Firefox.
import { spawn } from "node:child_process"
import { existsSync } from "node:fs"
import http from "node:http"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { built } from "./runtime.mjs"

const { files } = await built(path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../dist"))
const page = (title, body) => `<!doctype html><html><head><title>${title}</title><link rel="icon" href="data:,"><script src="/turbo.umd.js"></script></head><body>${body}</body></html>`
const pages = {
  "/": page("One", `<a id="go" href="/two">Two</a><div id="list"></div>`),
  "/two": page("Two", `<p>Two</p>`)
}

// Each check runs in the page that the one before has left.
const checks = [
  ["the runtime starts", `await Turbo.ready; return typeof window.Turbo.visit`, "function"],
  ["a stream appends",
    `Turbo.renderStreamMessage('<turbo-stream action="append" target="list"><template><p id="x">hello</p></template></turbo-stream>')
    await new Promise((resolve) => setTimeout(() => requestAnimationFrame(resolve)))
    return list.innerHTML`,
    `<p id="x">hello</p>`],
  ["somebody who listens sees the element",
    `const seen = new Promise((resolve) => addEventListener("turbo:before-stream-render", ({ target }) => resolve(target.outerHTML), { once: true }))
    Turbo.renderStreamMessage('<turbo-stream action="remove" target="x"></turbo-stream>')
    return seen`,
    `<turbo-stream action="remove" target="x"><template></template></turbo-stream>`],
  ["a morph keeps nodes and focus, and moves one of them",
    `const log = []
    customElements.define("x-item", class extends HTMLElement { connectedCallback() { log.push("+" + this.id) } disconnectedCallback() { log.push("-" + this.id) } })
    const items = (ids, text) => ids.map((id) => '<x-item id="' + id + '">' + text + '</x-item>').join("")
    list.innerHTML = '<input id="field" value="a">' + items(["a", "b", "c", "d"], "old") + '<table><tr><td>1</td></tr></table><svg><circle r="1"></circle></svg>'
    const before = [...list.querySelectorAll("[id]")]
    field.focus()
    log.length = 0
    const html = '<div id="list"><input id="field" value="a">' + items(["c", "a", "b", "e"], "new") + '<table><tbody><tr><td>2</td><td>3</td></tr></tbody></table><svg><circle r="2"></circle></svg></div>'
    Turbo.morphElements(list, html)
    return [list.outerHTML == html, before.filter((node) => list.contains(node)).map(({ id }) => id).join(" "), document.activeElement.id, log.sort().join(" ")].join("; ")`,
    "true; field a b c; field; +c +e -c -d"],
  ["a link is a visit",
    `const there = new Promise((resolve) => addEventListener("turbo:load", resolve, { once: true }))
    window.mark = "same document"
    document.getElementById("go").click()
    await there
    return [document.title, location.pathname, window.mark].join("; ")`,
    "Two; /two; same document"],
  ["back restores the page",
    `const there = new Promise((resolve) => addEventListener("turbo:load", resolve, { once: true }))
    history.back()
    await there
    return [document.title, location.pathname, window.mark, document.getElementById("field").value].join("; ")`,
    "One; /; same document; a"]
]

const server = http.createServer(({ url }, response) => {
  const body = pages[url] ?? files.get(url.slice(1))
  if (!body) return response.writeHead(404).end()
  const type = pages[url] ? "text/html" : url.endsWith(".wasm") ? "application/wasm" : "text/javascript"
  response.writeHead(200, { "content-type": type }).end(body)
})
const listen = (server) => new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server.address().port)))
const origin = `http://127.0.0.1:${await listen(server)}`

// A port that is free now, for the driver to take.
const probe = http.createServer()
const port = await listen(probe)
await new Promise((resolve) => probe.close(resolve))

const xvfb = spawn("Xvfb", ["-displayfd", "1", "-screen", "0", "1024x768x24"], { stdio: ["ignore", "pipe", "ignore"] })
const display = await new Promise((resolve, reject) => {
  xvfb.once("error", reject)
  xvfb.stdout.once("data", (data) => resolve(`:${String(data).trim()}`))
})
const driver = spawn("WebKitWebDriver", [`--port=${port}`], { stdio: "ignore", env: { ...process.env, DISPLAY: display, WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1" } })

async function call(method, command, body) {
  const response = await fetch(`http://127.0.0.1:${port}${command}`, { method, body: body && JSON.stringify(body) })
  const { value } = await response.json()
  if (value?.error) throw new Error(`webkit: ${method} ${command}: ${value.error}: ${value.message}`)
  return value
}

// The driver answers once it has started.
async function started() {
  for (const end = Date.now() + 20000; ;) {
    try {
      return await call("GET", "/status")
    } catch (error) {
      if (Date.now() > end) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

const browsers = ["4.1", "6.0", "4.0"].flatMap((version) => ["x86_64", "aarch64"].map((arch) => `/usr/lib/${arch}-linux-gnu/webkit2gtk-${version}/MiniBrowser`))
let failed = 0
try {
  await started()
  const binary = browsers.find((file) => existsSync(file))
  if (!binary) throw new Error(`webkit: no MiniBrowser found (looked for ${browsers.join(", ")})`)
  const { sessionId, capabilities } = await call("POST", "/session", { capabilities: { alwaysMatch: { "webkitgtk:browserOptions": { binary, args: ["--automation"] } } } })
  const session = `/session/${sessionId}`
  try {
    await call("POST", `${session}/timeouts`, { script: 20000 })
    await call("POST", `${session}/url`, { url: `${origin}/` })
    for (const [name, script, want] of checks) {
      const got = await call("POST", `${session}/execute/async`, {
        script: `const done = arguments[0], list = document.getElementById("list"); (async () => { ${script} })().then(done, (error) => done("threw " + error))`, args: []
      })
      if (got !== want) failed++
      console.log(got === want ? `ok ${name}` : `FAIL ${name}\n  got  ${got}\n  want ${want}`)
    }
    console.log(`${checks.length - failed} passed, ${failed} failed in ${capabilities.browserName} ${capabilities.browserVersion}`)
  } finally {
    await call("DELETE", session)
  }
} finally {
  driver.kill()
  xvfb.kill()
  server.close()
}
process.exit(failed ? 1 : 0)
