// Morphing (Turbo 8.0.23): the page becomes the new content and keeps what it
// can of its nodes. Equal subtrees are found natively; which node becomes which
// is decided in Go, window by window. Somebody who listens to the events of
// elements sees them all, and the reference's pairs; otherwise fewer nodes move.

import { enter, fragment, numbers, offerNumbers, provide } from "./dom.js"
import { isWatched } from "./observation.js"
import { runtime } from "./runtime.js"
import { dispatch } from "./values.js"

const MOVED = -3 // the fate of an old node that moves: this and less; see wasm/morph
const DEEPEST = 2000

const permanent = (node) => node.hasAttribute?.("data-turbo-permanent")
const idOf = (node) => node.getAttribute?.("id") || ""
const content = (node) => node instanceof HTMLTemplateElement ? node.content : node
const isText = (element) => element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement

// A form control that is not as its markup says, and what isEqualNode does not look into.
const alive = "input,textarea,option,template,turbo-frame[refresh=morph]"
const departs = (element) => {
  switch (element.localName) {
    case "input": return element.value != element.defaultValue || element.checked != element.defaultChecked
    case "textarea": return element.value != element.defaultValue
    case "option": return element.selected != element.defaultSelected
  }
  return true
}

function place(parent, node, before) {
  if (parent.moveBefore) try { return parent.moveBefore(node, before) } catch { /* not within one document */ }
  parent.insertBefore(node, before)
}

class Morph {
  alive = new Set() // nodes that isEqualNode cannot judge, and those around them
  left = new Map() // ids that nodes keep in the books though their elements have left
  inert = 0 // how many templates deep the walk is
  windows = [] // those under way, the innermost last
  #persistent

  constructor(root, next, { morphStyle = "outerHTML", restoreFocus = true, ignoreActive, ignoreActiveValue, head, callbacks = {} } = {}) {
    if (morphStyle != "outerHTML" && morphStyle != "innerHTML") throw new Error(`turbo: "${morphStyle}" is no way to morph, only "innerHTML" and "outerHTML" are`)
    Object.assign(this, { root, next, inner: morphStyle == "innerHTML", restoreFocus, ignoreActive, ignoreActiveValue, head, before: callbacks.beforeNodeMorphed })
    this.watched = isWatched()
    this.skips = !this.watched && (!callbacks.beforeNodeMorphed || callbacks.framesOnly)
    this.active = new Set()
    for (let node = document.activeElement; node; node = node.parentElement) {
      this.active.add(node)
      if (node == root) break
    }
    if (this.skips) for (const tree of [root, ...next]) {
      for (const element of tree.querySelectorAll?.(alive) ?? []) this.live(element)
      if (tree.matches?.(alive)) this.live(tree)
    }
  }

  live(element) {
    if (departs(element)) for (let node = element; node && !this.alive.has(node); node = node.parentNode) this.alive.add(node)
  }

  run() {
    const { root } = this, { activeElement } = document
    const focused = this.restoreFocus && isText(activeElement) && { id: activeElement.id, from: activeElement.selectionStart, to: activeElement.selectionEnd }
    try {
      if (this.inner) this.children(content(root), this.next, content(root).firstChild, null, 0)
      else {
        if (!root.parentNode) new DocumentFragment().append(root)
        this.children(root.parentNode, this.next, root, root.nextSibling, 0)
      }
    } finally {
      if (focused) this.focus(activeElement, focused)
      this.pantry?.remove()
    }
  }

  focus(element, { id, from, to }) {
    if (id && idOf(document.activeElement ?? document) != id) {
      element = this.root.querySelector(`[id="${CSS.escape(id)}"]`)
      element?.focus()
    }
    if (element && !element.selectionEnd && to) element.setSelectionRange(from, to)
  }

