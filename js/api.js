// The public API, complete before Go runs.

import { cable } from "./cable.js"
import { listen } from "./early.js"
import { define, StreamActions, StreamElement } from "./elements.js"
import { observe, watch } from "./observation.js"
import { morphBodyElements, morphChildren, morphElements, morphTurboFrameElements } from "./morph.js"
import * as runtime from "./runtime.js"
import { fetch, FetchEnctype, fetchEnctypeFromString, FetchMethod, fetchMethodFromString, FetchRequest, FetchResponse, isSafe } from "./fetch.js"
import { FrameElement, FrameLoadingStyle } from "./frames.js"
import { FrameRenderer, PageRenderer } from "./renderers.js"
import { PageSnapshot } from "./snapshots.js"
import { config, session, setters } from "./session.js"
import { CableStreamSourceElement, connectStreamSource, disconnectStreamSource, StreamSourceElement } from "./sources.js"
import * as settled from "./settled.js"
import { named } from "./values.js"

StreamActions.refresh = function () {
  session.refresh(this.baseURI, { method: this.getAttribute("method"), requestId: this.requestId, scroll: this.getAttribute("scroll"), ...this.hasAttribute("spread") && { spread: this.getAttribute("spread") } })
}

runtime.stop(settled.stop)

export const api = {
  FetchEnctype,
  FetchMethod,
  FetchRequest,
  FetchResponse,
  FrameElement,
  FrameLoadingStyle,
  FrameRenderer,
  PageRenderer,
  PageSnapshot,
  StreamActions,
  StreamElement,
  StreamSourceElement,
  cable,
  cache: session.cache,
  config,
  connectStreamSource,
  disconnectStreamSource,
  fetch,
  fetchEnctypeFromString,
  fetchMethodFromString,
  isSafe,
  morphBodyElements,
  morphChildren,
  morphElements,
  morphTurboFrameElements,
  navigator: session.navigator,
  ready: runtime.ready,
  registerAdapter: (adapter) => session.registerAdapter(adapter),
  renderStreamMessage: (message) => session.renderStreamMessage(message),
  session,
  ...setters,
  settled: settled.settled,
  start: () => session.start(),
  visit(location, options) {
    void location.toString // throws at the caller where there is no location
    session.visit(location, options)
  }
}

named({ CableStreamSourceElement, FetchRequest, FetchResponse, StreamElement, StreamSourceElement })

export function defineElements() {
  define("turbo-frame", FrameElement)
  define("turbo-stream", StreamElement)
  define("turbo-stream-source", StreamSourceElement)
}

const CABLE = "turbo-cable-stream-source"
export const defineCableElement = () => define(CABLE, CableStreamSourceElement)

// @hotwired/turbo leaves the name of the cable element to applications. Ours is
// defined when such an element is in a page whose scripts have run, unless the
// application has defined its own by then.
async function defineCableElementLater(loaded) {
  const holds = (node) => node.localName == CABLE || node.querySelector?.(CABLE)
  const observer = new MutationObserver((records) => {
    if (records.some(({ addedNodes }) => [...addedNodes].some(holds))) defineCableElement()
  })
  customElements.whenDefined(CABLE).then(() => {
    observer.disconnect()
    if (customElements.get(CABLE) != CableStreamSourceElement) console.info(`turbo: <${CABLE}> is as this page defines it.`)
  })
  await loaded
  if (runtime.over || customElements.get(CABLE)) return
  if (holds(document)) defineCableElement()
  else observe.call(observer, document, { childList: true, subtree: true })
}

// The runtime answers, or never will, and the page's scripts have run.
async function load() {
  await runtime.ready.catch(() => {})
  if (document.readyState != "complete") await new Promise((resolve) => {
    for (const event of ["DOMContentLoaded", "load"]) addEventListener(event, () => setTimeout(resolve))
  })
}

// The address of the wasm: what the page says, what bundlers have made of the
// module's own address for it, or beside the script, if its address is known.
function locate(script, wasm) {
  const named = script?.dataset.turboWasm ?? document.querySelector('meta[name="turbo-wasm"]')?.content
  if (named) return new URL(named, document.baseURI).href
  // A bundle may not know its own URL, but a stack trace has it.
  for (const base of [wasm, script?.src, new Error().stack?.match(/https?:\/\/[^\s)]+?(?=:\d+:\d+)/)?.[0]]) {
    if (base && /^https?:/.test(base) || base?.startsWith(location.protocol)) return base == wasm ? wasm : new URL("turbo.wasm", base).href
  }
  throw new runtime.Trouble(runtime.hint)
}

// Starts the runtime with Go's loader, from a script at the URL source, which may
// know where the wasm is. With rails, it takes the place of @hotwired/turbo-rails.
// Returns the API that is active in the page, which may be that of another copy.
export function boot(Go, source, wasm, rails) {
  if (!globalThis.document) {
    runtime.end(new Error("turbo: there is no page"))
    return api
  }
  const script = document.currentScript, suppressed = script && "turboSuppressWarning" in script.dataset
  const active = window.Turbo
  if (typeof active?.visit == "function") {
    if (active.ready) return active
    const error = new Error("turbo: another Turbo is active on this page, so this one does nothing")
    if (!suppressed) console.warn(error.message, source)
    runtime.end(error)
    return { ...api, ...active }
  }
  if (script?.closest("body") && !suppressed) {
    console.warn("turbo: this script is within <body>, where each page may run it again. Put it into <head>, or give it data-turbo-suppress-warning.", script.outerHTML)
  }
  window.Turbo = api
  watch(source)
  defineElements()
  const loaded = load()
  if (rails) defineCableElement()
  else defineCableElementLater(loaded)
  settled.start(loaded)
  document.head.prepend(session.adapter.progressBar.stylesheetElement)
  session.start()
  listen()
  runtime.start(Go, () => locate(script, wasm))
  return api
}
