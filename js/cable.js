// Action Cable for pages: objects in the shape of @rails/actioncable 8.1. What
// a consumer does is decided in Go (package cable); here are its sockets, its
// JSON and the application's callbacks.

import { enter, path, provide, put, repaint, text } from "./dom.js"
import {
  ATTEMPT, ATTEMPTS, CLOSE, CLOSED, CONNECT, DELIVER, DISCONNECT, DISCONNECTED_AT, EVENTS, FALLBACK, FIRE, FORGET, GET, HOLD, NEW, OPENED,
  PINGED_AT, RECEIVE, RELOAD, REOPEN, RESUME, RUNNING, SERVE, SHOW, SHOWN, SOCKET_CLOSED, STALE, STARTED_AT, STOPPED_AT, SUBSCRIBE, UNSUBSCRIBE,
  UNWATCH, WATCH
} from "./numbers.js"
import * as runtime from "./runtime.js"

const states = ["connecting", "open", "closing", "closed"]

const consumers = new Map() // weak references by number; an open socket and a timer hold their consumer
const consumerOf = (number) => consumers.get(number).deref()
const all = () => [...consumers.values()].flatMap((consumer) => consumer.deref() ?? [])
const gone = new FinalizationRegistry((number) => {
  consumers.delete(number)
  if (runtime.running) enter("cable", null, number, FORGET, 0, 0)
})
const timers = {}
const numbers = new WeakMap() // of consumers and subscriptions
let last = 0 // subscription

const tell = (consumer, verb, number = 0, extra = 0) =>
  runtime.running && enter("cable", null, numbers.get(consumer), verb, number, extra)

class Monitor {
  #consumer

