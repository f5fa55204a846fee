// Stream messages, on their way to Go.

import { enter, fragment, offer } from "./dom.js"
import { intact, isOurs } from "./elements.js"
import { AUTOFOCUS, PERMANENT, SCRIPTS } from "./numbers.js"
import { isObserved } from "./observation.js"
import * as runtime from "./runtime.js"

const judge = (message) => /<script/i.test(message) * SCRIPTS | /data-turbo-permanent/i.test(message) * PERMANENT | /autofocus/i.test(message) * AUTOFOCUS

// A message as applications see it. Its fragment is made when it is first read.
export class StreamMessage {
  #fragment
  #html

  static wrap(message) { return typeof message == "string" ? new StreamMessage(message) : message }

  constructor(html) { this.#html = html }

  get fragment() { return this.#fragment ??= fragment(this.#html) }

  static render(message) {
    if (message instanceof StreamMessage) {
      if (message.#fragment) return enter("render", message.#fragment, judge(message.#html))
      message = message.#html
    }
    if (typeof message != "string") renderFragment(message.fragment)
    else if (!isOurs() || !offer(message, isObserved() || !intact())) enter("render", fragment(message), judge(message))
  }
}

// An error in an application's fragment becomes a rejection (Turbo 8.0.23).
async function renderFragment(fragment) { enter("render", fragment, PERMANENT | AUTOFOCUS) }

export const streamMessageRenderer = { render(message) { runtime.when(() => StreamMessage.render(message)) } }
const { render } = streamMessageRenderer

// An application's own renderer gets an object.
export function renderStreamMessage(message) {
  streamMessageRenderer.render(streamMessageRenderer.render == render ? message : StreamMessage.wrap(message))
}
