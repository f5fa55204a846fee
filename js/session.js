// The session as pages see it, and its observers.

import { scripts } from "./dom.js"
import { assemble, history } from "./drive.js"
import { recentRequests } from "./fetch.js"
import { forms } from "./forms.js"
import { CLICK, CLICKED, ENTER, LEAVE, LINK, REQUEST, SUBMIT, SUBMIT_OUTSIDE } from "./numbers.js"
import { clicked, last, Observer, submitted, tell } from "./observers.js"
import * as runtime from "./runtime.js"
import { pending } from "./settled.js"
import { StreamObserver } from "./stream-observer.js"
import { renderStreamMessage, streamMessageRenderer } from "./streams.js"
import { forward, named, world } from "./values.js"

const unvisitableExtensions = new Set("7z aac apk avi bmp bz2 css csv deb dmg doc docx exe gif gz heic heif ico iso jpeg jpg js json m4a mkv mov mp3 mp4 mpeg mpg msi ogg ogv pdf pkg png ppt pptx rar rtf svg tar tif tiff txt wav webm webp wma wmv xls xlsx xml zip".split(" ").map((name) => "." + name))

export const config = {
  drive: { enabled: true, progressBarDelay: 500, unvisitableExtensions },
  forms,
  scripts,
  earlyInputTimeout: 4000
}

const quietly = { capture: true, passive: true }
const html = document.documentElement

// The first turbo:load is told once the document is there and Go runs; scroll
// restoration is the runtime's while the page is shown.
class PageObserver extends Observer {
  #interactive = false
  #complete = false

  constructor() { super([document, "readystatechange", () => this.#readyState()], [window, "pagehide", () => session.pageWillUnload()]) }
  start() {
    super.start()
    this.#readyState()
  }

  #readyState() {
    const { readyState } = document
    if (readyState == "loading") return
    if (!this.#interactive) {
      this.#interactive = true
      history.settle()
      session.pageBecameInteractive()
    }
    if (readyState != "complete" || this.#complete) return
    this.#complete = true
    session.pageLoaded()
  }
}

class CacheObserver extends Observer {
  selector = "[data-turbo-temporary]"

  constructor() { super([window, "turbo:before-cache", () => this.removeTemporaryElements()]) }
  get temporaryElements() { return [...document.querySelectorAll(this.selector)] }
  removeTemporaryElements() { for (const element of this.temporaryElements) element.remove() }
}

class ScrollObserver extends Observer {
  constructor() { super([window, "scroll", () => this.onScroll()]) }
  start() {
    super.start()
    this.onScroll()
  }
  onScroll() { this.updatePosition({ x: pageXOffset, y: pageYOffset }) }
  updatePosition(position) { session.scrollPositionChanged(position) }
}

const observers = {
  pageObserver: new PageObserver(),
  cacheObserver: new CacheObserver(),
  linkPrefetchObserver: forward({ LinkPrefetchObserver: new Observer([document, "mouseenter", tell(ENTER), quietly], [document, "mouseleave", tell(LEAVE), quietly], [document, "turbo:before-fetch-request", tell(REQUEST), true]) }),
  formLinkClickObserver: new Observer(...last(html, "click", tell(LINK, clicked))),
  linkClickObserver: new Observer(...last(window, "click", tell(CLICK, clicked))),
  formSubmitObserver: new Observer(...last(document, "submit", tell(SUBMIT, submitted))),
  scrollObserver: new ScrollObserver(),
  streamObserver: new StreamObserver(),
  frameRedirector: forward({ FrameRedirector: new Observer(...last(html, "submit", tell(SUBMIT_OUTSIDE, submitted)), [document, "turbo:click", tell(CLICKED)]) })
}

// Does what a setter did that came before config.
function deprecated(setter, object, path, property, value) {
  console.warn(`turbo: ${setter} is deprecated and will be removed. Write ${path}.${property} = … instead.`)
  object[property] = value
}

class Session {
  enabled = true
  started = false
  recentRequests = recentRequests
  pageRefreshDebouncePeriod = 150
  streamMessageRenderer = streamMessageRenderer
  pending = pending
  cache = {
    session: this,
    clear: () => this.clearCache(),
    resetCacheControl() { setCacheControl("") },
    exemptPageFromCache() { setCacheControl("no-cache") },
    exemptPageFromPreview() { setCacheControl("no-preview") }
  }

  constructor() {
    Object.assign(assemble(this), observers)
    this.streamObserver.delegate = this
  }

  start() {
    if (this.started) return
    for (const part of this.#parts()) part.start()
    this.started = this.enabled = true
  }
  stop() {
    for (const part of this.#parts()) part.stop()
    this.started = false
  }
  #parts() { return [...Object.values(observers), this.history, this.preloader] }
  disable() { this.enabled = false }
  registerAdapter(adapter) { this.adapter = adapter }
  connectStreamSource(source) { this.streamObserver.connectStreamSource(source) }
  disconnectStreamSource(source) { this.streamObserver.disconnectStreamSource(source) }
  renderStreamMessage(message) { renderStreamMessage(message) }
  receivedMessageFromStream(message) { this.renderStreamMessage(message) }
  clearCache() { this.view.clearSnapshotCache() }
  pageLoaded() { this.history.assumeControlOfScrollRestoration() }
  pageWillUnload() { this.history.relinquishControlOfScrollRestoration() }
  scrollPositionChanged(scrollPosition) { this.history.updateRestorationData({ scrollPosition }) }
  setProgressBarDelay(delay) { deprecated("session.setProgressBarDelay", this, "session", "progressBarDelay", delay) }
  get progressBarDelay() { return config.drive.progressBarDelay }
  set progressBarDelay(delay) { config.drive.progressBarDelay = delay }
  get drive() { return config.drive.enabled }
  set drive(enabled) { config.drive.enabled = enabled }
  get formMode() { return config.forms.mode }
  set formMode(mode) { config.forms.mode = mode }
  get location() { return this.history.location }
  get restorationIdentifier() { return this.history.restorationIdentifier }
  get snapshot() { return this.view.snapshot }
}
forward({ Session })

export const session = new Session()
Object.assign(world, { session, config })
named({ CacheObserver, Observer, PageObserver, ScrollObserver, StreamObserver })

function setCacheControl(content) {
  const name = "turbo-cache-control"
  let meta = document.querySelector(`meta[name="${name}"]`)
  if (!meta) document.head.appendChild(meta = document.createElement("meta")).setAttribute("name", name)
  meta.setAttribute("content", content)
}

// The setters that came before config.
export const setters = {
  setProgressBarDelay(delay) { deprecated("Turbo.setProgressBarDelay", config.drive, "Turbo.config.drive", "progressBarDelay", delay) },
  setConfirmMethod(confirm) { deprecated("Turbo.setConfirmMethod", forms, "Turbo.config.forms", "confirm", confirm) },
  setFormMode(mode) { deprecated("Turbo.setFormMode", forms, "Turbo.config.forms", "mode", mode) }
}

// Without Go the page is an ordinary page.
runtime.stop(() => {
  session.stop()
  history.relinquishControlOfScrollRestoration()
})
