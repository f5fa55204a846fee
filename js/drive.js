// Visits, history and snapshots as pages see them. Their state is theirs; what
// they do is decided in Go, which numbers methods in the order of their names.

import { activated, headNonces, nonce, rejected } from "./dom.js"
import { FetchRequest, requests } from "./fetch.js"
import { morphBodyElements } from "./morph.js"
import { runtime } from "./runtime.js"
import { parse } from "./trusted.js"
import { forward, world } from "./values.js"

const VISIT = 1, NAVIGATOR = 2, HISTORY = 3, VIEW = 4, ADAPTER = 5, BAR = 6, SNAPSHOT = 7, PREFETCHER = 9, PRELOADER = 10

const shell = (kind, methods) => forward({}, kind, methods)

// What a head held when it was looked at: equal elements by their source.
class HeadSnapshot {
  details = new Map()

  constructor(element) {
    this.element = element
    for (const child of element.children) {
      if (child.localName == "noscript") continue
      if (child.hasAttribute("nonce")) {
        if (!headNonces.has(child)) headNonces.set(child, child.nonce)
        child.setAttribute("nonce", "")
      }
      const html = child.outerHTML, same = this.details.get(html)
      if (same) same.push(child)
      else this.details.set(html, [child])
    }
  }

  getMetaValue(name) {
    let value = null
    for (const [element] of this.details.values()) if (element.localName == "meta" && element.getAttribute("name") == name) value = element.getAttribute("content")
    return value
  }
}

export class PageSnapshot {
  static fromHTMLString(html = "") { return this.fromDocument(parse(html)) }
  static fromElement({ ownerDocument }) { return this.fromDocument(ownerDocument) }
  static fromDocument({ documentElement, body, head }) { return new this(documentElement, body, new HeadSnapshot(head)) }

  constructor(documentElement, element, headSnapshot) { Object.assign(this, { documentElement, element, headSnapshot }) }

  get headElement() { return this.headSnapshot.element }

  // A copy with what the user has chosen and typed, passwords left out.
  clone() {
    const { element } = this
    const copy = world.copied(element)
    const copies = copy.querySelectorAll("select")
    for (const [index, { options }] of element.querySelectorAll("select").entries()) {
      for (const option of options) copies[index].options[option.index].selected = option.selected
    }
    for (const input of copy.querySelectorAll('input[type="password"]')) input.value = ""
    for (const noscript of copy.querySelectorAll("noscript")) noscript.remove()
    const sources = copy.querySelectorAll("turbo-cable-stream-source")
    for (const [index, { shown }] of element.querySelectorAll("turbo-cable-stream-source").entries()) if (shown) sources[index].setAttribute("position", shown)
    return new PageSnapshot(this.documentElement, copy, this.headSnapshot)
  }
}
forward(PageSnapshot.prototype, SNAPSHOT, "hasAnchor getElementForAnchor getPermanentElementById",
  "lang dir rootLocation cacheControlValue isPreviewable isCacheable isVisitable prefersViewTransitions refreshMethod refreshScroll firstAutofocusableElement permanentElements")

const cacheKey = (location) => location.href.split("#")[0]

// The snapshots of the pages seen last; the least used goes first.
class SnapshotCache {
  size = 10
  #snapshots = new Map()

