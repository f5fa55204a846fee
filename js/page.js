// What is there of a page while the modules load. Where there is none, or one
// of a test's that lacks this or that (Node, jsdom), what is missing is
// something that takes everything and does nothing: the modules load, and the
// runtime never starts. The builder puts these in for the globals they name.

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