  // The ids that occur once on each side, on elements of one name, by their element in the page.
  get persistent() {
    if (this.#persistent) return this.#persistent
    const count = (trees) => {
      const found = new Map()
      for (const tree of trees) {
        for (const element of [...(tree.matches?.("[id]") ? [tree] : []), ...tree.querySelectorAll?.("[id]") ?? []]) {
          const id = idOf(element)
          if (id) found.set(id, found.has(id) ? null : element)
        }
      }
      return found
    }
    const next = count(this.next)
    this.#persistent = new Map()
    for (const [id, element] of count([this.root])) {
      if (element && next.get(id)?.tagName == element.tagName) this.#persistent.set(id, element)
    }
    return this.#persistent
  }

  // The persistent ids of a node and below it.
  ids(node) {
    const { persistent } = this
    const ids = [...this.left.get(node) ?? []]
    if (this.inert || !persistent.size || !node.querySelectorAll) return ids
    if (persistent.has(idOf(node))) ids.push(idOf(node))
    if (node.firstChild) for (const element of node.querySelectorAll("[id]")) if (persistent.has(idOf(element))) ids.push(idOf(element))
    return ids
  }

  equal(a, b) { return !this.alive.has(a) && !this.alive.has(b) && a.isEqualNode(b) }

  // Makes the nodes of parent from first up to end the given ones.
  children(parent, next, first, end, depth) {
    let from = 0, to = next.length
    // A chain of only children is not compared at each of its depths. Options choose among each other as they come.
    if (this.skips && !parent.closest?.("select") && (to > 1 || (depth & depth - 1) == 0)) {
      while (first != end && from < to && this.equal(first, next[from])) { first = first.nextSibling; from++ }
      while (first != end && from < to) {
        const last = end ? end.previousSibling : parent.lastChild
        if (!this.equal(last, next[to - 1])) break
        end = last
        to--
      }
    }
    if (first == end && from == to) return
    const old = []
    for (let node = first; node != end; node = node.nextSibling) old.push(node)
    if (from || to < next.length) next = [...next].slice(from, to)
    if (old.length && next.length && !this.inStep(old, next)) return this.match(parent, old, next, end, depth)
    for (let i = 0; i < next.length; i++) {
      if (i < old.length) this.pair(old[i], next[i], depth)
      else this.make(parent, next[i], end, depth)
    }
    for (const node of old.slice(next.length)) this.remove(node)
  }

  // Whether the nodes become each other one by one, whatever the rules.
  inStep(old, next) {
    if (old.length != next.length) return false
    for (const [i, node] of old.entries()) {
      const other = next[i]
      if (node.nodeName != other.nodeName || idOf(node) != idOf(other)) return false
      if (node.nodeType == 1 && !this.inert && this.persistent.size && !this.persistent.has(idOf(node))) return false
    }
    return true
  }

  // Makes a window of nodes become another as Go decides.
  match(parent, old, next, end, depth) {
    const labels = new Map()
    const number = (map, key) => map.get(key) ?? (map.set(key, map.size + 1), map.size)
    const all = [old.length, next.length]
    const names = new Map()
    const describe = (node) => {
      const ids = this.ids(node), id = idOf(node)
      all.push(node.nodeType == 1 ? number(labels, node.nodeName) : -node.nodeType, id && number(names, id), +this.active.has(node), ids.length)
      for (const id of ids) all.push(number(names, id))
    }
    for (const node of old) describe(node)
    for (const node of next) describe(node)
    offerNumbers(all)
    const window = { number: enter("morph_open", null, all.length), old: new Map(old.map((node, k) => [node, k])), names, stale: false }
    this.windows.push(window)
    try {
      this.follow(window, parent, old, next, end, depth)
    } finally {
      this.windows.pop()
      enter("morph_close", null, window.number)
    }
  }

  follow(window, parent, old, next, end, depth) {
    let from = 0, at = 0, spot = 0, fates
    const plan = () => {
      const count = enter("morph_plan", null, window.number, from, at, +this.watched)
      if (count) fates = numbers(count)
    }
    plan()
    const done = new Set() // old nodes that have become one, or stay against our will
    const waiting = new Set() // old nodes that will move
    for (const fate of fates) if (fate <= MOVED) waiting.add(old[MOVED - fate])
    const here = (node) => node.parentNode == parent
    const pass = (upTo) => {
      for (; at < upTo; at++) {
        if (!here(old[at]) || done.has(old[at]) || waiting.has(old[at])) continue
        this.remove(old[at])
        done.add(old[at])
      }
    }
    // Where the next node goes: before the next old one that keeps its place.
    const before = () => {
      for (spot = Math.max(spot, at); spot < old.length && (!here(old[spot]) || done.has(old[spot]) || waiting.has(old[spot])); spot++);
      return old[spot] ?? (end?.parentNode == parent ? end : null)
    }
    for (; from < next.length; from++) {
      if (window.stale) {
        window.stale = false
        plan()
      }
      const node = next[from], fate = fates[from]
      const known = fate >= 0 ? old[fate] : fate <= MOVED ? old[MOVED - fate] : undefined
      if (known && here(known)) {
        if (fate >= 0) {
          pass(fate)
          at = fate + 1
        }
        waiting.delete(known)
        done.add(known)
        if (fate < 0) place(parent, known, before())
        this.pair(known, node, depth)
      } else {
        const made = this.make(parent, node, before(), depth, window)
        if (made) done.add(made)
      }
    }
    waiting.clear()
    at = 0
    pass(old.length)
  }

  make(parent, next, before, depth, planned) {
    return !this.inert && this.persistent.has(idOf(next)) ? this.fetch(parent, next, before, depth, planned) : this.create(parent, next, before, depth)
  }

  // Brings the element with a persistent id from where it is.
  fetch(parent, next, before, depth, planned) {
    const id = idOf(next), element = this.persistent.get(id)
    if (element.contains(parent)) return this.create(parent, next, before, depth, true)
    this.lose(element, id, planned)
    place(parent, element, before)
    this.pair(element, next, depth)
    return element
  }

  // Windows around an element that leaves its place know, and decide anew where they did not plan it. In the
  // reference's books its old ancestors keep the ids that are below it.
  lose(element, id, planned) {
    const below = this.ids(element).filter((other) => other != id)
    for (let node = element; node && node != this.root.parentNode; node = node.parentNode) {
      for (const window of this.windows) {
        if (!window.old.has(node)) continue
        if (window != planned) window.stale = true
        if (window.names.has(id)) enter("morph_lose", null, window.number, window.old.get(node), window.names.get(id))
      }
      if (node != element) {
        this.left.get(node)?.delete(id)
        if (below.length) this.left.set(node, new Set([...this.left.get(node) ?? [], ...below]))
      }
    }
  }

  create(parent, next, before, depth, whole) {
    if (idOf(next) && permanent(next) && document.getElementById(idOf(next))) return
    if (!whole && next.nodeType == 1 && this.ids(next).length) {
      const element = next.namespaceURI == "http://www.w3.org/1999/xhtml" ? document.createElement(next.localName) : document.createElementNS(next.namespaceURI, next.localName)
      parent.insertBefore(element, before)
      this.pair(element, next, depth)
      return element
    }
    const copy = document.importNode(next, true)
    parent.insertBefore(copy, before)
    return copy
  }

  // Takes a node away; what holds persistent ids waits for its turn.
  remove(node) {
    if (this.ids(node).length) {
      if (!this.pantry) {
        this.pantry = document.createElement("div")
        this.pantry.hidden = true
        document.body.after(this.pantry)
      }
      place(this.pantry, node, null)
    } else if (this.may(node)) node.remove()
  }

  may(node, next) {
    if (node.nodeType != 1) return true
    if (permanent(node) || this.before?.(node, next) === false) return false
    return !this.watched || !dispatch("turbo:before-morph-element", node, true, { currentElement: node, newElement: next }).defaultPrevented
  }

  pair(node, next, depth) {
    if (this.ignoreActive && node == document.activeElement || !this.may(node, next)) return
    if (node.nodeType != 1) {
      if (node.nodeValue != next.nodeValue) node.nodeValue = next.nodeValue
      return
    }
    if (node.localName == "head" && this.head?.ignore) { /* as it is */ } else if (node.localName == "head" && this.head?.style != "morph") this.heads(node, next)
    else {
      this.attributes(node, next)
      if (!this.ignoresValue(node)) {
        const inside = content(node)
        // What lies in a template is nobody else's.
        this.inert += inside != node
        if (depth < DEEPEST) this.children(inside, content(next).childNodes, inside.firstChild, null, depth + 1)
        else {
          console.warn(`turbo: elements are nested more than ${DEEPEST} deep; below, they are replaced instead of morphed.`, node)
          inside.replaceChildren(...[...content(next).childNodes].map((child) => document.importNode(child, true)))
        }
        this.inert -= inside != node
      }
    }
    if (this.watched) dispatch("turbo:morph-element", node, false, { currentElement: node, newElement: next })
  }

  ignoresValue(node) { return this.ignoreActiveValue && node == document.activeElement && node != document.body }

  mayChange(node, attributeName, mutationType) {
    if (attributeName == "value" && this.ignoresValue(node)) return false
    return !this.watched || !dispatch("turbo:before-morph-attribute", node, true, { attributeName, mutationType }).defaultPrevented
  }

  attributes(node, next) {
    for (const { name, value } of next.attributes) {
      if (this.mayChange(node, name, "update") && node.getAttribute(name) != value) node.setAttribute(name, value)
    }
    for (let i = node.attributes.length; i-- > 0;) {
      const name = node.attributes[i]?.name
      if (name && !next.hasAttribute(name) && this.mayChange(node, name, "remove")) node.removeAttribute(name)
    }
    if (!this.ignoresValue(node)) this.control(node, next)
  }

  // What the user chose and typed becomes what the new content says.
  control(node, next) {
    if (node instanceof HTMLInputElement && next instanceof HTMLInputElement && next.type != "file") {
      const { value } = next, before = node.value
      this.flag(node, next, "checked")
      this.flag(node, next, "disabled")
      if (!next.hasAttribute("value")) {
        if (!this.mayChange(node, "value", "remove")) return
        if (node.value != "" || node.hasAttribute("value")) node.value = ""
        node.removeAttribute("value")
      } else if (before != value && this.mayChange(node, "value", "update")) {
        node.setAttribute("value", value)
        node.value = value
      }
    } else if (node instanceof HTMLOptionElement && next instanceof HTMLOptionElement) this.flag(node, next, "selected")
    else if (node instanceof HTMLTextAreaElement && next instanceof HTMLTextAreaElement) {
      const { value } = next
      if (!this.mayChange(node, "value", "update")) return
      if (node.value != value) node.value = value
      if (node.firstChild && node.firstChild.nodeValue != value) node.firstChild.nodeValue = value
    }
  }

  flag(node, next, name) {
    if (node[name] == next[name]) return
    const update = this.mayChange(node, name, "update")
    if (update) node[name] = next[name]
    if (next[name]) update && node.setAttribute(name, "")
    else if (this.mayChange(node, name, "remove")) node.removeAttribute(name)
  }

  // Heads are merged by the source of their elements.
  heads(node, next) {
    const { style = "merge", shouldPreserve = (element) => element.getAttribute("im-preserve") == "true", shouldReAppend = (element) => element.getAttribute("im-re-append") == "true" } = this.head ?? {}
    const coming = new Map([...next.children].map((element) => [element.outerHTML, element]))
    const leaving = []
    for (const element of node.children) {
      const again = shouldReAppend(element), stays = coming.has(element.outerHTML) || shouldPreserve(element)
      if (stays && !again) coming.delete(element.outerHTML)
      else if (stays || style != "append" && this.head?.shouldRemove?.(element) !== false) leaving.push(element)
      if (stays && again) coming.set(element.outerHTML, element)
      else if (again && style == "append") { leaving.push(element); coming.set(element.outerHTML, element) }
    }
    for (const element of coming.values()) {
      const made = document.createRange().createContextualFragment(element.outerHTML).firstChild
      if (!(made.id && permanent(made) && document.getElementById(made.id))) node.append(made)
    }
    for (const element of leaving) if (this.may(element)) element.remove()
  }
}

// The nodes that new content is made of.
function nodesOf(next) {
  if (typeof next == "string") next = /<(html|head|body)[\s>]/i.test(next) ? new DOMParser().parseFromString(next, "text/html").documentElement : fragment(next)
  if (next == null) return []
  if (next instanceof Document) next = next.documentElement
  if (next instanceof DocumentFragment) return [...next.childNodes]
  return next instanceof Node ? [next] : [...next]
}

export function morphElements(current, next, options) {
  runtime.when(() => new Morph(current, nodesOf(next), options).run())
}

export function morphChildren(current, next, options) { morphElements(current, next.childNodes, { ...options, morphStyle: "innerHTML" }) }

// A frame that can load by itself, loads itself again instead.
function reloads(frame, next) {
  return frame.localName == "turbo-frame" && frame.shouldReloadWithMorph && !frame.closest("[data-turbo-permanent]") &&
    (!next || next.localName == "turbo-frame" && next.id == frame.id && (!next.getAttribute("src") || new URL(next.src, document.baseURI).href == new URL(frame.src, document.baseURI).href))
}

// Leaves the frames alone that reload, where the next of their kind around them is outer.
const reloading = (outer) => ({
  framesOnly: true,
  beforeNodeMorphed(node, next) {
    if (!reloads(node, next) || node.parentElement?.closest("turbo-frame[src][refresh=morph]") != outer) return true
    node.reload()
    return false
  }
})

export function morphBodyElements(currentElement, newElement) {
  morphElements(currentElement, newElement, { callbacks: reloading() })
  dispatch("turbo:morph", null, false, { currentElement, newElement })
}

export function morphTurboFrameElements(currentElement, newElement) {
  dispatch("turbo:before-frame-morph", currentElement, false, { currentElement, newElement })
  morphChildren(currentElement, newElement, { callbacks: reloading(currentElement) })
}

provide({ morph: (target, where, content) => where == 6 ? morphElements(target, content) : morphChildren(target, content) })
