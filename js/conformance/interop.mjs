// Clients that others wrote, @rails/actioncable and @anycable/web, against our hub:
//
//   node conformance/interop.mjs [part of a case's name]
//
// It needs Go, which builds the hub, but no browser.
import assert from "node:assert/strict"
import { execFileSync, spawn } from "node:child_process"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { createCable, Channel } from "@anycable/web"
import { WebSocket } from "ws"

const here = path.dirname(fileURLToPath(import.meta.url))

// What @rails/actioncable wants of a page.
Object.assign(globalThis, { addEventListener() {}, removeEventListener() {}, document: { visibilityState: "visible" } })
const { adapters, ConnectionMonitor, createConsumer } = await import("@rails/actioncable/app/assets/javascripts/actioncable.esm.js")
delete globalThis.document
Object.assign(adapters, { WebSocket, logger: undefined })
ConnectionMonitor.staleThreshold = 0.5 // seconds, of which the hub pings five times in one

class Hub {
  static async start(directory) {
    const hub = new Hub(), program = path.join(directory, "hub")
    execFileSync("go", ["build", "-o", program, "./js/conformance/hub"], { cwd: path.join(here, "../.."), stdio: "inherit" })
    hub.process = spawn(program, { stdio: ["pipe", "pipe", "ignore"] })
    hub.ended = new Promise((resolve) => hub.process.once("exit", resolve))
    hub.host = (await createInterface({ input: hub.process.stdout })[Symbol.asyncIterator]().next()).value
    return hub
  }

  async stop() {
    this.process.stdin.end()
    await this.ended
  }

  url(user = "ann") { return `ws://${this.host}/cable?user=${user}` }

  async post(action, parameters = {}, body) {
    const response = await fetch(`http://${this.host}/${action}?${new URLSearchParams(parameters)}`, { method: "POST", body })
    const text = await response.text()
    assert.ok(response.ok, text)
    return text
  }

  broadcast(...pairs) { return this.post("broadcast", {}, JSON.stringify(pairs)) }
}

async function until(condition, what) {
  for (const late = Date.now() + 20_000; !condition(); await new Promise((resolve) => setTimeout(resolve, 5))) {
    if (Date.now() > late) assert.fail(`${typeof what == "function" ? what() : what} did not come`)
  }
}

const count = (n, from = 1) => Array.from({ length: n }, (_, i) => from + i)

// A client of @rails/actioncable that notes what it is told.
class Rails {
  constructor(url) {
    this.consumer = createConsumer(url)
    this.heard = []
  }

  subscribe(channel) {
    const note = (event) => (argument) => this.heard.push(argument === undefined ? event : [event, argument])
    const callbacks = ["initialized", "connected", "disconnected", "rejected", "received"].map((event) => [event, note(event)])
    return this.consumer.subscriptions.create(channel, Object.fromEntries(callbacks))
  }

  end() { this.consumer.disconnect() }
}

// One of @anycable/web.
class AnyCable {
  constructor(url, protocol) {
    this.cable = createCable(url, { protocol, websocketImplementation: WebSocket, logLevel: "error", reconnectStrategy: () => 20 + 40 * Math.random(), pingInterval: 200 })
    this.heard = []
    this.cable.on("close", (error) => this.heard.push(["closed", error?.reason]))
  }

  subscribe(name, parameters) {
    const channel = this.cable.subscribeTo(class extends Channel { static identifier = name }, parameters)
    for (const event of ["connect", "disconnect", "close", "message", "info"]) {
      channel.on(event, (argument) => this.heard.push([event, argument?.type ?? argument?.reason ?? argument?.message ?? argument]))
    }
    return channel
  }

  end() { this.cable.disconnect() }
}

const messages = (client, event) => client.heard.filter(([name]) => name === event).map(([, message]) => message)
const signed = async (hub, stream) => ({ signed_stream_name: await hub.post("sign", { stream }) })
const streams = "Turbo::StreamsChannel"

