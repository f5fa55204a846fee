// Custom elements: shells that hand over to Go.

import { content, enter, list, openingTag, provide, repaint, RuntimeError, seal, text } from "./dom.js"
import { runtime } from "./runtime.js"

// In the order of stream.Builtin; a missing refresh is the session's.
export const actions = ["append", "prepend", "before", "after", "replace", "update", "remove"]

export const StreamActions = {}

// Performs an action of Go's on a stream element. Its errors begin with the
// opening tag of the stream.
export const perform = (index) => function () {
  try { enter("perform", this, index) } catch (error) { throw this.explain(error) }
}

for (const [index, name] of actions.entries()) StreamActions[name] = perform(index)

// Actions of the application written in Go.
provide({ add_action(at, length, index) { StreamActions[text(at, length)] = perform(index) } })

export class StreamElement extends HTMLElement {
  #state = "" // then "started", then "over"
  #connected = false // at least once: it leaves the page when it is over
  #promised // the promise of render() and what settles it, once asked for

  static async renderElement(element) { await element.performAction() }

  connectedCallback() {
    this.#connected = true
    if (!this.#state) this.#start()
    else if (this.#state == "over") queueMicrotask(() => this.disconnect())
  }

  async render() {
    const { promise, resolve } = this.#promise()
    if (!this.#state) this.#start()
    else if (this.#state == "over") resolve()
    return promise
  }

  #promise() {
    if (!this.#promised) {
      this.#promised = {}
      this.#promised.promise = new Promise((resolve, reject) => Object.assign(this.#promised, { resolve, reject }))
    }
    return this.#promised
  }

  #start() {
    this.#state = "started"
    // The elements of a page that waits for the runtime keep their order.
    if (runtime.running) this.#announce()
    else runtime.when(() => this.#announce())
  }

  #announce() {
    const event = this.beforeRenderEvent
    if (!this.dispatchEvent(event)) return queueMicrotask(() => this.#end())
    seal()
    repaint(() => this.#perform(event.detail.render))
  }

  // Most actions are over when their function returns: no promise is made, so
  // that a burst costs little.
  #perform(render) {
    let result
    try {
      result = render == renderElement ? this.performAction() : render(this)
    } catch (error) {
      return this.#end([error])
    }
    if (typeof result?.then == "function") result.then(() => this.#end(), (error) => this.#end([error]))
    else this.#end()
  }

  #end(failure) {
    this.#state = "over"
    if (failure) this.#promise().reject(failure[0])
    else this.#promised?.resolve()
    if (!this.#connected) return
    if (failure) {
      this.#promised.promise.catch(() => {})
      console.error(failure[0])
    }
    this.disconnect()
  }

  disconnect() { try { this.remove() } catch {} }

  // What a call into Go threw: the texts of Go's own errors follow the opening tag.
  explain(error) {
    return error instanceof RuntimeError ? new Error(`${this.description}: ${error.message}`) : error
  }

  #list(name, which) {
    try { return list(name, this, which) } catch (error) { throw this.explain(error) }
  }

  fail(text) { throw new Error(`${this.description}: ${text}`) }

  get performAction() {
    const { action } = this
    if (!action) this.fail("action attribute is missing")
    return StreamActions[action] || this.fail("unknown action")
  }

  get targetElements() { return this.#list("targets", 0) }
  get targetElementsById() { return this.#list("targets", 1) }
  get targetElementsByQuery() { return this.#list("targets", 2) }
  get duplicateChildren() { return this.#list("duplicates", 0) }
  get duplicateSiblings() { return this.#list("duplicates", 2) }
  removeDuplicateTargetChildren() { for (const child of this.duplicateChildren) child.remove() }
  removeDuplicateTargetSiblings() { for (const sibling of this.duplicateSiblings) sibling.remove() }

  get templateElement() { return this.#list("template")[0] }

  get templateContent() { return content(this.templateElement) }
  get action() { return this.getAttribute("action") }
  get target() { return this.getAttribute("target") }
  get targets() { return this.getAttribute("targets") }
  get requestId() { return this.getAttribute("request-id") }

  get description() { return openingTag(this) }


  get beforeRenderEvent() {
    return new CustomEvent("turbo:before-stream-render", {
      bubbles: true,
      cancelable: true,
      detail: { newStream: this, render: StreamElement.renderElement }
    })
  }
}

const { renderElement } = StreamElement

export function define(name, constructor) {
  if (!customElements.get(name)) customElements.define(name, constructor)
}
