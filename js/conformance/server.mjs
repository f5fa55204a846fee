// One server per run of a scenario: its pages and routes, what it saw, its event streams and sockets.
import http from "node:http"
import { readFileSync } from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { WebSocketServer } from "ws"
import { Cable } from "./cable.mjs"
import { streamType } from "./scenario.mjs"

const here = path.dirname(fileURLToPath(import.meta.url))
const recorder = readFileSync(path.join(here, "page/recorder.js"))

// Headers that a browser sends by itself and that say nothing about the runtime.
const quietHeaders = new Set([
  "host", "connection", "user-agent", "accept-encoding", "accept-language", "content-length", "upgrade-insecure-requests",
  "pragma", "cache-control", "priority", "te", "sec-gpc", "dnt", "sec-fetch-site", "sec-fetch-user", "sec-fetch-dest"
])

const types = { ".js": "text/javascript", ".wasm": "application/wasm" }

export class ScenarioServer {
  constructor(scenario, runtime, { observe = true, sabotage } = {}) {
    Object.assign(this, { scenario, runtime, observe, sabotage })
    this.requests = []
    this.held = []
    this.gone = []
    this.ready = []
    this.immediate = false
    this.open = 0
    this.turns = new Map()
    this.feeds = new Map()
    this.sent = new Map()
    this.heard = 0
    this.waiters = []
    this.cable = new Cable(scenario.cable, () => this.changed())
    this.http = http.createServer((request, response) => this.answer(request, response))
    this.websocket = new WebSocketServer({ noServer: true, handleProtocols: (offered) => this.cable.choose(offered) })
    this.http.on("upgrade", (request, socket, head) => this.upgrade(request, socket, head))
  }

  async start() {
    await new Promise((resolve) => this.http.listen(0, "127.0.0.1", resolve))
    this.host = `127.0.0.1:${this.http.address().port}`
    this.origin = `http://${this.host}`
    return this
  }

  async stop() {
    for (const client of this.websocket.clients) client.terminate()
    this.http.closeAllConnections()
    await new Promise((resolve) => this.http.close(resolve))
  }

  changed() {
    for (const waiter of this.waiters.splice(0)) waiter()
  }