  constructor(consumer) { this.#consumer = consumer }

  // Bound, because it is passed to listeners.
  visibilityDidChange = () => { if (document.visibilityState == "visible") tell(this.#consumer, SHOWN) }

  start() { tell(this.#consumer, WATCH) }
  stop() { tell(this.#consumer, UNWATCH) }
  isRunning() { return !!this.#get(RUNNING) }
  connectionIsStale() { return !!this.#get(STALE) }
  get reconnectAttempts() { return +this.#get(ATTEMPTS) }
  set reconnectAttempts(count) { tell(this.#consumer, ATTEMPT, count) }
  get startedAt() { return this.#get(STARTED_AT) || undefined }
  get stoppedAt() { return this.#get(STOPPED_AT) || undefined }
  get pingedAt() { return this.#get(PINGED_AT) || undefined }
  get disconnectedAt() { return this.#get(DISCONNECTED_AT) || undefined }
  #get(index) { return tell(this.#consumer, GET, index) }
}

class Connection {
  constructor(consumer) {
    this.consumer = consumer
    this.subscriptions = consumer.subscriptions
    this.monitor = new Monitor(consumer)
  }

  send(data) {
    if (!this.isOpen() || !this.webSocket.send) return false // events are heard only
    this.webSocket.send(JSON.stringify(data))
    return true
  }

  open = () => !!tell(this.consumer, CONNECT)
  close({ allowReconnect } = { allowReconnect: true }) { tell(this.consumer, allowReconnect ? CLOSE : DISCONNECT) }
  reopen() { tell(this.consumer, REOPEN) }
  getProtocol() { return this.webSocket?.protocol }
  getState() { return states[this.webSocket?.readyState] ?? null }
  isOpen() { return this.getState() == "open" }
  isActive() { return this.isOpen() || this.getState() == "connecting" }
}

class Subscription {
  constructor(consumer, params = {}, mixin) {
    this.consumer = consumer
    this.identifier = JSON.stringify(params)
    for (const key in mixin) this[key] = mixin[key]
  }

  perform(action, data = {}) {
    data.action = action
    return this.send(data)
  }

  send(data) { return this.consumer.send({ command: "message", identifier: this.identifier, data: JSON.stringify(data) }) }
  unsubscribe() { return this.consumer.subscriptions.remove(this) }
}

class Subscriptions {
  subscriptions = []

  constructor(consumer) { this.consumer = consumer }

  create(channel, mixin) {
    const subscription = new Subscription(this.consumer, typeof channel == "object" ? channel : { channel }, mixin)
    this.subscriptions.push(subscription)
    numbers.set(subscription, ++last)
    tell(this.consumer, SUBSCRIBE, last, put(subscription.identifier))
    return subscription
  }

  remove(subscription) {
    this.forget(subscription)
    tell(this.consumer, UNSUBSCRIBE, numbers.get(subscription))
    return subscription
  }

  forget(subscription) {
    this.subscriptions = this.subscriptions.filter((other) => other != subscription)
    return subscription
  }

  findAll(identifier) { return this.subscriptions.filter((subscription) => subscription.identifier === identifier) }
  reload() { tell(this.consumer, RELOAD) }
  notifyAll(callback, ...args) { for (const subscription of this.subscriptions) this.notify(subscription, callback, ...args) }

  // If one callback throws, the others are called all the same.
  notify(to, callback, ...args) {
    for (const subscription of typeof to == "string" ? this.findAll(to) : [to]) {
      try {
        if (typeof subscription?.[callback] == "function") subscription[callback](...args)
      } catch (error) {
        queueMicrotask(() => { throw error })
      }
    }
  }
}

class Consumer {
  subprotocols = []
  asks = [] // commands to open events with
  held = [] // messages that wait for earlier ones
  places = {} // how far streams were delivered to the page, by identifier and stream
  deliveries = 0

  constructor(url) {
    this._url = url
    const number = enter("cable", null, 0, NEW, 0, 0)
    numbers.set(this, number)
    consumers.set(number, new WeakRef(this))
    gone.register(this, number)
    listen()
    this.subscriptions = new Subscriptions(this)
    this.connection = new Connection(this)
  }

  get url() {
    const url = typeof this._url == "function" ? this._url() : this._url
    if (!url || /^wss?:/i.test(url)) return url
    const link = document.createElement("a")
    link.href = url
    link.protocol = link.protocol.replace("http", "ws")
    return link.href
  }

  send(data) { return this.connection.send(data) }
  connect() { return this.connection.open() }
  disconnect() { this.connection.close({ allowReconnect: false }) }
  ensureActiveConnection() { if (!this.connection.isActive()) return this.connection.open() }
  addSubProtocol(subprotocol) { this.subprotocols = [...this.subprotocols, subprotocol] }
}

// Says that the page shows streams up to these places, as { stream: { epoch, offset } }.
Consumer.prototype.show = function (identifier, places) {
  // What was delivered before belongs to another page, so its places do not count any more.
  this.places[identifier] = { ...this.places[identifier] }
  for (const [stream, { epoch, offset }] of Object.entries(places)) {
    this.places[identifier][stream] = { epoch, offset }
    tell(this, SHOW, 0, put([identifier, stream, epoch, offset].join("\0")))
  }
}

// Says that the server has Server-Sent Events at the same address, for networks that
// let no WebSocket through, or as the only way.
Consumer.prototype.serve = function (only) { tell(this, SERVE, only ? EVENTS : FALLBACK) }

// An EventSource in place of a WebSocket. It would reconnect by itself, but Go
// decides about that.
function events(consumer) {
  const url = new URL(consumer.url.replace(/^ws/, "http"))
  for (const data of consumer.asks.splice(0)) url.searchParams.append("command", JSON.stringify(data))
  const socket = new EventSource(url, { withCredentials: true })
  socket.onerror = socket.close = () => {
    EventSource.prototype.close.call(socket)
    queueMicrotask(() => socket.onclose?.())
  }
  return socket
}

// The places of messages that the next repaint renders: snapshots show them only after that.
const arrived = []
const rendered = () => { for (const [places, stream, place] of arrived.splice(0)) places[stream] = place }

function receive(consumer, frame) {
  const { type, identifier, message, reconnect, reason, stream_id, epoch, offset } = frame
  const place = epoch ? [type, identifier, stream_id, epoch, offset] : [type, identifier]
  if (reason) consumer.reason = reason
  if (type == "welcome") indicate("connected")
  const verdict = tell(consumer, RECEIVE, +!!reconnect, put(place.join("\0")))
  if (type != "disconnect") delete consumer.reason // else it is for the close
  if (verdict == HOLD) consumer.held.push(frame)
  if (verdict != DELIVER) return
  consumer.deliveries++
  consumer.subscriptions.notify(identifier, "received", message)
  if (epoch && arrived.push([consumer.places[identifier] ??= {}, stream_id, { epoch, offset }]) == 1) repaint(rendered)
}

// For style sheets: an attribute of the html element, if the page has put it there.
function indicate(state) {
  const html = document.documentElement
  if (html.hasAttribute("data-turbo-cable-state")) html.setAttribute("data-turbo-cable-state", state)
}

function silence(socket) {
  if (!socket) return
  socket.onmessage = socket.onclose = null
  if (socket.send) socket.onopen = () => socket.close()
  else socket.close()
}

provide({
  cable_open(number, at, length) {
    const consumer = consumerOf(number), { connection } = consumer
    const socket = length ? new WebSocket(consumer.url, [...text(at, length).split(" "), ...consumer.subprotocols]) : events(consumer)
    silence(connection.webSocket)
    connection.webSocket = socket
    indicate(consumer.opened ? "reconnecting" : "connecting")
    socket.onopen = () => {
      consumer.opened = true
      tell(consumer, OPENED, 0, put(socket.protocol ?? ""))
    }
    socket.onmessage = (event) => receive(consumer, JSON.parse(event.data))
    socket.onclose = () => {
      indicate(connection.monitor.isRunning() ? "reconnecting" : "disconnected")
      tell(consumer, CLOSED)
      delete consumer.reason
    }
  },
  cable_close(number) { consumerOf(number).connection.webSocket.close() },
  cable_state: (number) => consumerOf(number).connection.webSocket?.readyState ?? SOCKET_CLOSED,
  cable_send(number, name, letters, at, length, since, size) {
    const data = { command: text(name, letters), identifier: text(at, length) }
    if (size) {
      const [seconds, ...rest] = text(since, size).split("\0")
      const history = data.history = { streams: {}, ...seconds && { since: +seconds } }
      while (rest.length) history.streams[rest.shift()] = { epoch: rest.shift(), offset: +rest.shift() }
    }
    const consumer = consumerOf(number)
    if (!consumer.send(data)) consumer.asks.push(data)
  },
  cable_release(number, again, at, length) {
    const consumer = consumerOf(number), identifier = text(at, length), held = Object.groupBy(consumer.held, (frame) => frame.identifier == identifier)
    consumer.held = held.false ?? []
    if (again) for (const frame of held.true?.sort((a, b) => a.offset - b.offset) ?? []) receive(consumer, frame)
  },
  // A callback of the application, and the property of its argument.
  cable_notify(number, id, at, length) {
    const { subscriptions, reason } = consumerOf(number)
    const subscription = subscriptions.subscriptions.find((subscription) => numbers.get(subscription) == id)
    const [callback, name, value] = path(at, length), why = reason && /dis|rej/.test(callback) && { reason }
    if (callback == "rejected") subscriptions.forget(subscription)
    if (subscription) subscriptions.notify(subscription, callback, ...name || why ? [{ ...name && { [name]: value == "true" }, ...why }] : [])
  },
  cable_timer(number, timer, ms) {
    const key = [number, timer], consumer = consumerOf(number)
    clearTimeout(timers[key])
    delete timers[key]
    if (ms >= 0) timers[key] = setTimeout(() => tell(consumer, FIRE, timer), ms)
  },
  now: Date.now,
  random: Math.random
})

// A page that is left closes its sockets, so that the browser can keep it in its
// cache. When the page or the network is back, sockets are reopened at once.
const away = ({ persisted, type }) => { if (persisted || type == "freeze") for (const { connection } of all()) connection.webSocket?.close() }
const back = ({ persisted, type }) => { if (persisted || type != "pageshow") for (const consumer of all()) tell(consumer, RESUME) }
const shown = () => { for (const { connection: { monitor } } of all()) if (monitor.isRunning()) monitor.visibilityDidChange() }

// A copy of the script without consumers does not listen.
function listen() {
  addEventListener("visibilitychange", shown)
  addEventListener("pagehide", away)
  document.addEventListener("freeze", away)
  addEventListener("pageshow", back)
  document.addEventListener("resume", back)
  addEventListener("online", back)
}

// Without Go, nothing manages the sockets.
runtime.stop(() => {
  for (const { connection, subscriptions } of all()) {
    silence(connection.webSocket)
    connection.webSocket?.close()
    subscriptions.notifyAll("disconnected", { willAttemptReconnect: false })
  }
})

let consumer

// As in @hotwired/turbo-rails 8.0.23. A consumer is available once the runtime has
// started.
export const cable = {
  async getConsumer() { return consumer ||= cable.createConsumer() },
  setConsumer(another) { return consumer = another },
  async createConsumer(url = document.head.querySelector("meta[name='action-cable-url']")?.content || "/cable") {
    await runtime.ready
    if (runtime.over) throw runtime.over
    return new Consumer(url)
  },
  async subscribeTo(channel, mixin) { return (await cable.getConsumer()).subscriptions.create(channel, mixin) }
}
