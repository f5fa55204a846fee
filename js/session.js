// The session as pages see it, and the listeners that tell Go of events.

import { enter, scripts } from "./dom.js"
import { BrowserAdapter, history, navigator, preloader, view } from "./drive.js"
import { recentRequests } from "./fetch.js"
import { forms } from "./forms.js"
import { runtime } from "./runtime.js"
import { streamObserver } from "./sources.js"
import { renderStreamMessage, streamMessageRenderer } from "./streams.js"
import { forward, world } from "./values.js"

const unvisitableExtensions = new Set(".7z .aac .apk .avi .bmp .bz2 .css .csv .deb .dmg .doc .docx .exe .gif .gz .heic .heif .ico .iso .jpeg .jpg .js .json .m4a .mkv .mov .mp3 .mp4 .mpeg .mpg .msi .ogg .ogv .pdf .pkg .png .ppt .pptx .rar .rtf .svg .tar .tif .tiff .txt .wav .webm .webp .wma .wmv .xls .xlsx .xml .zip".split(" "))

export const config = {
  drive: { enabled: true, progressBarDelay: 500, unvisitableExtensions },
  forms,
  scripts,
  earlyInputTimeout: 4000
}

// In the order of browser/drive_js.go.
export const CLICK = 0, LINK = 1, SUBMIT = 2, SUBMIT_OUTSIDE = 10, CLICK_IN_FRAME = 12, SUBMIT_IN_FRAME = 13
const POPSTATE = 3, CACHE = 4, ENTER = 5, LEAVE = 6, REQUEST = 7, LOAD = 8, READY = 9, CLICKED = 11

export const tell = (number, accepts) => (event) => { if (runtime.running && (!accepts || accepts(event))) enter("event", event, number) }
export const clicked = (event) => event instanceof MouseEvent
export const submitted = ({ target }) => target instanceof HTMLFormElement

// Listens behind all that listen when an event comes: the listener of the
// capture phase puts the one of the bubble phase last.
export function last(target, type, listener) {
  const again = () => {
    target.removeEventListener(type, listener)
    target.addEventListener(type, listener)
  }
  return [[target, type, again, true], [target, type, listener]]
}

export class Observer {
  started = false
  #listeners