const cases = {
  async "@rails/actioncable subscribes, hears, performs and leaves"(hub, client) {
    const rails = client(new Rails(hub.url()))
    const room = rails.subscribe({ channel: streams, ...await signed(hub, "room") })
    await until(() => rails.heard.length == 2, "the confirmation")
    assert.deepEqual(rails.heard, ["initialized", ["connected", { reconnected: false }]])
    await hub.broadcast(["room", "<b>&\u2028é"], ["other", 1], ["room", { n: [1, null] }])
    await until(() => messages(rails, "received").length == 2, "the broadcasts")
    assert.deepEqual(messages(rails, "received"), ["<b>&\u2028é", { n: [1, null] }])

    const echo = rails.subscribe("EchoChannel")
    await until(() => messages(rails, "connected").length == 2, "the second confirmation")
    echo.perform("shout", { word: "hi" })
    await until(() => messages(rails, "received").length == 3, "the echo")
    assert.deepEqual(messages(rails, "received")[2], { action: "shout", data: { word: "hi", action: "shout" } })

    rails.subscribe({ channel: streams, signed_stream_name: "forged--0" })
    await until(() => rails.heard.includes("rejected"), "the rejection")
    room.unsubscribe()
    await hub.broadcast(["room", "gone"])
    echo.send({ n: 1 })
    await until(() => messages(rails, "received").length == 4, "the last echo")
    assert.equal(messages(rails, "received")[3].action, "receive")
  },

  async "@rails/actioncable comes back after a cut and a restart, and hears each broadcast once"(hub, client) {
    const rails = client(new Rails(hub.url()))
    rails.subscribe({ channel: streams, ...await signed(hub, "room") })
    const back = (n) => until(() => messages(rails, "connected").length == n, "the connection")
    await back(1)
    for (const [n, action] of ["cut", "restart", "cut"].entries()) {
      await hub.broadcast(["room", n])
      await until(() => messages(rails, "received").length == n + 1, "a broadcast")
      await hub.post(action)
      await until(() => messages(rails, "disconnected").length == n + 1, "the end of the connection")
      await back(n + 2)
    }
    await hub.broadcast(["room", 3])
    await until(() => messages(rails, "received").length == 4, "the last broadcast")
    assert.deepEqual(messages(rails, "received"), [0, 1, 2, 3])
    assert.deepEqual(messages(rails, "disconnected")[0], { willAttemptReconnect: true })
    assert.deepEqual(messages(rails, "connected")[1], { reconnected: true })
  },

  async "@rails/actioncable is sent away for good"(hub, client) {
    const rails = client(new Rails(hub.url("bob")))
    rails.subscribe({ channel: streams, ...await signed(hub, "room") })
    await until(() => messages(rails, "connected").length == 1, "the connection")
    await hub.post("disconnect", { user: "bob" })
    await until(() => messages(rails, "disconnected").length == 1, "the end")
    assert.deepEqual(messages(rails, "disconnected"), [{ willAttemptReconnect: false }])
    const stranger = client(new Rails(hub.url("nobody")))
    stranger.subscribe("EchoChannel")
    await until(() => messages(stranger, "disconnected").length == 1, "the refusal")
    assert.deepEqual(messages(stranger, "disconnected"), [{ willAttemptReconnect: false }])
  },

  async "@anycable/web subscribes, hears, performs and leaves"(hub, client, protocol) {
    const any = client(new AnyCable(hub.url(), protocol))
    const room = any.subscribe(streams, await signed(hub, "room"))
    await room.ensureSubscribed()
    await hub.broadcast(["room", "<b>&\u2028é"], ["other", 1], ["room", { n: [1, null] }])
    await until(() => messages(any, "message").length == 2, "the broadcasts")
    assert.deepEqual(messages(any, "message"), ["<b>&\u2028é", { n: [1, null] }])
    const echo = any.subscribe("EchoChannel")
    await echo.ensureSubscribed()
    await echo.perform("shout", { word: "hi" })
    await until(() => messages(any, "message").length == 3, "the echo")
    assert.deepEqual(messages(any, "message")[2], { action: "shout", data: { word: "hi", action: "shout" } })
    any.cable.logger.log = () => {} // what is refused
    await assert.rejects(any.subscribe(streams, { signed_stream_name: "forged--0" }).ensureSubscribed(), { name: "SubscriptionRejectedError" })
    room.disconnect()
    await hub.broadcast(["room", "gone"])
    await echo.perform("shout", {})
    await until(() => messages(any, "message").length == 4, "the last echo")
    assert.equal(messages(any, "message")[3].action, "shout")
  },

  async "@anycable/web is sent away for good, or told to come again"(hub, client, protocol) {
    const any = client(new AnyCable(hub.url("bob"), protocol))
    const room = any.subscribe(streams, await signed(hub, "room"))
    await room.ensureSubscribed()
    await hub.post("disconnect", { user: "bob", reconnect: true })
    await until(() => messages(any, "connect").length == 2, "the second connection")
    assert.deepEqual(messages(any, "disconnect"), ["remote"])
    await hub.post("disconnect", { user: "bob" })
    await until(() => messages(any, "closed").length == 1, "the end")
    assert.deepEqual(messages(any, "closed"), ["remote"])
  },

  async "@anycable/web loses nothing and gets nothing twice while its connection is cut"(hub, client, protocol) {
    const any = client(new AnyCable(hub.url(), protocol)), names = ["a", "b", "c"], got = {}, told = 400
    for (const name of names) {
      const channel = any.subscribe(streams, await signed(hub, name))
      got[name] = []
      channel.on("message", (message) => got[name].push(message))
      await channel.ensureSubscribed()
    }
    let cuts = 0, writing = true
    const cutting = (async () => {
      for (; writing; cuts++) {
        await new Promise((resolve) => setTimeout(resolve, 30 + 100 * Math.random()))
        await hub.post("cut")
        // Cut before it is confirmed, a subscription of @anycable/core 1.1.7 is closed for good.
        await until(() => messages(any, "connect").length == names.length * (cuts + 2), "the connection")
      }
    })()
    cutting.catch(() => {})
    for (const n of count(told)) {
      await hub.broadcast(...names.map((name) => [name, n]))
      await new Promise((resolve) => setTimeout(resolve, 1))
      // No more is missed than the hub keeps.
      if (n % 40 == 0) await until(() => names.every((name) => got[name].length >= n - 5), () => JSON.stringify(got))
    }
    writing = false
    await cutting
    await until(() => names.every((name) => got[name].length >= told), () => JSON.stringify(got))
    for (const name of names) assert.deepEqual(got[name], count(told), name)
    assert.ok(cuts > 3, `${cuts} cuts`)
    assert.deepEqual(messages(any, "info").filter((type) => type != "history_received"), [])
  },

  async "@anycable/web is told of a gap, after too long a time and after a restart"(hub, client, protocol) {
    const any = client(new AnyCable(hub.url(), protocol))
    const room = any.subscribe(streams, await signed(hub, "room"))
    await room.ensureSubscribed()
    const lost = () => messages(any, "info").filter((type) => type == "history_not_found").length
    await hub.broadcast(["room", "first"])
    await until(() => messages(any, "message").length == 1, "a broadcast")
    any.cable.monitor.strategy = () => 300
    await hub.post("cut")
    await hub.broadcast(...count(60).map((n) => ["room", n]))
    await until(() => lost() == 1, "the gap")
    await hub.broadcast(["room", 61])
    await until(() => messages(any, "message").length == 2, "what came after it")
    await hub.post("restart")
    await until(() => lost() == 2, "the second gap")
    await hub.broadcast(["room", 62])
    await until(() => messages(any, "message").length == 3, "what came after that")
    assert.deepEqual(messages(any, "message"), ["first", 61, 62])
  }
}

const base = "actioncable-v1-json", extended = "actioncable-v1-ext-json"
const protocols = (name) => !name.startsWith("@anycable") ? [undefined] : /nothing twice|a gap/.test(name) ? [extended] : [base, extended]

const directory = await mkdtemp(path.join(tmpdir(), "turbowasm-interop-"))
let failed = 0
try {
  for (const [name, run] of Object.entries(cases)) {
    for (const protocol of protocols(name)) {
      const full = protocol ? `${name} (${protocol})` : name
      if (!full.includes(process.argv[2] ?? "")) continue
      const hub = await Hub.start(directory), clients = []
      try {
        await run(hub, (client) => (clients.push(client), client), protocol)
        console.log("ok", full)
      } catch (error) {
        failed++
        console.log("FAIL", full, error)
      } finally {
        for (const client of clients) client.end()
        await hub.stop()
      }
    }
  }
} finally {
  await rm(directory, { recursive: true })
}
process.exit(failed ? 1 : 0)
