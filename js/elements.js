// Custom elements: shells that hand over to Go.

import { content, enter, list, provide, repaint, text } from "./dom.js"
import { runtime } from "./runtime.js"

// In the order of stream.Builtin; a missing refresh is the session's.
export const actions = ["append", "prepend", "before", "after", "replace", "update", "remove"]

export const StreamActions = {}

// Performs an action of Go's on a stream element. Its errors begin with the
// opening tag of the stream.
export const perform = (index) => function () { this.call(() => enter("perform", this, index)) }

for (const [index, name] of actions.entries()) StreamActions[name] = perform(index)

// Actions of the application written in Go.
provide({ add_action(at, length, index) { StreamActions[text(at, length)] = perform(index) } })

export class StreamElement extends HTMLElement {
  #rendering

  static async renderElement(element) { await element.performAction() }

  async connectedCallback() {
    try {
      await this.render()
    } catch (error) {
      console.error(error)
    } finally {
      this.disconnect()
    }
  }

  render() { return this.#rendering ??= this.#render() }

  async #render() {
    // Elements of a page that is still waiting for the runtime keep their order.
    if (!runtime.running) await runtime.ready
    const event = this.beforeRenderEvent
    if (!this.dispatchEvent(event)) return
    await new Promise(repaint)
    await event.detail.render(this)
  }

  disconnect() { try { this.remove() } catch {} }

  // Runs what calls into Go; its errors begin with the opening tag.
  call(body) {
    try {
      return body()
    } catch (error) {
      if (error.constructor == Error && !error.told) this.fail(error.message)
      throw error
    }
  }

  fail(text) { throw new Error(`${this.description}: ${text}`) }

  get performAction() {
    const { action } = this
    if (!action) this.fail("action attribute is missing")
    return StreamActions[action] || this.fail("unknown action")
  }

  get targetElements() { return this.call(() => list("targets", this, 0)) }
  get targetElementsById() { return list("targets", this, 1) }
  get targetElementsByQuery() { return list("targets", this, 2) }
  get duplicateChildren() { return this.call(() => list("duplicates", this, 0)) }
  get duplicateSiblings() { return this.call(() => list("duplicates", this, 2)) }
  removeDuplicateTargetChildren() { for (const child of this.duplicateChildren) child.remove() }
  removeDuplicateTargetSiblings() { for (const sibling of this.duplicateSiblings) sibling.remove() }

  get templateElement() {
    this.call(() => enter("template", this))
    return this.firstElementChild
  }

  get templateContent() { return content(this.templateElement) }
  get action() { return this.getAttribute("action") }
  get target() { return this.getAttribute("target") }
  get targets() { return this.getAttribute("targets") }
  get requestId() { return this.getAttribute("request-id") }

  get description() {
    const html = this.outerHTML
    return html.slice(0, html.indexOf(">") + 1)
  }


  get beforeRenderEvent() {
    return new CustomEvent("turbo:before-stream-render", {
      bubbles: true,
      cancelable: true,
      detail: { newStream: this, render: StreamElement.renderElement }
    })
  }
}

export function define(name, constructor) {
  if (!customElements.get(name)) customElements.define(name, constructor)
}
