// Runs in every document before any of its scripts. It counts what is still under way, records the console,
// and gives the page a clock that only steps move. It adds no listener to any node.
(() => {
  if (window.conformance) return
  const log = []
  const saved = (() => { try { return sessionStorage.getItem("conformance") } catch { return null } })()
  if (saved) {
    log.push(...JSON.parse(saved).log, { text: "— a new document —" })
    sessionStorage.removeItem("conformance")
  }
  const historyStart = saved ? JSON.parse(saved).historyStart : undefined
  const probe = window.conformance = { log, historyStart, pending: 0, delivered: 0, said: 0 }
  probe.note = (text) => log.push({ text })

  const words = (value) => {
    if (value instanceof Error || Object.prototype.toString.call(value) === "[object DOMException]") return `${value.name}: ${value.message}`
    if (typeof value === "object" && value !== null) return Object.prototype.toString.call(value)
    return String(value)
  }
  for (const level of ["error", "warn", "log", "info"]) {
    const native = console[level]
    console[level] = function (...values) {
      probe.note(`console.${level}: ${values.map(words).join(" ")}`)
      return native.apply(this, values)
    }
  }

  const during = (promise) => {
    probe.pending += 1
    const end = () => { probe.pending -= 1 }
    promise.then(end, end)
    return promise
  }
  const nativeFetch = window.fetch
  window.fetch = function fetch(...values) { return during(nativeFetch.apply(window, values)) }
  for (const name of ["text", "arrayBuffer", "blob", "json"]) {
    const native = Response.prototype[name]
    Response.prototype[name] = function () { return during(native.call(this)) }
  }

  const nativeSend = WebSocket.prototype.send
  WebSocket.prototype.send = function (data) {
    if (this.readyState === WebSocket.OPEN) probe.said += 1
    return nativeSend.call(this, data)
  }
  const sockets = new Set()
  const wrap = (Native) => class extends Native {
    constructor(...values) {
      super(...values)
      if (Native.name === "WebSocket") sockets.add(this)
      super.addEventListener("message", () => { probe.delivered += 1 })
      super.addEventListener("close", () => { sockets.delete(this); if (!this.closedHere) probe.delivered += 1 })
    }
    close(...values) {
      this.closedHere = true
      return super.close(...values)
    }
  }
  window.WebSocket = wrap(window.WebSocket)
  window.EventSource = wrap(window.EventSource)

  // The clock stands still, but for short timers, until a step moves it from timer to timer: so nothing depends on how
  // busy the machine is. Date and performance.now tell the moved time.
  const { setTimeout: nativeSet, clearTimeout: nativeClear, Date: NativeDate } = window
  const short = 20
  const start = NativeDate.now() - performance.now()
  let clock = performance.now(), last = 1e6
  const timers = new Map()
  // Each look at the clock takes 5 µs, so that it never stands entirely.
  performance.now = () => clock += 0.005
  window.Date = class Date extends NativeDate {
    constructor(...values) { values.length ? super(...values) : super(Date.now()) }
    static now() { return Math.floor(start + performance.now()) }
  }
  const arm = (id, delay, run, every) => {
    timers.set(id, { due: clock + delay, run, every, native: delay <= short && nativeSet(() => fire(id), delay) })
    return id
  }
  const fire = (id) => {
    const { due, run, every, native } = timers.get(id)
    nativeClear(native)
    timers.delete(id)
    clock = Math.max(clock, due)
    if (every !== undefined) arm(id, every, run, every)
    run()
  }
  const callable = (callback, values) => typeof callback === "function" ? () => callback(...values) : () => window.eval(callback)
  const least = (delay, least) => Math.max(least, Number(delay) || 0)
  window.setTimeout = function setTimeout(callback, delay, ...values) { return arm(++last, least(delay, 0), callable(callback, values)) }
  window.setInterval = function setInterval(callback, delay, ...values) { return arm(++last, least(delay, 4), callable(callback, values), least(delay, 4)) }
  window.clearTimeout = window.clearInterval = (id) => { nativeClear(timers.get(id)?.native); timers.delete(id) }

  // fireNext runs the earliest timer that is due within the clock's way to end, and tells whether there was one.
  probe.clock = () => clock
  probe.fireNext = (end) => {
    const [next] = [...timers].filter(([, timer]) => timer.due <= end).sort((a, b) => a[1].due - b[1].due || a[0] - b[0])
    if (next) fire(next[0])
    else clock = Math.max(clock, end)
    return next !== undefined
  }
  probe.socketsThatAre = (state) => [...sockets].filter(({ readyState }) => readyState === state).length
})()
