// Requests and responses as pages see them (Turbo 8.0.23, fetch).

import { abandoned, begin, end } from "./settled.js"
import { dispatch } from "./values.js"

// A page that came by plain HTTP has no crypto.randomUUID.
export const uuid = () => globalThis.crypto?.randomUUID?.() ?? "xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx".replace(/x/g, () => (Math.random() * 16 | 0).toString(16))

const nativeFetch = (url, options) => window.fetch(url, options)

export const recentRequests = new Set()

// A fetch whose request id is remembered, so that the refresh it causes is
// known as this page's own.
export function fetch(url, options = {}) {
  const headers = new Headers(options.headers)
  const id = uuid()
  if (recentRequests.size >= 20) recentRequests.delete(recentRequests.values().next().value)
  recentRequests.add(id)
  headers.append("X-Turbo-Request-Id", id)
  return nativeFetch(url, { ...options, headers })
}

const named = (values, name) => Object.values(values).find((value) => value == name?.toLowerCase())

export const FetchMethod = { get: "get", post: "post", put: "put", patch: "patch", delete: "delete" }
export const FetchEnctype = { urlEncoded: "application/x-www-form-urlencoded", multipart: "multipart/form-data", plain: "text/plain" }
export const fetchMethodFromString = (method) => named(FetchMethod, method)
export const fetchEnctypeFromString = (enctype) => named(FetchEnctype, enctype) ?? FetchEnctype.urlEncoded
export const isSafe = (method) => fetchMethodFromString(method) == "get"

export class FetchResponse {
  constructor(response) { this.response = response }

  get succeeded() { return this.response.ok }
  get failed() { return !this.succeeded }
  get clientError() { return this.statusCode >= 400 && this.statusCode < 500 }
  get serverError() { return this.statusCode >= 500 && this.statusCode < 600 }
  get redirected() { return this.response.redirected }
  get location() { return new URL(this.response.url || location.href, document.baseURI) }
  get isHTML() { return this.contentType && this.contentType.match(/^(?:text\/([^\s;,]+\b)?html|application\/xhtml\+xml)\b/) }
  get statusCode() { return this.response.status }
  get contentType() { return this.header("Content-Type") }
  get responseText() { return this.response.clone().text() }
  get responseHTML() { return this.isHTML ? this.responseText : Promise.resolve() }
  header(name) { return this.response.headers.get(name) }
}

// The URL and the body that carry data, or the URL's own query without data:
// then to add to the body is to add to the URL.
function carry(location, method, data, enctype) {
  const url = new URL(location, document.baseURI)
  const entries = data ? [...data] : []
  const query = entries.length ? new URLSearchParams() : url.searchParams
  for (const [name, value] of entries) if (!(value instanceof File)) query.append(name, value)
  if (!isSafe(method)) return [url, enctype == FetchEnctype.urlEncoded ? query : data]
  url.search = query
  return [url, null]
}

export class FetchRequest {
  abortController = new AbortController()

  constructor(delegate, method, location, requestBody = new URLSearchParams(), target = null, enctype = FetchEnctype.urlEncoded) {
    const [url, body] = carry(location, method, requestBody, enctype)
    Object.assign(this, { delegate, url, target, enctype })
    this.fetchOptions = {
      credentials: "same-origin",
      redirect: "follow",
      method: method.toUpperCase(),
      headers: { ...this.defaultHeaders },
      body,
      signal: this.abortSignal,
      referrer: delegate.referrer?.href
    }
  }

  get method() { return this.fetchOptions.method }
  set method(value) {
    const { body } = this
    const method = fetchMethodFromString(value) ?? "get"
    this.url = new URL(this.url)
    this.url.search = ""
    ;[this.url, this.fetchOptions.body] = carry(this.url, method, body, this.enctype)
    this.fetchOptions.method = method.toUpperCase()
  }

  get defaultHeaders() { return { Accept: "text/html, application/xhtml+xml" } }
  get abortSignal() { return this.abortController.signal }
  get headers() { return this.fetchOptions.headers }
  set headers(value) { this.fetchOptions.headers = value }
  get body() { return this.isSafe ? this.url.searchParams : this.fetchOptions.body }
  set body(value) { this.fetchOptions.body = value }
  get location() { return this.url }
  get params() { return this.url.searchParams }
  get entries() { return this.body ? [...this.body] : [] }
  get isSafe() { return isSafe(this.method) }

  cancel() {
    this.abortController.abort()
    end(this) // it may be held, and never be resumed
  }

  async perform() {
    const { delegate, fetchOptions, target } = this
    begin(this)
    try {
      delegate.prepareRequest(this)
      const taken = await this.#announce(fetchOptions)
      try {
        delegate.requestStarted(this)
        this.response = taken ? this.#take(taken) : fetch(this.url.href, fetchOptions)
        return await this.receive(await this.response)
      } catch (error) {
        if (error.name == "AbortError") return
        if (!dispatch("turbo:fetch-request-error", target, true, { request: this, error }).defaultPrevented) delegate.requestErrored(this, error)
        throw error
      } finally {
        delegate.requestFinished(this)
      }
    } finally {
      end(this)
    }
  }

  // Whoever prevents the event's default holds the request until it resumes.
  async #announce(fetchOptions) {
    let resume
    const resumed = new Promise((resolve) => resume = resolve)
    const event = dispatch("turbo:before-fetch-request", this.target, true, { fetchOptions, url: this.url, resume })
    this.url = event.detail.url
    if (event.defaultPrevented) {
      abandoned.register(resume, this)
      await resumed
    }
    return event.detail.fetchRequest
  }

  // An answer that another request brings is given up with this one.
  #take(other) {
    const { signal } = this.abortController
    return new Promise((resolve, reject) => {
      const abort = () => {
        other.cancel?.()
        reject(signal.reason)
      }
      if (signal.aborted) abort()
      signal.addEventListener("abort", abort)
      Promise.resolve(other.response).then(resolve, reject)
    })
  }

  async receive(native) {
    const response = new FetchResponse(native)
    const { delegate } = this
    if (dispatch("turbo:before-fetch-response", this.target, true, { fetchResponse: response }).defaultPrevented) delegate.requestPreventedHandlingResponse(this, response)
    else if (response.succeeded) delegate.requestSucceededWithResponse(this, response)
    else delegate.requestFailedWithResponse(this, response)
    return response
  }

  acceptResponseType(type) { this.headers.Accept = [type, this.headers.Accept].join(", ") }
}
