// The session as pages see it.

import { enter, put } from "./dom.js"
import { recentRequests } from "./fetch.js"
import { forms, observeForms, renderStreams } from "./forms.js"
import { runtime } from "./runtime.js"
import { connectStreamSource, disconnectStreamSource } from "./sources.js"
import { renderStreamMessage } from "./streams.js"
import { dispatch, world } from "./values.js"

const unvisitableExtensions = new Set(".7z .aac .apk .avi .bmp .bz2 .css .csv .deb .dmg .doc .docx .exe .gif .gz .heic .heif .ico .iso .jpeg .jpg .js .json .m4a .mkv .mov .mp3 .mp4 .mpeg .mpg .msi .ogg .ogv .pdf .pkg .png .ppt .pptx .rar .rtf .svg .tar .tif .tiff .txt .wav .webm .webp .wma .wmv .xls .xlsx .xml .zip".split(" "))

export const config = {
  drive: { enabled: true, progressBarDelay: 500, unvisitableExtensions },
  forms
}
world.drive = config.drive

// Tells the first turbo:load once the document is there and the runtime runs,
// and takes scroll restoration over while the page is shown.
function observePage() {
  const turbo = { restorationIdentifier: crypto.randomUUID(), restorationIndex: history.state?.turbo?.restorationIndex ?? 0 }
  history.replaceState({ turbo }, "")
  const { scrollRestoration } = history
  const at = (state) => new Promise((resolve) => {
    const check = () => (document.readyState == "complete" || document.readyState == state) && resolve()
    document.addEventListener("readystatechange", check)
    check()
  })
  at("interactive").then(() => runtime.when(() => dispatch("turbo:load", null, false, { url: location.href, timing: {} })))
  at("complete").then(() => history.scrollRestoration = "manual")
  addEventListener("pagehide", () => history.scrollRestoration = scrollRestoration)
}

export const session = {
  enabled: true,
  started: false,
  recentRequests,
  pageRefreshDebouncePeriod: 150,
  renderStreamMessage,
  connectStreamSource,
  disconnectStreamSource,

  start() {
    if (this.started) return
    this.started = true
    addEventListener("turbo:before-fetch-response", renderStreams)
    observePage()
    runtime.when(observeForms)
  },
  stop() { this.started = false },
  disable() { this.enabled = false },

  refresh(url, options = {}) {
    const requestId = typeof options == "string" ? options : options?.requestId
    runtime.when(() => enter("refresh", null, put(`${url}\0${requestId ?? ""}`), this.pageRefreshDebouncePeriod))
  },

  visit(location) { window.location = new URL(location, document.baseURI) }
}