  has(location) { return this.#snapshots.has(cacheKey(location)) }
  get(location) { return this.has(location) ? this.put(location, this.#snapshots.get(cacheKey(location))) : undefined }
  put(location, snapshot) {
    const key = cacheKey(location)
    this.#snapshots.delete(key)
    this.#snapshots.set(key, snapshot)
    if (this.#snapshots.size > this.size) this.#snapshots.delete(this.#snapshots.keys().next().value)
    return snapshot
  }
  clear() { this.#snapshots.clear() }
  get keys() { return [...this.#snapshots.keys()].reverse() }
  get entries() { return Object.fromEntries(this.#snapshots) }
  get snapshots() { return this.entries }
}

export const history = Object.assign(shell(HISTORY, "push replace update"), {
  location: new URL(location.href),
  restorationIdentifier: crypto.randomUUID(),
  restorationData: {},
  currentIndex: 0,
  getRestorationDataForIdentifier(identifier) { return this.restorationData[identifier] || {} },
  updateRestorationData(data) { Object.assign(this.restorationData[this.restorationIdentifier] ??= {}, data) }
})

export const view = Object.assign(shell(VIEW, "renderPage renderError cacheSnapshot isPageRefresh shouldPreserveScrollPosition scrollToAnchor scrollToPosition"), {
  element: document.documentElement,
  snapshotCache: new SnapshotCache(),
  lastRenderedLocation: history.location,
  forceReloaded: false,
  scrollToElement(element) { element.scrollIntoView() },
  scrollToTop() { scrollTo(0, 0) },
  clearSnapshotCache() { this.snapshotCache.clear() },
  getCachedSnapshotForLocation(location) { return this.snapshotCache.get(location) }
})
const snapshot = { get() { return PageSnapshot.fromDocument(document) } }
Object.defineProperty(view, "snapshot", snapshot)

const shared = {
  adapter: { get: () => world.session.adapter },
  history: { value: history },
  view: { value: view }
}

export const navigator = Object.defineProperties(shell(NAVIGATOR, "proposeVisit startVisit submitForm stop"), {
  ...shared,
  delegate: { get: () => world.session },
  location: { get: () => history.location },
  restorationIdentifier: { get: () => history.restorationIdentifier },
  rootLocation: { get: () => view.snapshot.rootLocation }
})
navigator.locationWithActionIsSamePage = () => false
navigator.linkPrefetchingIsEnabledForLocation = (location) => navigator.adapter.linkPrefetchingIsEnabledForLocation?.(location) ?? true

class Visit {
  identifier = crypto.randomUUID()
  timingMetrics = {}
  followedRedirect = false
  snapshotCached = false
  state = "initialized"
  get restorationData() { return history.getRestorationDataForIdentifier(this.restorationIdentifier) }
}
Object.defineProperties(forward(Visit.prototype, VISIT, requests + " start cancel complete fail changeHistory issueRequest startRequest recordResponse finishRequest loadResponse hasCachedSnapshot loadCachedSnapshot followRedirect performScroll getTimingMetrics shouldIssueRequest cacheSnapshot"), shared)

const directions = { advance: "forward", restore: "back", replace: "none" }

export class BrowserAdapter {
  progressBar = progressBar
  linkPrefetchingIsEnabledForLocation() { return true }
  get navigator() { return navigator }
}
forward(BrowserAdapter.prototype, ADAPTER, "visitProposedToLocation visitStarted visitRequestStarted visitRequestCompleted visitRequestFailedWithStatusCode visitRequestFinished visitCompleted pageInvalidated visitFailed visitRendered formSubmissionStarted formSubmissionFinished reload showProgressBar")

const style = document.createElement("style")
style.type = "text/css"
style.textContent = ".turbo-progress-bar{position:fixed;display:block;top:0;left:0;height:3px;background:#0076ff;z-index:2147483647;transition:width 300ms ease-out,opacity 150ms 150ms ease-in;transform:translate3d(0,0,0)}"
if (nonce()) style.nonce = nonce()
const progressBar = Object.assign(shell(BAR, "show hide setValue"), {
  stylesheetElement: style,
  progressElement: Object.assign(document.createElement("div"), { className: "turbo-progress-bar" })
})

// A renderer of the page, for its function that others can use or replace.
export class PageRenderer {
  static renderElement(current, next) {
    if (document.body && next instanceof HTMLBodyElement) document.body.replaceWith(next)
    else document.documentElement.appendChild(next)
  }
}

export const preloader = shell(PRELOADER, requests + " preloadOnLoadLinksForView")

// What Go's promises come to where it ends before it keeps them.
const pending = new Set()
runtime.stop(() => { for (const settle of pending) settle() })

Object.assign(world, {
  history,
  view,
  navigator,
  progressBar,
  prefetcher: shell(PREFETCHER, requests),
  preloader,
  activated,
  reject: () => rejected(),
  url: (location) => new URL(location.toString(), document.baseURI),
  snapshot: (html) => html == null ? view.snapshot : PageSnapshot.fromHTMLString(html),
  extendURL: (url) => Object.defineProperty(url, "absoluteURL", { get() { return this.toString() }, configurable: true }),
  newVisit(location, restorationIdentifier, options) {
    const visit = Object.assign(new Visit(), {
      action: "advance", historyChanged: false, visitCachedSnapshot() {}, willRender: true, updateHistory: true,
      shouldCacheSnapshot: true, acceptsStreamResponse: false, refresh: {}, referrer: history.location
    }, options, { location, restorationIdentifier: restorationIdentifier || crypto.randomUUID() })
    visit.scrolled = !visit.willRender
    visit.direction ||= directions[visit.action]
    return visit
  },
  newRequest: (delegate, location, target) => new FetchRequest(delegate, "get", location, undefined, target),
  pushState: (state, href) => window.history.pushState(state, "", href),
  replaceState: (state, href) => window.history.replaceState(state, "", href),
  // A promise with the function that resolves it.
  promise() {
    let settle
    const promise = new Promise((...both) => [settle] = both)
    pending.add(settle)
    return Object.assign(promise, { resolve(value) {
      pending.delete(settle)
      settle(value)
    } })
  },
  apply: (render, current, next) => render(current, next),
  transition: (start) => document.startViewTransition(() => new Promise(start)).finished,
  renderPage: PageRenderer.renderElement,
  renderMorph: morphBodyElements,
  renderError: (current, next) => { document.documentElement.replaceChild(next, document.body) }
})
