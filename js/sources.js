// Where stream messages come from (Turbo 8.0.23, stream observer and stream
// source element; @hotwired/turbo-rails 8.0.23, cable stream source element).

import { cable } from "./cable.js"
import { FetchResponse } from "./fetch.js"
import { runtime } from "./runtime.js"
import { session } from "./session.js"
import { StreamMessage } from "./streams.js"

// What session.streamObserver can do, beside starting and stopping.
export const streamObserver = {
  sources: new Set(),
  streamSourceIsConnected(source) { return this.sources.has(source) },
  connectStreamSource(source) {
    if (this.streamSourceIsConnected(source)) return
    this.sources.add(source)
    source.addEventListener("message", this.receiveMessageEvent, false)
  },
  disconnectStreamSource(source) {
    if (!this.streamSourceIsConnected(source)) return
    this.sources.delete(source)
    source.removeEventListener("message", this.receiveMessageEvent, false)
  },
  receiveMessageEvent({ data }) {
    const { streamObserver } = session
    if (streamObserver.started && typeof data == "string") streamObserver.receiveMessageHTML(data)
  },
  // Streams are rendered whatever they answer.
  inspectFetchResponse(event) {
    const { fetchResponse } = event.detail ?? {}
    if (!(fetchResponse instanceof FetchResponse) || !fetchResponse.contentType?.startsWith("text/vnd.turbo-stream.html")) return
    event.preventDefault()
    session.streamObserver.receiveMessageResponse(fetchResponse)
  },
  async receiveMessageResponse(response) {
    const html = await response.responseHTML
    if (html) this.receiveMessageHTML(html)
  },
  receiveMessageHTML(html) { session.receivedMessageFromStream(StreamMessage.wrap(html)) }
}

export const connectStreamSource = (source) => session.connectStreamSource(source)
export const disconnectStreamSource = (source) => session.disconnectStreamSource(source)

export class StreamSourceElement extends HTMLElement {
  streamSource = null

  connectedCallback() {
    this.streamSource = new (/^wss?:/.test(this.src) ? WebSocket : EventSource)(this.src)
    connectStreamSource(this.streamSource)
  }

  disconnectedCallback() {
    if (!this.streamSource) return
    this.streamSource.close()
    disconnectStreamSource(this.streamSource)
  }

  get src() { return this.getAttribute("src") || "" }
}

// Subscribes to a channel for as long as it is in the page. Beyond what
// turbo-rails does, events that bubble tell of the subscription:
// turbo:cable-connected, -disconnected and -rejected, with the callback's
// argument as detail.
export class CableStreamSourceElement extends HTMLElement {
  static observedAttributes = ["channel", "signed-stream-name"]
  #stay

  async connectedCallback() {
    connectStreamSource(this)
    const stay = this.#stay = {}
    let consumer
    try {
      consumer = await cable.getConsumer()
    } catch (error) {
      if (runtime.running) throw error
    }
    // It may have been removed, or even put back, by now.
    if (!consumer || stay != this.#stay) return
    this.subscription = consumer.subscriptions.create(this.channel, {
      received: (data) => this.dispatchMessageEvent(data),
      connected: (detail) => {
        this.subscriptionConnected()
        this.#dispatch("connected", detail)
      },
      disconnected: (detail) => {
        this.subscriptionDisconnected()
        this.#dispatch("disconnected", detail)
      },
      rejected: () => this.#dispatch("rejected")
    })
  }

  disconnectedCallback() {
    disconnectStreamSource(this)
    this.#stay = null
    this.subscription?.unsubscribe()
    this.subscription = null
    this.subscriptionDisconnected()
  }

  attributeChangedCallback() {
    if (!this.subscription) return
    this.disconnectedCallback()
    this.connectedCallback()
  }

  dispatchMessageEvent(data) { return this.dispatchEvent(new MessageEvent("message", { data })) }
  subscriptionConnected() { this.setAttribute("connected", "") }
  subscriptionDisconnected() { this.removeAttribute("connected") }
  #dispatch(event, detail) { this.dispatchEvent(new CustomEvent(`turbo:cable-${event}`, { bubbles: true, detail })) }

  get channel() {
    const params = { channel: this.getAttribute("channel"), signed_stream_name: this.getAttribute("signed-stream-name") }
    for (const [key, value] of Object.entries(this.dataset)) {
      params[key.charAt(0).toLowerCase() + key.slice(1).replace(/[A-Z]+/g, (run) => `_${run.toLowerCase()}`)] = value
    }
    return params
  }
}
