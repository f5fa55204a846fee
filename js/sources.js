// Where stream messages come from (Turbo 8.0.23, stream source element;
// @hotwired/turbo-rails 8.0.23, cable stream source element).

import { cable } from "./cable.js"
import { repaint } from "./dom.js"
import * as runtime from "./runtime.js"
import { session } from "./session.js"
import { begin, end } from "./settled.js"
import { once } from "./stream-observer.js"

export const connectStreamSource = (source) => session.connectStreamSource(source)
export const disconnectStreamSource = (source) => session.disconnectStreamSource(source)

const place = /([?&]last-event-id=)[^&]*/

// Beyond what upstream does, a src with last-event-id, which says from where events
// are wanted, is reopened when a page changes it, and continues where it was when
// the element comes back.
export class StreamSourceElement extends HTMLElement {
  static observedAttributes = ["src"]
  streamSource = null
  #last

  connectedCallback() {
    if (runtime.over) return
    const { src } = this, [, from = src] = this.shown
    this.streamSource = /^wss?:/.test(src) ? new WebSocket(src) : new EventSource(from, { withCredentials: this.hasAttribute("with-credentials") })
    begin(this)
    this.streamSource.onopen = () => end(this)
    this.streamSource.onerror = ({ target }) => (target.readyState < 2 ? begin : end)(this)
    this.streamSource.addEventListener("message", ({ lastEventId }) => repaint(() => { if (this.isConnected) this.#last = lastEventId }))
    connectStreamSource(this.streamSource)
  }

  attributeChangedCallback() {
    if (!this.streamSource || !place.test(this.src)) return
    this.disconnectedCallback()
    this.#last = ""
    this.connectedCallback()
  }

  // The attribute by which a snapshot of the page continues from here.
  get shown() { return this.#last && place.test(this.src) ? ["src", this.src.replace(place, `$1${encodeURIComponent(this.#last)}`)] : [] }

  disconnectedCallback() {
    if (!this.streamSource) return
    end(this)
    this.streamSource.onopen = this.streamSource.onerror = null
    this.streamSource.close()
    disconnectStreamSource(this.streamSource)
  }

  get src() { return this.getAttribute("src") || "" }
}

// Without Go, nothing would render what they receive.
runtime.stop(() => { for (const element of document.querySelectorAll("turbo-stream-source")) element.disconnectedCallback?.() })

const elements = new Set() // cable stream sources in the page
let last // the last delivery that was rendered

// Subscribes to a channel as long as the element is in the page. Beyond what
// turbo-rails does, subscriptions that two consecutive pages share are kept;
// previews make no subscriptions; elements with the same name render each message
// once; and the attribute position says up to where the server has rendered the
// page. Bubbling events report on the subscription: turbo:cable-connected,
// -disconnected and -rejected, with the callback's argument as detail, and -gap,
// after which the page is refreshed within a second, unless a listener prevents it.
export class CableStreamSourceElement extends HTMLElement {
  static observedAttributes = ["channel", "signed-stream-name", "position"]
  #stay
  #shown // when it left the page

  async connectedCallback() {
    connectStreamSource(this)
    elements.add(this)
    begin(this)
    const stay = this.#stay = {}
    let consumer
    try {
      consumer = await cable.getConsumer()
    } catch (error) {
      end(this)
      if (runtime.running) throw error
    }
    // The element may have been removed, or even put back, by now.
    if (!consumer || stay != this.#stay) return
    const { subscriptions } = consumer, { channel } = this
    const preview = document.documentElement.hasAttribute("data-turbo-preview")
    if (preview && !subscriptions.findAll(JSON.stringify(channel)).length) return end(this)
    if (this.hasAttribute("events")) consumer.serve?.(this.getAttribute("events") == "only")
    if (!preview) this.#show(consumer)
    this.subscription = subscriptions.create(channel, {
      received: (data) => {
        if (preview) return
        const { deliveries } = consumer
        once.over = deliveries && deliveries == last
        last = deliveries
        try { this.dispatchMessageEvent(data) } finally { once.over = false }
      },
      connected: (detail) => {
        end(this)
        this.subscriptionConnected()
        this.#dispatch("connected", detail)
      },
      disconnected: (detail) => {
        (detail?.willAttemptReconnect == false ? end : begin)(this)
        this.subscriptionDisconnected()
        this.#dispatch("disconnected", detail)
      },
      rejected: (detail) => {
        end(this)
        this.#dispatch("rejected", detail)
      },
      gap: () => { if (!preview && this.#dispatch("gap", { identifier: this.subscription.identifier }, true)) session.refresh(document.baseURI, { method: "morph", scroll: "preserve", spread: "1000" }) }
    })
  }

  disconnectedCallback() {
    const subscription = this.#leave()
    // An element that is added in the same moment takes over the subscription.
    if (subscription) cable.getConsumer().catch(() => {}).then(() => queueMicrotask(() => subscription.unsubscribe()))
  }

  #leave() {
    const { subscription } = this
    end(this)
    this.#shown = this.shown
    disconnectStreamSource(this)
    elements.delete(this)
    this.#stay = this.subscription = null
    this.subscriptionDisconnected()
    return subscription
  }

  attributeChangedCallback(name) {
    if (!this.subscription) return
    if (name == "position") return this.#show(this.subscription.consumer)
    this.#leave().unsubscribe()
    this.connectedCallback()
  }

  // Says up to which position the page was rendered, unless another element is there already.
  #show(consumer) {
    const identifier = JSON.stringify(this.channel), position = this.getAttribute("position")
    for (const other of elements) if (other != this && other.subscription?.identifier == identifier) return
    if (!position) return
    let places
    try { places = JSON.parse(position) } catch {}
    if (String(places) == "[object Object]" && Object.values(places).every((place) => typeof place?.epoch == "string" && Number.isSafeInteger(place.offset) && place.offset >= 0)) consumer.show?.(identifier, places)
    else console.warn("turbo: a cable stream source has an invalid position, so it begins with its subscription:", this)
  }

  // The attribute by which a snapshot continues from here. Most are made when the element has left the page.
  get shown() {
    const { subscription } = this
    return subscription ? ["position", JSON.stringify(subscription.consumer.places?.[subscription.identifier])] : this.#shown
  }

  dispatchMessageEvent(data) { return this.dispatchEvent(new MessageEvent("message", { data })) }
  subscriptionConnected() { this.setAttribute("connected", "") }
  subscriptionDisconnected() { this.removeAttribute("connected") }
  #dispatch(event, detail, cancelable) { return this.dispatchEvent(new CustomEvent(`turbo:cable-${event}`, { bubbles: true, cancelable, detail })) }

  get channel() {
    const params = { channel: this.getAttribute("channel"), signed_stream_name: this.getAttribute("signed-stream-name") }
    for (const [key, value] of Object.entries(this.dataset)) {
      params[key.charAt(0).toLowerCase() + key.slice(1).replace(/[A-Z]+/g, (run) => `_${run.toLowerCase()}`)] = value
    }
    return params
  }
}
