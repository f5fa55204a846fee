// Visits, history and views as pages see them. Their state is theirs; what
// they do is decided in Go.

import { activated, nonce, rejected } from "./dom.js"
import { FetchRequest, uuid } from "./fetch.js"
import * as runtime from "./runtime.js"
import { PageSnapshot, Snapshot } from "./snapshots.js"
import { dispatch, forward, named, world, wrap } from "./values.js"

const cacheKey = (location) => location.href.split("#")[0]

// The snapshots of the pages seen last; the least used goes first.
class SnapshotCache {
  size = 10
  keys = []
  entries = {}

  get snapshots() { return this.entries }
  has(location) { return cacheKey(location) in this.entries }
  get(location) {
    if (!this.has(location)) return
    const snapshot = this.read(location)
    this.touch(location)
    return snapshot
  }
  put(location, snapshot) {
    this.write(location, snapshot)
    this.touch(location)
    return snapshot
  }
  clear() { for (const key in this.entries) this.evict(key) }
  read(location) { return this.entries[cacheKey(location)] }
  write(location, snapshot) { this.entries[cacheKey(location)] = snapshot }
  touch(location) {
    const key = cacheKey(location)
    this.keys = [key, ...this.keys.filter((other) => other != key)]
    this.trim()
  }
  trim() { for (const key of this.keys.splice(this.size)) this.evict(key) }
  evict(key) { delete this.entries[key] }
}

named({ SnapshotCache })

// Where the whole page is not the runtime's, entries and going through them are
// the application's (hotwired/turbo#1496).
const exempt = () => [document.documentElement, document.body].some((element) => element?.getAttribute("data-turbo") == "false")

class History {
  location = new URL(location.href)
  restorationIdentifier = uuid()
  restorationData = {}
  started = false
  currentIndex = 0
  onPopState = (event) => this.popped(event)
  #before // the state of the entry that was the first, until it is the runtime's

