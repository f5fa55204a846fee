// What takes stream messages from sources and responses (Turbo 8.0.23, stream
// observer).

import { FetchResponse } from "./fetch.js"
import { Observer } from "./observers.js"
import { during } from "./settled.js"
import { StreamMessage } from "./streams.js"

// Whether what is being received was already rendered for another element of the same name.
export const once = { over: false }

export class StreamObserver extends Observer {
  sources = new Set()

  constructor() { super([window, "turbo:before-fetch-response", (event) => this.inspectFetchResponse(event)]) }

  streamSourceIsConnected(source) { return this.sources.has(source) }
  connectStreamSource(source) {
    if (this.streamSourceIsConnected(source)) return
    this.sources.add(source)
    source.addEventListener("message", this.receiveMessageEvent, false)
  }
  disconnectStreamSource(source) {
    if (!this.streamSourceIsConnected(source)) return
    this.sources.delete(source)
    source.removeEventListener("message", this.receiveMessageEvent, false)
  }
  receiveMessageEvent = ({ data }) => { if (this.started && typeof data == "string" && !once.over) this.receiveMessageHTML(data) }
  // Streams are rendered whatever the request was.
  inspectFetchResponse(event) {
    const { fetchResponse } = event.detail ?? {}
    if (!(fetchResponse instanceof FetchResponse) || !fetchResponse.contentType?.startsWith("text/vnd.turbo-stream.html")) return
    event.preventDefault()
    this.receiveMessageResponse(fetchResponse)
  }
  async receiveMessageResponse(response) {
    const html = await during(response.responseHTML)
    if (html) this.receiveMessageHTML(html)
  }
  receiveMessageHTML(html) { this.delegate.receivedMessageFromStream(StreamMessage.wrap(html)) }
}
