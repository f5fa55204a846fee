// Our client in a page of Chromium, against servers that others wrote, played by a script: Rails' Action Cable, and
// AnyCable with the extended protocol.
//
//   node conformance/peers.mjs [part of a case's name]
import assert from "node:assert/strict"
import { createServer } from "node:http"
import { readFileSync } from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { WebSocketServer } from "ws"
import { launch } from "./browser.mjs"

const dist = path.join(path.dirname(fileURLToPath(import.meta.url)), "../dist")
const identifier = JSON.stringify({ channel: "Turbo::StreamsChannel", signed_stream_name: "name" })
const base = "actioncable-v1-json", extended = "actioncable-v1-ext-json"

// A server of pages, whose cable says what its script has it say.
class Peer {
  constructor(protocol, attributes = "") {
    Object.assign(this, { protocol, attributes, list: "", logged: [], commands: [], urls: [], offered: [], pages: 0, waiters: [] })
  }

  async start() {
    this.http = createServer((request, response) => this.answer(request, response))
    const sockets = new WebSocketServer({ server: this.http, handleProtocols: (offered) => offered.has(this.protocol) && this.protocol })
    sockets.on("connection", (socket, request) => {
      Object.assign(this, { socket })
      this.urls.push(request.url)
      this.offered.push(request.headers["sec-websocket-protocol"])
      socket.on("message", (text) => { this.commands.push(JSON.parse(text)); this.changed() })
      socket.on("close", () => this.changed())
      this.changed()
    })
    await new Promise((resolve) => this.http.listen(0, "127.0.0.1", resolve))
    this.origin = `http://127.0.0.1:${this.http.address().port}`
    return this
  }

  stop() {
    this.socket?.terminate()
    this.http.closeAllConnections()
    return new Promise((resolve) => this.http.close(resolve))
  }

  answer({ url }, response) {
    if (url.startsWith("/turbo/")) {
      response.writeHead(200, { "content-type": url.endsWith("wasm") ? "application/wasm" : "text/javascript" })
      return response.end(readFileSync(path.join(dist, path.basename(url))))
    }
    if (url != "/" && url != "/two") return response.writeHead(404).end()
    if (url == "/") this.pages++
    this.changed()
    response.writeHead(200, { "content-type": "text/html" })
    response.end(`<!doctype html><html data-turbo-cable-state><head><script src="/turbo/turbo.umd.js"></script>
      <script>
        window.told = []
        for (const name of ["connected", "disconnected", "rejected", "gap"]) addEventListener("turbo:cable-" + name, (event) => {
          told.push([name, event.detail])
          if (window.prevents) event.preventDefault()
        })
      </script></head><body>${url == "/two" ? '<p id="two">Two</p>' : `<ul id="list">${this.list}</ul>
      <turbo-cable-stream-source id="source" channel="Turbo::StreamsChannel" signed-stream-name="name" ${this.attributes}></turbo-cable-stream-source>`}</body></html>`)
  }

  changed() { for (const waiter of this.waiters.splice(0)) waiter() }

  async until(condition, what) {
    for (const late = Date.now() + 20_000; !condition();) {
      if (Date.now() > late) assert.fail(`${what} did not come; heard: ${JSON.stringify(this.commands)}`)
      await new Promise((resolve) => { setTimeout(resolve, 50); this.waiters.push(resolve) })
    }
  }

  // The nth connection of the page.
  connection(n) { return this.until(() => this.urls.length >= n, `connection ${n}`) }

  // The next command that has not been asked for.
  async command() {
    await this.until(() => this.commands.length, "a command")
    return this.commands.shift()
  }

  say(...messages) { for (const message of messages) this.socket.send(JSON.stringify(message)) }
  confirm() { this.say({ identifier, type: "confirm_subscription" }) }
  history(answer) { this.say({ type: `${answer}_history`, identifier }) }

  // Appends n to the page's list; at an offset and in an epoch where it is kept.
  item(n, offset, epoch) { this.say(item(n, offset, epoch)) }

