// The templates of streams that a batch makes. Such a template gets its content
// from the message that it came in, and only once somebody looks at it, which
// hardly ever happens.

import { fragment } from "./dom.js"

const template = HTMLTemplateElement.prototype
const lazy = Object.create(template)
const origins = new WeakMap() // by template: the message's source, and which of its streams

// What shows the content of a template, or of an element around it.
export const revealing = ["innerHTML", "outerHTML", "cloneNode", "getHTML"]

export const isLazy = (element) => Object.getPrototypeOf(element) == lazy

// Makes a template that of the next stream of a source.
export function makeLazy(element, source) {
  origins.set(element, { source, index: source.count++ })
  Object.setPrototypeOf(element, lazy)
}

export function fill(element) {
  if (!isLazy(element)) return
  Object.setPrototypeOf(element, template)
  const { source, index } = origins.get(element)
  source.content ??= fragment(source.message)
  const own = source.content.children[index].firstElementChild
  if (own) element.content.append(own.content)
}

for (const name of ["content", ...revealing]) {
  Object.defineProperty(lazy, name, {
    get() {
      fill(this)
      return this[name]
    },
    set(value) {
      fill(this)
      this[name] = value
    }
  })
}
