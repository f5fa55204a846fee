// What the page offers while the modules load. Outside of a browser (Node, jsdom)
// some or all of it is missing and replaced with something that accepts everything
// and does nothing: the modules load, and the runtime never starts. The builder
// puts these in place of the globals.

const nothing = new Proxy(function () {}, {
  get: (target, key) => key == "toString" ? () => "about:blank" : typeof key == "symbol" ? undefined : nothing,
  getOwnPropertyDescriptor: () => ({ get: nothing, configurable: true }),
  set: () => true,
  apply: () => nothing
})

const {
  window = nothing, document = nothing, location = nothing, addEventListener = nothing, removeEventListener = nothing,
  Node = nothing, Element = nothing, HTMLElement = nothing, HTMLTemplateElement = nothing,
  IntersectionObserver = nothing, MutationObserver = nothing,
  TextDecoder = nothing, TextEncoder = nothing
} = globalThis

export {
  window, document, location, addEventListener, removeEventListener,
  Node, Element, HTMLElement, HTMLTemplateElement,
  IntersectionObserver, MutationObserver,
  TextDecoder, TextEncoder
}
