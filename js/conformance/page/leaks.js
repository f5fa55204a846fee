// Runs behind probe.js, before any script of the page. It counts what the runtime holds: values of the page's and
// callbacks in Go, and what Turbo's scripts have asked the browser for and not given back. Who asks is told by the stack.
(() => {
  const probe = window.conformance
  if (probe.held || !window.WebAssembly) return
  let go
  const { instantiate } = WebAssembly
  WebAssembly.instantiate = async (...values) => {
    const result = await instantiate.apply(WebAssembly, values)
    go = (result.instance ?? result).exports
    return result
  }

  // The watched methods call this: behind this function, them, and what else stands in their place, stands who asks.
  const ours = () => {
    const lines = new Error().stack.split("\n").slice(3)
    return /\/turbo\/turbo[\w.-]*\.js/.test(lines.find((line) => !/addEventListener|\.observe /.test(line)))
  }

  const live = { timers: new Set(), frames: new Set() }
  for (const [kind, set, clear] of [["timers", "setTimeout", "clearTimeout"], ["frames", "requestAnimationFrame", "cancelAnimationFrame"]]) {
    const native = { set: window[set], clear: window[clear] }
    window[set] = function (callback, ...values) {
      if (typeof callback !== "function" || !ours()) return native.set.call(window, callback, ...values)
      const id = native.set.call(window, function (...values) {
        live[kind].delete(id)
        return callback.apply(this, values)
      }, ...values)
      live[kind].add(id)
      return id
    }
    window[clear] = function (id) {
      live[kind].delete(id)
      return native.clear.call(window, id)
    }
  }

  const sockets = new Set()
  for (const name of ["WebSocket", "EventSource"]) {
    window[name] = class extends window[name] {
      constructor(...values) {
        super(...values)
        if (ours()) sockets.add(this)
      }
    }
  }

  // Listeners on what outlives every page's content.
  const listeners = []
  const lasting = new Map([[window, "window"], [document, "document"], [document.documentElement, "html"]])
  const { addEventListener, removeEventListener } = EventTarget.prototype
  const capture = (options) => !!(options?.capture ?? options)
  const same = (a, b) => a.target === b.target && a.type === b.type && a.listener === b.listener && a.capture === b.capture
  EventTarget.prototype.addEventListener = function (type, listener, options) {
    const target = this ?? window
    const entry = { target, type, listener, capture: capture(options) }
    // What comes once for a document is waited for once.
    if (!/^(DOMContentLoaded|load)$/.test(type) && (lasting.has(target) || target === document.documentElement) && !listeners.some((other) => same(other, entry)) && ours()) listeners.push(entry)
    return addEventListener.call(target, type, listener, options)
  }
  EventTarget.prototype.removeEventListener = function (type, listener, options) {
    const target = this ?? window
    const entry = { target, type, listener, capture: capture(options) }
    const at = listeners.findIndex((other) => same(other, entry))
    if (at >= 0) listeners.splice(at, 1)
    return removeEventListener.call(target, type, listener, options)
  }

  const observed = new Map()
  for (const name of ["IntersectionObserver", "ResizeObserver", "MutationObserver"]) {
    const { prototype } = window[name], { observe, unobserve, disconnect } = prototype
    const targets = (observer) => observed.get(observer) ?? []
    prototype.observe = function (target, ...values) {
      if (ours() && !targets(this).some((other) => other.deref() === target)) observed.set(this, [...targets(this), new WeakRef(target)])
      return observe.call(this, target, ...values)
    }
    if (unobserve) prototype.unobserve = function (target) {
      observed.set(this, targets(this).filter((other) => other.deref() !== target))
      return unobserve.call(this, target)
    }
    prototype.disconnect = function () {
      observed.delete(this)
      return disconnect.call(this)
    }
  }

  // What happens while the page counts as settled has begun without a word: data-turbo-settled had to be taken away.
  const early = new Set()
  const isSettled = () => document.documentElement.hasAttribute("data-turbo-settled")
  for (const name of ["before-render", "render", "before-fetch-request", "before-fetch-response", "submit-start", "submit-end", "before-frame-render", "frame-render", "frame-load", "morph"]) {
    addEventListener.call(window, `turbo:${name}`, () => { if (isSettled()) early.add(`turbo:${name} events in a settled page`) }, true)
  }

  // held counts what is held, by kind; undefined until there is a program.
  let pending // what is under way when the page has been left
  probe.held = () => {
    if (!go?.turbo_kept) return undefined
    const counts = {
      "kept values": go.turbo_kept(0, 0), "waiting callbacks": go.turbo_kept(0, 1), "held values": go.turbo_kept(0, 2),
      timers: live.timers.size, frames: live.frames.size,
      sockets: [...sockets].filter(({ readyState }) => readyState < 2).length,
      // As upstream does it, a visit that is cancelled leaves it.
      "progress bars": document.querySelectorAll(".turbo-progress-bar").length,
      "observed nodes": [...observed.values()].flat().filter((target) => target.deref()).length
    }
    for (const kind of early) counts[kind] = 1
    if (pending && !isSettled()) counts[`things under way (${[...pending].map((work) => work.localName ?? work.url ?? typeof work)})`] = pending.size
    for (const { target, type } of listeners) {
      const key = `${type} listeners on ${target === window ? "window" : target === document ? "document" : "html"}`
      counts[key] = (counts[key] ?? 0) + 1
    }
    return counts
  }

  // leave takes from the page what may rightly hold something: its visit and submission, its content, its cable, and
  // what it has put aside. It lets the timers of the next seconds run.
  probe.leave = async () => {
    pending = window.Turbo?.session?.pending
    window.Turbo?.navigator?.stop?.()
    document.body.replaceChildren()
    const consumer = await window.Turbo?.cable?.getConsumer()
    consumer?.disconnect?.()
    for (const entry of log) delete entry.event
    for (const key of Object.keys(window)) if (!globals.has(key) && key != "log") delete window[key]
    const end = probe.clock() + 5000
    while (probe.fireNext(end));
  }
  const { log } = probe
  const globals = new Set(Object.keys(window))
})()