  start() {
    if (this.started) return
    addEventListener("popstate", this.onPopState)
    this.started = true
    this.currentIndex = window.history.state?.turbo?.restorationIndex || 0
    this.location = new URL(location.href)
    this.restorationIdentifier = uuid()
    const { restorationIdentifier, currentIndex: restorationIndex } = this
    if (!window.history.state?.turbo) this.#before = window.history.state
    if (!document.body || !exempt()) window.history.replaceState({ turbo: { restorationIdentifier, restorationIndex } }, "")
  }
  // The page is known by now: its entry may not have to be the runtime's.
  settle() { if (this.#before !== undefined && exempt()) window.history.replaceState(this.#before, "") }
  stop() {
    removeEventListener("popstate", this.onPopState)
    this.started = false
  }
  getRestorationDataForIdentifier(identifier) { return this.restorationData[identifier] || {} }
  updateRestorationData(data) { Object.assign(this.restorationData[this.restorationIdentifier] ??= {}, data) }
  assumeControlOfScrollRestoration() {
    if (this.previousScrollRestoration) return
    this.previousScrollRestoration = window.history.scrollRestoration
    window.history.scrollRestoration = "manual"
  }
  relinquishControlOfScrollRestoration() {
    if (!this.previousScrollRestoration) return
    window.history.scrollRestoration = this.previousScrollRestoration
    delete this.previousScrollRestoration
  }
}
forward({ History })
export const history = new History()

class View {
  constructor(delegate, element) { Object.assign(this, { delegate, element }) }
  get scrollRoot() { return window }
}
forward({ View })

export class FrameView extends View {
  missing() { this.element.innerHTML = '<strong class="turbo-frame-error">Content missing</strong>' }
  get snapshot() { return new Snapshot(this.element) }
}

named({ FrameView })

class PageView extends View {
  snapshotCache = new SnapshotCache()
  lastRenderedLocation = history.location
  forceReloaded = false

  clearSnapshotCache() { this.snapshotCache.clear() }
  getCachedSnapshotForLocation(location) { return this.snapshotCache.get(location) }
  get snapshot() { return PageSnapshot.fromElement(this.element) }
}
forward({ PageView })

class Navigator {
  constructor(delegate) { this.delegate = delegate }
  get adapter() { return this.delegate.adapter }
  get view() { return this.delegate.view }
  get history() { return this.delegate.history }
  get location() { return this.history.location }
  get restorationIdentifier() { return this.history.restorationIdentifier }
  get rootLocation() { return this.view.snapshot.rootLocation }
  locationWithActionIsSamePage() { return false }
}
forward({ Navigator })

class Visit {
  identifier = uuid()
  timingMetrics = {}

  constructor(number, delegate, location, options) {
    wrap(this, number)
    Object.assign(this, { visitCachedSnapshot() {}, refresh: {}, referrer: delegate.location }, options, { delegate, location })
  }

  recordTimingMetric(metric) { this.timingMetrics[metric] = Date.now() }
  getTimingMetrics() { return { ...this.timingMetrics } }
  get adapter() { return this.delegate.adapter }
  get view() { return this.delegate.view }
  get history() { return this.delegate.history }
  get restorationData() { return this.history.getRestorationDataForIdentifier(this.restorationIdentifier) }
}
forward({ Visit })

class ProgressBar {
  static animationDuration = 300
  static defaultCSS = ".turbo-progress-bar{position:fixed;display:block;top:0;left:0;height:3px;background:#0076ff;z-index:2147483647;transition:width 300ms ease-out,opacity 150ms 150ms ease-in;transform:translate3d(0,0,0)}"
  hiding = false
  value = 0
  visible = false
  trickle = () => this.setValue(this.value + Math.random() / 100)
  stylesheetElement = this.createStylesheetElement()
  progressElement = this.createProgressElement()

  createStylesheetElement() {
    const style = document.createElement("style")
    style.type = "text/css"
    style.textContent = ProgressBar.defaultCSS
    if (nonce()) style.nonce = nonce()
    return style
  }
  createProgressElement() { return Object.assign(document.createElement("div"), { className: "turbo-progress-bar" }) }
}
forward({ ProgressBar })

class BrowserAdapter {
  progressBar = new ProgressBar()
  showProgressBar = () => this.progressBar.show()

  constructor(session) { this.session = session }
  linkPrefetchingIsEnabledForLocation() { return true }
  get navigator() { return this.session.navigator }
}
forward({ BrowserAdapter })

class Preloader {
  selector = "a[data-turbo-preload]"
  #preloadAll = () => this.preloadOnLoadLinksForView(document.body)

  constructor(delegate, snapshotCache) { Object.assign(this, { delegate, snapshotCache }) }
  start() {
    if (document.readyState == "loading") document.addEventListener("DOMContentLoaded", this.#preloadAll)
    else this.#preloadAll()
  }
  stop() { document.removeEventListener("DOMContentLoaded", this.#preloadAll) }
}
forward({ Preloader })

// The parts of a session, which Go finds too.
export function assemble(session) {
  const navigator = new Navigator(session), view = new PageView(session, document.documentElement)
  history.delegate = session
  const parts = { navigator, history, view, preloader: new Preloader(session, view.snapshotCache) }
  Object.assign(world, parts)
  return Object.assign(session, parts, { adapter: new BrowserAdapter(session) })
}

// Go's promises that it has not kept: where it ends before it does, they settle.
// Weakly, or what waits for one that nobody can keep any more would be held.
const pending = new Set(), forgotten = new FinalizationRegistry((own) => pending.delete(own))
runtime.stop(() => { for (const own of pending) own.deref()?.resolve() })

Object.assign(world, {
  dispatch,
  activated,
  exempt,
  reject: rejected,
  url: (location) => new URL(location ?? "", document.baseURI), // "" has no handle
  snapshot: (html) => PageSnapshot.fromHTMLString(html),
  uuid,
  extendURL: (url) => Object.defineProperty(url, "absoluteURL", { get() { return this.toString() }, configurable: true }),
  visit: (number, location, options) => new Visit(number, world.navigator, location, options),
  newRequest: (delegate, location, target) => new FetchRequest(delegate, "get", location, undefined, target),
  // A promise with the function that resolves it.
  promise() {
    let settle
    const promise = new Promise((...both) => [settle] = both), own = new WeakRef(promise)
    pending.add(own)
    forgotten.register(promise, own)
    return Object.assign(promise, { resolve(value) {
      pending.delete(own)
      settle(value)
    } })
  },
  // A function that begins something of Go's and promises its end.
  callback: (begin) => () => {
    const promise = world.promise()
    begin(promise)
    return promise
  },
  transition: (start) => document.startViewTransition(() => new Promise(start)).finished
})
