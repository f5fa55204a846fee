// The session as pages see it.

import { enter, provide, put, text } from "./dom.js"
import { runtime } from "./runtime.js"
import { renderStreamMessage } from "./streams.js"

export const recentRequests = new Set()

provide({ recent_request: (at, length) => +recentRequests.has(text(at, length)) })

// Adds a request id to the headers of a request and remembers it, so that the
// refresh it causes is known as this page's own (Turbo 8.0.23, fetch).
export function identify(headers) {
  const id = crypto.randomUUID()
  if (recentRequests.size >= 20) recentRequests.delete(recentRequests.values().next().value)
  recentRequests.add(id)
  headers.append("X-Turbo-Request-Id", id)
  return headers
}

export function fetch(url, options = {}) {
  return window.fetch(url, { ...options, headers: identify(new Headers(options.headers)) })
}

export const config = {
  drive: { enabled: true, progressBarDelay: 500, unvisitableExtensions: new Set() },
  forms: { mode: "on", confirm: undefined, submitter: "disabled" }
}

export const session = {
  enabled: true,
  started: false,
  recentRequests,
  pageRefreshDebouncePeriod: 150,
  renderStreamMessage,

  start() { this.started = true },
  stop() { this.started = false },
  disable() { this.enabled = false },

  refresh(url, options = {}) {
    const requestId = typeof options == "string" ? options : options?.requestId
    runtime.when(() => enter("refresh", null, put(`${url}\0${requestId ?? ""}`), this.pageRefreshDebouncePeriod))
  },

  visit(location) { window.location = new URL(location, document.baseURI) }
}