  // until resolves once condition() holds; it is looked at after each request, frame or connection.
  async until(condition, what, timeout = 8000) {
    const deadline = Date.now() + timeout
    while (!condition()) {
      if (Date.now() > deadline) throw new Error(`conformance: the server waited in vain for ${what}`)
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, 200)
        this.waiters.push(() => { clearTimeout(timer); resolve() })
      })
    }
  }

  fill(text, request = {}, body = "") {
    return text
      .replaceAll("{{origin}}", this.origin ?? "").replaceAll("{{ws}}", `ws://${this.host}`)
      .replaceAll("{{method}}", request.method ?? "").replaceAll("{{url}}", request.url ?? "")
      .replaceAll("{{body}}", body.replaceAll("<", "&lt;"))
      .replace(/\{\{header ([\w-]+)\}\}/g, (_, name) => request.headers?.[name.toLowerCase()] ?? "")
      .replace(/\{\{repeat (\d+) (.*?)\}\}/g, (_, count, part) => part.repeat(count))
  }

  async answer(request, response) {
    const { pathname } = new URL(request.url, this.origin)
    if (pathname === "/favicon.ico") return response.writeHead(204).end()
    if (pathname === "/harness/recorder.js") return response.writeHead(200, { "content-type": "text/javascript" }).end(recorder)
    if (pathname === "/harness/stimulus.js") return response.writeHead(200, { "content-type": "text/javascript" }).end(readFileSync(path.join(here, "../node_modules/@hotwired/stimulus/dist/stimulus.umd.js")))
    if (pathname.startsWith("/turbo/")) return this.answerRuntime(pathname.slice("/turbo/".length), response)
    const chunks = []
    for await (const chunk of request) chunks.push(chunk)
    const body = Buffer.concat(chunks).toString()
    this.open += 1
    let held
    response.on("close", () => {
      this.open -= 1
      // A held request that the page gave up waits for nothing more.
      if (this.held.includes(held)) { this.held.splice(this.held.indexOf(held), 1); this.gone.push(held.name) }
      this.changed()
    })
    const hold = () => new Promise((resolve) => { this.held.push(held = { name: `${request.method} ${request.url}`, resolve }); this.changed() })
    this.requests.push(describeRequest(request, body))
    this.changed()
    const route = this.route(request.method, request.url, pathname)
    if (route.events) return this.answerEvents(pathname, response)
    if (route.drop) return request.socket.destroy()
    // The network is slower than the page: what the runtime asks for is answered when the page has come to rest.
    const turn = () => new Promise((resolve) => { this.ready.push(resolve); this.changed() })
    if (!route.hold && !this.immediate && request.headers["sec-fetch-dest"] === "empty") await turn()
    if (route.hold === true) await hold()
    const headers = { ...route.headers }
    if (route.redirect !== undefined) headers.location = this.fill(route.redirect)
    const text = this.fill(route.body ?? "", request, body)
    if (route.type !== "") headers["content-type"] ??= route.type ?? (/^\s*<turbo-stream/.test(text) ? streamType : "text/html; charset=utf-8")
    const status = route.status ?? (route.redirect !== undefined ? 303 : 200)
    const isPage = (headers["content-type"] ?? "").startsWith("text/html")
    response.writeHead(status, headers)
    const page = isPage && route.raw !== true ? this.dress(text, headers) : text
    if (route.hold === "body" || route.truncate) {
      response.write(page.slice(0, -10))
      await (route.hold ? hold() : turn())
      if (route.truncate) return response.destroy()
      return response.end(page.slice(-10))
    }
    response.end(status === 204 || status === 304 ? undefined : page)
  }

  answerRuntime(name, response) {
    const file = this.runtime.files.get(name)
    if (!file) return response.writeHead(404).end()
    // Each run has an origin of its own: what a browser kept of these files it would never use again.
    response.writeHead(200, { "content-type": types[path.extname(name)] ?? "application/octet-stream", "cache-control": "no-store" })
    response.end(file)
  }

  answerEvents(pathname, response) {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" })
    response.write(": open\n\n")
    const clients = this.feeds.get(pathname) ?? new Set()
    this.feeds.set(pathname, clients.add(response))
    this.open -= 1
    response.on("close", () => { clients.delete(response); this.open += 1; this.changed() })
    this.changed()
  }

  // route finds the answer: "METHOD /path?query", then "METHOD /path", then the same without a method.
  route(method, url, pathname) {
    const { routes } = this.scenario
    const key = [`${method} ${url}`, `${method} ${pathname}`, url, pathname].find((name) => name in routes)
    if (key === undefined) return { status: 404, body: "<html><head><title>Not found</title></head><body><h1>Not found</h1></body></html>" }
    const answers = routes[key]
    if (!Array.isArray(answers)) return answers
    const turn = this.turns.get(key) ?? 0
    this.turns.set(key, turn + 1)
    return answers[Math.min(turn, answers.length - 1)]
  }

  // dress puts the runtime and, after it, the recorder first into a page's head.
  dress(html, headers) {
    const policy = Object.entries(headers).find(([name]) => name.toLowerCase() === "content-security-policy")?.[1] ?? ""
    const nonce = /'nonce-([^']+)'/.exec(policy)?.[1]
    const attributes = `data-harness${nonce ? ` nonce="${nonce}"` : ""}`
    const load = this.scenario.load === "module"
      ? `<script ${attributes} type="module" src="/turbo/turbo.js"></script>`
      : `<script ${attributes} src="/turbo/turbo.umd.js"></script>`
    const record = `<script ${attributes}${this.scenario.load === "module" ? ' type="module"' : ""} data-observe="${this.observe}" data-mutations="${this.scenario.mutations}" src="/harness/recorder.js"></script>`
    const { before = "", after = "" } = this.sabotage ?? {}
    const broken = (code) => code && `<script ${attributes}>${code}</script>`
    return html.replace(/<head[^>]*>/i, (head) => head + broken(before) + load + broken(after) + record)
  }

  upgrade(request, socket, head) {
    const { pathname } = new URL(request.url, this.origin)
    const isCable = this.cable.serves(pathname)
    if (isCable && this.cable.refusing) {
      this.cable.log.push(`refused ${request.url}`)
      this.changed()
      return socket.end("HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n")
    }
    this.websocket.handleUpgrade(request, socket, head, (client) => {
      client.on("message", () => { this.heard += 1 })
      if (isCable) return this.cable.connect(client, request)
      this.requests.push([`WebSocket ${request.url}`])
      const clients = this.feeds.get(pathname) ?? new Set()
      this.feeds.set(pathname, clients.add(client))
      client.on("message", (data) => { this.requests.push([`WebSocket ${request.url} sent ${data}`]); this.changed() })
      client.on("close", () => { clients.delete(client); this.changed() })
      client.on("error", () => {})
      this.changed()
    })
  }

  // push sends one message to every client of an event stream or a plain WebSocket path.
  async push(pathname, text) {
    await this.until(() => this.feeds.get(pathname)?.size > 0, `a client of ${pathname}`)
    const clients = this.feeds.get(pathname)
    for (const client of clients) {
      if (client instanceof http.ServerResponse) client.write(text.split("\n").map((line) => `data: ${line}\n`).join("") + "\n")
      else client.send(text)
    }
    this.sent.set(pathname, (this.sent.get(pathname) ?? 0) + clients.size)
  }

  cut(pathname) {
    for (const client of this.feeds.get(pathname) ?? []) client instanceof http.ServerResponse ? client.destroy() : client.terminate()
  }

  // answerNext lets the oldest request that waits for the page have its answer; it tells whether there was one.
  answerNext() {
    const resolve = this.ready.shift()
    resolve?.()
    return resolve !== undefined
  }

  async release(name) {
    await this.until(() => this.gone.includes(name) || this.held.some((held) => held.name === name), `the held request ${name}`)
    if (!this.held.some((held) => held.name === name)) return
    this.held.splice(this.held.findIndex((held) => held.name === name), 1)[0].resolve()
  }
}

function describeRequest(request, body) {
  const lines = [`${request.method} ${request.url}`]
  for (const [name, value] of Object.entries(request.headers).sort()) {
    if (quietHeaders.has(name) || name.startsWith("sec-ch-")) continue
    if (request.headers["sec-fetch-mode"] === "navigate" && name === "accept") continue
    lines.push(`  ${name}: ${value}`)
  }
  if (body) lines.push(...body.split(/\r?\n/).map((line) => `  | ${line}`))
  const boundary = /boundary=(\S+)/.exec(request.headers["content-type"] ?? "")?.[1]
  return boundary ? lines.map((line) => line.replaceAll(boundary, "boundary")) : lines
}
