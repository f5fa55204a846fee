// The public API, complete before Go runs.

import { cable } from "./cable.js"
import { define, StreamActions, StreamElement } from "./elements.js"
import { watch } from "./observation.js"
import { morphBodyElements, morphChildren, morphElements, morphTurboFrameElements } from "./morph.js"
import { runtime } from "./runtime.js"
import { fetch, FetchEnctype, fetchEnctypeFromString, FetchMethod, fetchMethodFromString, FetchRequest, FetchResponse, isSafe } from "./fetch.js"
import { FrameElement, FrameLoadingStyle, FrameRenderer } from "./frames.js"
import { PageRenderer, PageSnapshot } from "./drive.js"
import { config, session, setters } from "./session.js"
import { CableStreamSourceElement, connectStreamSource, disconnectStreamSource, StreamSourceElement } from "./sources.js"
import { renderStreamMessage } from "./streams.js"

StreamActions.refresh = function () {
  session.refresh(this.baseURI, { method: this.getAttribute("method"), requestId: this.requestId, scroll: this.getAttribute("scroll") })
}

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
  renderStreamMessage,
  session,
  ...setters,
  start: () => session.start(),
  visit: (location, options) => session.visit(location, options)
}

export function defineElements() {
  define("turbo-frame", FrameElement)
  define("turbo-stream", StreamElement)
  define("turbo-stream-source", StreamSourceElement)
  define("turbo-cable-stream-source", CableStreamSourceElement)
}

// Starts the runtime with Go's loader; its script came from the URL source.
export function boot(Go, source) {
  if (window.Turbo) {
    console.warn("turbo: another Turbo is active on this page, so this one does nothing. Load one of them only.", source)
    return
  }
  const script = document.currentScript
  if (script?.closest("body") && !("turboSuppressWarning" in script.dataset)) {
    console.warn("turbo: this script is within <body>, where each page may run it again. Put it into <head>, or silence this with data-turbo-suppress-warning.", script.outerHTML)
  }
  window.Turbo = api
  watch(source)
  defineElements()
  document.head.prepend(session.adapter.progressBar.stylesheetElement)
  session.start()
  const elsewhere = script?.dataset.turboWasm ?? document.querySelector('meta[name="turbo-wasm"]')?.content
  runtime.start(Go, new URL(elsewhere ?? "turbo.wasm", elsewhere ? document.baseURI : source).href)
}
