// Frames as pages see them; Go decides.

import { FrameView } from "./drive.js"
import { FetchResponse, uuid } from "./fetch.js"
import { CLICK_IN_FRAME, SUBMIT_IN_FRAME } from "./numbers.js"
import { clicked, last, Observer, submitted, tell } from "./observers.js"
import { session } from "./session.js"
import { begin, during, end } from "./settled.js"
import { forward, named, world } from "./values.js"

export const FrameLoadingStyle = { eager: "eager", lazy: "lazy" }

const appearance = new IntersectionObserver((entries) => {
  const seen = new Map(entries.map((entry) => [entry.target, entry.isIntersecting]))
  for (const [frame, intersecting] of seen) {
    end(frame)
    if (intersecting) frame.delegate.elementAppearedInViewport(frame)
  }
})

class FrameController {
  restorationIdentifier = uuid()

  constructor(element) {
    this.element = element
    this.view = new FrameView(this, element)
    this.appearanceObserver = {
      start() {
        begin(element) // the browser tells soon where it is
        appearance.observe(element)
      },
      stop() {
        end(element)
        appearance.unobserve(element)
      }
    }
    this.formLinkClickObserver = new Observer(...last(element, "click", tell(CLICK_IN_FRAME, clicked)))
    this.formSubmitObserver = new Observer(...last(element, "submit", tell(SUBMIT_IN_FRAME, submitted)))
  }

  // The page that is left is cached with what the frame held.
  visitCachedSnapshot = ({ element }) => {
    const frame = element.querySelector("#" + this.element.id)
    if (frame && this.previousFrameElement) frame.replaceChildren(...this.previousFrameElement.children)
    delete this.previousFrameElement
  }

  viewRenderedSnapshot() {}
  viewInvalidated() {}

  get id() { return this.element.id }
  get disabled() { return this.element.disabled }
  get enabled() { return !this.disabled }
  get sourceURL() { return this.element.src || undefined }
  get loadingStyle() { return this.element.loading }
  get complete() { return this.element.hasAttribute("complete") }
  set complete(value) { this.element.toggleAttribute("complete", !!value) }
  get rootLocation() { return new URL(this.element.ownerDocument.querySelector('meta[name="turbo-root"]')?.content ?? "/", document.baseURI) }
}
forward({ FrameController })

export class FrameElement extends HTMLElement {
  static delegateConstructor = FrameController
  static observedAttributes = ["disabled", "loading", "src"]

  loaded = Promise.resolve()
  delegate = new FrameElement.delegateConstructor(this)

  connectedCallback() { this.delegate.connect() }
  disconnectedCallback() { this.delegate.disconnect() }
  attributeChangedCallback(name) { if (this.isConnected) this.delegate[{ disabled: "disabledChanged", loading: "loadingStyleChanged", src: "sourceURLChanged" }[name]]() }
  reload() { return this.delegate.sourceURLReloaded() }

  get loading() { return /^lazy$/i.test(this.getAttribute("loading")) ? "lazy" : "eager" }
  set loading(value) { reflect(this, "loading", value) }
  get shouldReloadWithMorph() { return this.src && this.refresh === "morph" }
  get complete() { return !this.delegate.isLoading }
  get isActive() { return this.ownerDocument === document && !this.isPreview }
  get isPreview() { return this.ownerDocument?.documentElement?.hasAttribute("data-turbo-preview") }
}

function reflect(element, name, value) {
  if (value) element.setAttribute(name, value === true ? "" : value)
  else element.removeAttribute(name)
}

for (const name of ["src", "refresh", "disabled", "autoscroll"]) {
  const flag = name == "disabled" || name == "autoscroll"
  Object.defineProperty(FrameElement.prototype, name, {
    get() { return flag ? this.hasAttribute(name) : this.getAttribute(name) },
    set(value) { reflect(this, name, flag ? !!value : value) },
    configurable: true
  })
}

// Reports show the name that a class was born with.
const { TurboFrameMissingError } = { TurboFrameMissingError: class extends Error {} }
named({ FrameElement })

Object.assign(world, {
  frameMissing(text) { Promise.reject(new TurboFrameMissingError(text)) },
  // Visits a URL, or the page that a response holds.
  async visitAny(location, options) {
    if (!(location instanceof Response)) return session.visit(location, options)
    const response = new FetchResponse(location), responseHTML = await during(response.responseHTML)
    session.visit(response.location, { response: { statusCode: response.statusCode, redirected: response.redirected, responseHTML } })
  }
})
