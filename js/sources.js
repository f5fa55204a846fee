// Where stream messages come from (Turbo 8.0.23, stream observer and stream
// source element; @hotwired/turbo-rails 8.0.23, cable stream source element).

import { cable } from "./cable.js"
import { runtime } from "./runtime.js"
import { session } from "./session.js"
import { renderStreamMessage } from "./streams.js"

const sources = new Set()

function receive({ data }) {
  if (session.started && typeof data == "string") renderStreamMessage(data)
}

export function connectStreamSource(source) {
  if (sources.has(source)) return
  sources.add(source)
  source.addEventListener("message", receive, false)
}

export function disconnectStreamSource(source) {
  if (sources.delete(source)) source.removeEventListener("message", receive, false)
}

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