  constructor(...listeners) { this.#listeners = listeners }

  start() { this.#turn("addEventListener", true) }
  stop() { this.#turn("removeEventListener", false) }

  #turn(how, started) {
    if (this.started == started) return
    this.started = started
    for (const [target, ...rest] of this.#listeners) target[how](...rest)
  }
}

const quietly = { capture: true, passive: true }
const html = document.documentElement
let interactive = false

// The first turbo:load is told once the document is there and Go runs; scroll
// restoration is the runtime's while the page is shown.
function readyState() {
  const { readyState } = document
  if (readyState == "loading") return
  if (!interactive) {
    interactive = true
    if (before !== undefined && exempt()) window.history.replaceState(before, "")
    runtime.when(() => {
      enter("event", null, LOAD)
      enter("event", null, READY)
    })
  }
  if (readyState != "complete" || scrollRestoration) return
  scrollRestoration = window.history.scrollRestoration
  window.history.scrollRestoration = "manual"
}
let scrollRestoration

function restoreScrollRestoration() {
  if (scrollRestoration) window.history.scrollRestoration = scrollRestoration
  scrollRestoration = ""
}

// Where the whole page is not the runtime's, entries and going through them are
// the application's (hotwired/turbo#1496).
let before // the state of the entry that was the first, until it is the runtime's
const exempt = () => [document.documentElement, document.body].some((element) => element?.getAttribute("data-turbo") == "false")

const scrolled = () => history.updateRestorationData({ scrollPosition: { x: pageXOffset, y: pageYOffset } })

const observers = {
  pageObserver: new Observer([document, "readystatechange", readyState], [window, "pagehide", restoreScrollRestoration]),
  cacheObserver: new Observer([window, "turbo:before-cache", tell(CACHE)]),
  linkPrefetchObserver: new Observer([document, "mouseenter", tell(ENTER), quietly], [document, "mouseleave", tell(LEAVE), quietly], [document, "turbo:before-fetch-request", tell(REQUEST), true]),
  formLinkClickObserver: new Observer(...last(html, "click", tell(LINK, clicked))),
  linkClickObserver: new Observer(...last(window, "click", tell(CLICK, clicked))),
  formSubmitObserver: new Observer(...last(document, "submit", tell(SUBMIT, submitted))),
  scrollObserver: new Observer([window, "scroll", scrolled]),
  frameRedirector: new Observer(...last(html, "submit", tell(SUBMIT_OUTSIDE, submitted)), [document, "turbo:click", tell(CLICKED)]),
  streamObserver: Object.assign(new Observer([window, "turbo:before-fetch-response", streamObserver.inspectFetchResponse]), streamObserver),
  history: new Observer([window, "popstate", (event) => runtime.when(() => enter("event", event, POPSTATE))])
}

const deprecated = (name, path) => console.warn(`turbo: ${name} is deprecated and will be removed. Write ${path} = … instead.`)

export const session = {
  ...observers,
  enabled: true,
  started: false,
  recentRequests,
  pageRefreshDebouncePeriod: 150,
  navigator,
  history: Object.assign(history, { start: () => observers.history.start(), stop: () => observers.history.stop() }),
  view,
  preloader,
  adapter: new BrowserAdapter(),
  cache: {
    clear() { view.clearSnapshotCache() },
    resetCacheControl() { setCacheControl("") },
    exemptPageFromCache() { setCacheControl("no-cache") },
    exemptPageFromPreview() { setCacheControl("no-preview") }
  },
  renderStreamMessage,
  streamMessageRenderer,
  connectStreamSource(source) { this.streamObserver.connectStreamSource(source) },
  disconnectStreamSource(source) { this.streamObserver.disconnectStreamSource(source) },
  receivedMessageFromStream(message) { this.renderStreamMessage(message) },

  start() {
    if (this.started) return
    for (const observer of Object.values(observers)) observer.start()
    this.started = this.enabled = true
    scrolled()
    history.currentIndex = window.history.state?.turbo?.restorationIndex || 0
    history.location = new URL(location.href)
    history.restorationIdentifier = crypto.randomUUID()
    const { restorationIdentifier, currentIndex: restorationIndex } = history
    if (!window.history.state?.turbo) before = window.history.state
    if (!document.body || !exempt()) window.history.replaceState({ turbo: { restorationIdentifier, restorationIndex } }, "")
    readyState()
  },
  stop() {
    for (const observer of Object.values(observers)) observer.stop()
    this.started = false
  },
  disable() { this.enabled = false },
  registerAdapter(adapter) { this.adapter = adapter },
  clearCache() { view.clearSnapshotCache() },
  setProgressBarDelay(delay) {
    deprecated("session.setProgressBarDelay(delay)", "session.progressBarDelay")
    this.progressBarDelay = delay
  },
  get progressBarDelay() { return config.drive.progressBarDelay },
  set progressBarDelay(delay) { config.drive.progressBarDelay = delay },
  get drive() { return config.drive.enabled },
  set drive(enabled) { config.drive.enabled = enabled },
  get formMode() { return config.forms.mode },
  set formMode(mode) { config.forms.mode = mode },
  get location() { return history.location },
  get restorationIdentifier() { return history.restorationIdentifier },
  get snapshot() { return view.snapshot }
}
forward(session, 8, "visit refresh debouncedRefresh elementIsNavigatable submissionIsNavigatable")
Object.defineProperty(history, "started", { get: () => observers.history.started })
Object.assign(world, { session, config, exempt })

function setCacheControl(content) {
  const name = "turbo-cache-control"
  let meta = document.querySelector(`meta[name="${name}"]`)
  if (!meta) document.head.appendChild(meta = document.createElement("meta")).setAttribute("name", name)
  meta.setAttribute("content", content)
}

// The setters that came before config.
export const setters = {
  setProgressBarDelay(delay) {
    deprecated("Turbo.setProgressBarDelay(delay)", "Turbo.config.drive.progressBarDelay")
    config.drive.progressBarDelay = delay
  },
  setConfirmMethod(confirm) {
    deprecated("Turbo.setConfirmMethod(confirmMethod)", "Turbo.config.forms.confirm")
    forms.confirm = confirm
  },
  setFormMode(mode) {
    deprecated("Turbo.setFormMode(mode)", "Turbo.config.forms.mode")
    forms.mode = mode
  }
}

// Without Go the page is an ordinary page.
runtime.stop(() => {
  session.stop()
  restoreScrollRestoration()
})
