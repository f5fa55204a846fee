// Stream messages, on their way to Go.

import { enter, fragment, offer } from "./dom.js"
import { intact, isOurs } from "./elements.js"
import { isObserved } from "./observation.js"
import { runtime } from "./runtime.js"

// In the order of stream.Hints.
const hints = [/<script/i, /data-turbo-permanent/i, /autofocus/i]
const PERMANENT = 2, AUTOFOCUS = 4

const judge = (message) => hints.reduce((sum, hint, bit) => sum | hint.test(message) << bit, 0)

export function renderStreamMessage(message) { runtime.when(() => render(message)) }

function render(message) {
  if (typeof message != "string") renderFragment(message.fragment)
  else if (!isOurs() || !offer(message, isObserved() || !intact())) enter("render", fragment(message), judge(message))
}

// Trouble with an application's fragment is a rejection (Turbo 8.0.23).
async function renderFragment(fragment) { enter("render", fragment, PERMANENT | AUTOFOCUS) }