  items(from, to) { for (let n = from; n <= to; n++) this.item(n, n) }

  disconnect(reason, reconnect) {
    this.say({ type: "disconnect", reason, reconnect })
    this.socket.close()
  }

  cut() { this.socket.terminate() }
}

function item(n, offset, epoch = "e") {
  const message = `<turbo-stream action="append" target="list"><template><li>${n}</li></template></turbo-stream>`
  return { identifier, message, ...offset && { stream_id: "s", epoch, offset } }
}

const at = (offset, epoch = "e") => ({ streams: { s: { epoch, offset } } })

// A command after a lost connection, which also names the time of the loss, for streams of which nothing was heard.
function again({ history: { since, ...history }, ...command }, lost = Date.now() / 1000) {
  assert.ok(Math.abs(since - lost) <= 5, `since ${since}`)
  return { ...command, history }
}
const position = (offset) => `position='{"s":{"epoch":"e","offset":${offset}}}'`

// What the page shows, and what it was told.
const shows = (page, want) => page.waitForFunction((want) => document.querySelector("#list").textContent == want, { timeout: 10_000 }, want)
  .catch(async () => assert.equal(await page.evaluate(() => document.querySelector("#list").textContent), want))
const told = (page, n) => page.waitForFunction((n) => told.length >= n, { timeout: 10_000 }, n).then(() => page.evaluate(() => told))
const state = (page) => page.evaluate(() => [document.documentElement.dataset.turboCableState, source.hasAttribute("connected")])

