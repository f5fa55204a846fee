// Runs in every document before any of its scripts. It counts what is still under way, records the console,
// and gives the page a clock that a step can move forward. It adds no listener to any node.
(() => {
  if (window.conformance) return
  const log = []
  const saved = (() => { try { return sessionStorage.getItem("conformance") } catch { return null } })()
  if (saved) {
    log.push(...JSON.parse(saved).log, { text: "— a new document —" })
    sessionStorage.removeItem("conformance")
  }
  const historyStart = saved ? JSON.parse(saved).historyStart : undefined
  const probe = window.conformance = { log, historyStart, pending: 0, delivered: 0 }
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

  const wrap = (Native) => class extends Native {
    constructor(...values) {
      super(...values)
      super.addEventListener("message", () => { probe.delivered += 1 })
      super.addEventListener("close", () => { if (!this.closedHere) probe.delivered += 1 })
    }
    close(...values) {
      this.closedHere = true
      return super.close(...values)
    }
  }
  window.WebSocket = wrap(window.WebSocket)
  window.EventSource = wrap(window.EventSource)

  // The clock: timers run by themselves as always; advance(ms) runs those due within ms at once, in order,
  // with Date and performance.now telling the moved time.
  if (window.conformanceClock) {
    const { setTimeout: nativeSet, clearTimeout: nativeClear, Date: NativeDate } = window
    const nativeNow = performance.now.bind(performance)
    let skew = 0, last = 0
    const timers = new Map()
    const now = () => nativeNow() + skew
    performance.now = now
    window.Date = class extends NativeDate {
      constructor(...values) { values.length ? super(...values) : super(NativeDate.now() + skew) }
      static now() { return NativeDate.now() + skew }
    }
    const arm = (id, delay, run, every) => {
      const timer = { due: now() + delay, run, every }
      timer.native = nativeSet(() => fire(id), delay)
      timers.set(id, timer)
    }
    const fire = (id) => {
      const timer = timers.get(id)
      if (!timer) return
      nativeClear(timer.native)
      timers.delete(id)
      if (timer.every !== undefined) arm(id, timer.every, timer.run, timer.every)
      timer.run()
    }
    const callable = (callback, values) => typeof callback === "function" ? () => callback(...values) : () => window.eval(callback)
    window.setTimeout = (callback, delay = 0, ...values) => { const id = ++last + 1e6; arm(id, Math.max(0, Number(delay) || 0), callable(callback, values)); return id }
    window.setInterval = (callback, delay = 0, ...values) => { const id = ++last + 1e6, every = Math.max(4, Number(delay) || 0); arm(id, every, callable(callback, values), every); return id }
    window.clearTimeout = window.clearInterval = (id) => { nativeClear(timers.get(id)?.native); timers.delete(id) }
    probe.advance = async (ms) => {
      const end = now() + ms
      for (;;) {
        const next = [...timers].filter(([, timer]) => timer.due <= end).sort((a, b) => a[1].due - b[1].due || a[0] - b[0])[0]
        if (!next) break
        skew += Math.max(0, next[1].due - now())
        fire(next[0])
        // Whatever the timer started settles before the next one is due: microtasks, then a task.
        await new Promise((resolve) => nativeSet(resolve, 1))
      }
      skew += Math.max(0, end - now())
    }
  }
})()
