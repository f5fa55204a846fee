// The public API, complete before Go runs.

import { define, StreamActions, StreamElement } from "./elements.js"
import { watch } from "./observation.js"
import { runtime } from "./runtime.js"
import { config, fetch, session } from "./session.js"
import { renderStreamMessage } from "./streams.js"

StreamActions.refresh = function () {
  session.refresh(this.baseURI, { method: this.getAttribute("method"), requestId: this.requestId, scroll: this.getAttribute("scroll") })
}

export const api = {
  StreamActions,
  StreamElement,
  config,
  fetch,
  ready: runtime.ready,
  renderStreamMessage,
  session,
  start: () => session.start(),
  visit: (location, options) => session.visit(location, options)
}

// Starts the runtime with Go's loader; its script came from the URL source.
export function boot(Go, source) {
  if (window.Turbo) {
    console.warn("turbo: another Turbo is active on this page, so this one does nothing. Load one of them only.", source)
    return
  }
  window.Turbo = api
  watch(source)
  define("turbo-stream", StreamElement)
  session.start()
  const script = document.currentScript
  const elsewhere = script?.dataset.turboWasm ?? document.querySelector('meta[name="turbo-wasm"]')?.content
  runtime.start(Go, new URL(elsewhere ?? "turbo.wasm", elsewhere ? document.baseURI : source).href)
}