const cases = {
  "Rails": [base, position(5), async (peer, page) => {
    await peer.connection(1)
    assert.deepEqual(peer.offered, [`${extended}, ${base}, actioncable-unsupported`])
    peer.say({ type: "welcome" })
    assert.deepEqual(await peer.command(), { command: "subscribe", identifier })
    peer.item(1) // which may come before the confirmation
    peer.confirm()
    assert.deepEqual(await told(page, 1), [["connected", { reconnected: false }]])
    assert.deepEqual(await state(page), ["connected", true])
    peer.say({ type: "ping", message: 1700000000 }, { type: "unheard of" }, { identifier: "other", message: "x" })
    peer.item(2)
    peer.item(2)
    await shows(page, "122")
    peer.disconnect("server_restart", true)
    await peer.connection(2)
    peer.say({ type: "welcome" })
    assert.deepEqual(await peer.command(), { command: "subscribe", identifier })
    peer.confirm()
    peer.item(3)
    await shows(page, "1223")
    peer.disconnect("unauthorized", false)
    assert.deepEqual((await told(page, 4)).slice(1), [
      ["disconnected", { willAttemptReconnect: true, reason: "server_restart" }], ["connected", { reconnected: true }],
      ["disconnected", { willAttemptReconnect: false, reason: "unauthorized" }]
    ])
    assert.deepEqual(await state(page), ["disconnected", false])
  }],

  "Rails, which rejects": [base, "", async (peer, page) => {
    await peer.connection(1)
    peer.say({ type: "welcome" })
    await peer.command()
    peer.say({ identifier, type: "reject_subscription" })
    assert.deepEqual(await told(page, 1), [["rejected", null]])
    peer.item(1)
    peer.cut()
    await peer.connection(2)
    peer.say({ type: "welcome" })
    await page.evaluate(() => { const again = source.cloneNode(); again.id = "again"; document.body.append(again) })
    assert.deepEqual(await peer.command(), { command: "subscribe", identifier })
    peer.confirm()
    peer.item(2)
    await shows(page, "2")
    peer.say({ identifier, type: "reject_subscription", reason: "expired" }) // as our hub ends one
    assert.deepEqual((await told(page, 3)).slice(1), [["connected", { reconnected: true }], ["rejected", { reason: "expired" }]])
    peer.item(3)
    peer.disconnect(null, true)
    await peer.connection(3)
    await shows(page, "2")
  }],

  "AnyCable": [extended, position(5), async (peer, page) => {
    await peer.connection(1)
    peer.say({ type: "welcome", sid: "one" })
    assert.deepEqual(await peer.command(), { command: "subscribe", identifier, history: at(5) })
    peer.confirm()
    peer.item(8, 8) // a live message overtakes the history
    peer.items(6, 7)
    peer.item("w") // a whisper has no place
    peer.item(8, 8)
    peer.history("confirm")
    peer.say({ type: "presence", identifier, message: { type: "join", id: "1" } }, { type: "pong" })
    peer.items(9, 9)
    await shows(page, "67w89")
    peer.items(7, 9)
    peer.cut()
    await peer.connection(2)
    assert.equal(peer.urls[1], "/cable") // a session is not asked for: places are enough
    peer.say({ type: "welcome", sid: "two" })
    assert.deepEqual(again(await peer.command()), { command: "subscribe", identifier, history: at(9) })
    peer.confirm()
    peer.items(10, 11)
    peer.item(11, 11)
    peer.history("confirm")
    peer.items(12, 12)
    await shows(page, "67w89101112")
    for (const [n, reason] of ["idle_timeout", "no_pong", "too_slow"].entries()) {
      peer.disconnect(reason, true)
      await peer.connection(3 + n)
      peer.say({ type: "welcome" })
      assert.deepEqual(again(await peer.command()), { command: "subscribe", identifier, history: at(12) })
      peer.confirm()
      peer.history("confirm")
    }
    peer.items(13, 13)
    await shows(page, "67w8910111213")
    assert.equal(peer.pages, 1)
    assert.deepEqual((await told(page, 9)).filter(([event]) => event == "gap"), [])
  }],

  "AnyCable, which lets a message drop out": [extended, position(0), async (peer, page) => {
    await peer.connection(1)
    peer.say({ type: "welcome", sid: "one" })
    await peer.command()
    peer.confirm()
    peer.history("confirm")
    peer.items(1, 2)
    peer.items(4, 5)
    assert.deepEqual(await peer.command(), { command: "history", identifier, history: at(2) })
    peer.items(3, 5)
    peer.history("confirm")
    await shows(page, "12345")
  }],

  "AnyCable, whose history is over": [extended, position(5), async (peer, page) => {
    await peer.connection(1)
    peer.say({ type: "welcome", sid: "one" })
    await peer.command()
    peer.confirm()
    peer.item(31, 31)
    Object.assign(peer, { attributes: position(30), list: "<li>...30</li>" })
    peer.history("reject")
    await shows(page, "31")
    // The page that comes says where it is, and is told the rest again.
    assert.deepEqual(await peer.command(), { command: "history", identifier, history: at(30) })
    peer.items(31, 32)
    peer.history("confirm")
    peer.items(33, 33)
    await shows(page, "...30313233")
    assert.deepEqual((await told(page, 2)).map(([event]) => event), ["connected", "gap"])
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 1100))) // in which another refresh would come
    assert.equal(peer.pages, 2)
  }],

  "AnyCable, which restarts with another epoch": [extended, position(5), async (peer, page) => {
    await page.evaluate(() => { window.prevents = true })
    await peer.connection(1)
    peer.say({ type: "welcome", sid: "one" })
    await peer.command()
    peer.confirm()
    peer.history("confirm")
    peer.items(6, 6)
    peer.item(7, 1, "f") // without a word, which a broker behind several servers may do
    peer.item(8, 2, "f")
    await shows(page, "678")
    assert.deepEqual((await told(page, 2)).map(([event]) => event), ["connected", "gap"])
    peer.cut()
    await peer.connection(2)
    peer.say({ type: "welcome", sid: "two" })
    assert.deepEqual(again(await peer.command()), { command: "subscribe", identifier, history: at(2, "f") })
    peer.confirm()
    peer.history("reject")
    assert.deepEqual((await told(page, 5)).map(([event]) => event), ["connected", "gap", "disconnected", "connected", "gap"])
    peer.item(9, 1, "g")
    await shows(page, "6789")
    assert.equal(peer.pages, 1) // a listener prevented it
  }],

  "AnyCable, before anything was said": [extended, "", async (peer, page) => {
    await peer.connection(1)
    peer.say({ type: "welcome", sid: "one" })
    assert.deepEqual(await peer.command(), { command: "subscribe", identifier })
    peer.confirm()
    await told(page, 1)
    peer.cut()
    await peer.connection(2)
    peer.say({ type: "welcome", sid: "two" })
    assert.deepEqual(again(await peer.command()), { command: "subscribe", identifier, history: { streams: {} } })
    peer.confirm()
    peer.items(1, 2)
    peer.history("confirm")
    await shows(page, "12")
  }],

  "AnyCable, and a page that is put into the cache and restored": [extended, position(0), async (peer, page) => {
    const leave = () => page.evaluate(() => Turbo.visit("/two")).then(() => page.waitForSelector("#two"))
    const returns = async (offset) => {
      await page.evaluate(() => history.back())
      assert.deepEqual(await peer.command(), { command: "unsubscribe", identifier })
      assert.deepEqual(await peer.command(), { command: "subscribe", identifier, history: at(offset) })
      peer.confirm()
    }
    await peer.connection(1)
    peer.say({ type: "welcome", sid: "one" })
    await peer.command()
    peer.confirm()
    peer.history("confirm")
    peer.items(1, 1)
    await shows(page, "1")
    // A message that comes while the page is put into the cache waits for a frame: the snapshot does not show it.
    await page.evaluate(async (message) => {
      const { connection: { webSocket } } = await Turbo.cable.getConsumer(), { requestAnimationFrame } = window, frames = []
      addEventListener("turbo:before-cache", () => {
        window.requestAnimationFrame = (frame) => frames.push(frame)
        webSocket.onmessage({ data: message })
        window.requestAnimationFrame = requestAnimationFrame
      }, { once: true })
      addEventListener("turbo:load", () => frames.forEach((frame) => frame()), { once: true })
    }, JSON.stringify(item(2, 2)))
    await leave()
    await returns(1)
    peer.items(2, 2)
    peer.history("confirm")
    await shows(page, "12")
    peer.items(3, 3)
    await shows(page, "123")
    await leave()
    await returns(3)
    peer.history("confirm")
    peer.items(4, 4)
    await shows(page, "1234")
  }],

  ...Object.fromEntries(["x", "5", "null", "[1]", '{"s":null}', '{"s":{"epoch":"e","offset":-1}}', '{"s":{"epoch":"e"}}'].map((written) =>
    [`AnyCable, and the position ${written}`, [extended, `position='${written}'`, async (peer, page) => {
      await peer.connection(1)
      peer.say({ type: "welcome", sid: "one" })
      assert.deepEqual(await peer.command(), { command: "subscribe", identifier })
      peer.confirm()
      peer.items(7, 7)
      await shows(page, "7")
      assert.deepEqual(peer.logged, ["warn"])
    }]]))
}

const browser = await launch("chromium")
let failed = 0
try {
  for (const [name, [protocol, attributes, run]] of Object.entries(cases)) {
    if (!name.includes(process.argv[2] ?? "")) continue
    const peer = await new Peer(protocol, attributes).start(), page = await browser.newPage()
    page.on("console", (message) => peer.logged.push(message.type()))
    page.on("pageerror", (error) => { failed++; console.log(`${name}: the page threw`, error.message) })
    try {
      await page.goto(peer.origin)
      await run(peer, page)
      console.log("ok", name)
    } catch (error) {
      failed++
      console.log("FAIL", name, error)
    } finally {
      await page.close()
      await peer.stop()
    }
  }
} finally {
  await browser.close()
}
process.exit(failed ? 1 : 0)
