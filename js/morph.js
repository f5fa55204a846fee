// Morphing (Turbo 8.0.23): its entry points, and the primitives by which Go
// compares, names, moves and changes nodes; see wasm/morph.

import { ask, content as templateContent, getter, handle, nodes, parentOf, provide, push, putNumbers, text, value } from "./dom.js"
import {
  ALIKE, BARE, BEFORE_ATTRIBUTE, BEFORE_ELEMENT, BEHIND, BODY, FALSE, FALSY, FRAME, INSIDE_NEW, INSIDE_OLD, IS_ELEMENT, IS_FILE, IS_FRAME, IS_HEAD, IS_INPUT,
  IS_OPTION, IS_PERMANENT, IS_SELECT, IS_STRAYED, IS_TEMPLATE, IS_TEXTAREA, LEFT, NAMED, PLAIN, SINGLE, STEP_SIZE, TRIM, TRUTHY
} from "./numbers.js"
import { heard } from "./observation.js"
import * as runtime from "./runtime.js"
import { touch } from "./settled.js"
import { parse, setAttribute } from "./trusted.js"
import { dispatch } from "./values.js"

const { getAttribute, getAttributeNames, hasAttribute, hasAttributes } = Element.prototype
const { contains } = Node.prototype
const isElement = (node) => node.nodeType == 1
const idOf = (node) => isElement(node) ? getAttribute.call(node, "id") : null
// A form's field may have a name like these.
const following = getter("nextSibling"), nodeName = getter("nodeName")
const after = (node) => following.call(node), nameOf = (node) => nodeName.call(node)
const content = (node) => node instanceof HTMLTemplateElement ? node.content : node

// Whether equal markup leaves something to compare: a form control is not as its markup says, or isEqualNode does not look
// into the element.
const departs = (element) => {
  switch (element.localName) {
    case "input": return element.value != element.defaultValue || element.checked != element.defaultChecked
    case "textarea": return element.value != element.defaultValue
    case "option": return element.selected != element.defaultSelected
  }
  return true
}

// What is known of the nodes of one morph.
class Book {
  words = new Map([["", 1]]) // numbers of names and ids
  entries = new Map() // numbers of nodes that have persistent ids on them or below
  elements = [] // with persistent ids, by the numbers of these
  active = new Set() // the element with the focus, and those around it
  suspects = new Set() // nodes that isEqualNode cannot judge, and those around them

  equal(a, b) { return a.isEqualNode(b) && !(this.suspects.size && (this.suspects.has(a) || this.suspects.has(b))) }

  // Whether nodes that were pushed one after another have entries.
  entered(at, count) {
    if (this.entries.size) for (const end = at + count; at < end; at++) if (this.entries.has(nodes[at])) return true
    return false
  }

  // Looks for suspects in a tree, among the elements that match a selector. Returns how many elements match.
  suspect(tree, selector) {
    const found = [...tree.querySelectorAll?.(selector) ?? []]
    if (tree.matches?.(selector)) found.push(tree)
    for (let node of found) if (departs(node)) for (; node && !this.suspects.has(node); node = parentOf(node)) this.suspects.add(node)
    return found.length
  }
}

// A run of siblings below a parent: its first node, and the end, which is the node behind its last one or null.
class Run {
  constructor(parent, first, end) {
    this.parent = parent
    this.first = first
    this.end = end
  }

  static inside(node) {
    const parent = content(node)
    return new Run(parent, parent.firstChild, null)
  }
  static from(node, end = null) { return new Run(node && parentOf(node), node ?? null, end) }
  static behind(node, end = null) { return new Run(parentOf(node), after(node), end) }

  get empty() { return this.first == this.end }
  get last() { return this.end ? this.end.previousSibling : this.parent.lastChild }
  get isText() { return this.first?.nodeType == 3 && this.first.nextSibling == this.end }

  // Pushes the nodes and returns how many they are.
  push() {
    let count = 0
    for (let node = this.first; node != this.end; node = after(node), count++) push(node)
    return count
  }
}

// Takes what is equal off the beginnings and the ends of two runs.
function trim(book, old, next) {
  while (!old.empty && !next.empty && book.equal(old.first, next.first)) {
    old.first = after(old.first)
    next.first = after(next.first)
  }
  while (!old.empty && !next.empty) {
    const a = old.last, b = next.last
    if (a == old.first && b == next.first || !book.equal(a, b)) return
    old.end = a
    next.end = b
  }
}

// Whether the pairs of two runs that were pushed have the same names and ids, and what else is known of them then.
function likeness(first, count) {
  let named = NAMED, elements = 0
  for (let at = first; at < first + count; at++) {
    const node = nodes[at], next = nodes[at + count]
    if (nameOf(node) != nameOf(next)) return 0
    if (!isElement(node)) continue
    const id = idOf(node)
    if (id != idOf(next)) return 0
    if (!id) named = 0
    elements++
  }
  return ALIKE | named | (elements < 2 && SINGLE)
}

function synchronize(text, next) {
  if (text.nodeValue != next.nodeValue) text.nodeValue = next.nodeValue
}

const attributeEvent = (element, attributeName, removed) => dispatch("turbo:before-morph-attribute", element, true, { attributeName, mutationType: removed ? "remove" : "update" })

const number = (map, key) => map.get(key) ?? (map.set(key, map.size + 1), map.size)

// The elements that Go deals with apart.
const kinds = { input: IS_INPUT, textarea: IS_TEXTAREA, option: IS_OPTION, select: IS_SELECT, head: IS_HEAD, template: IS_TEMPLATE, "turbo-frame": IS_FRAME }

function kindOf(node, next) {
  if (!isElement(node)) return 0
  return IS_ELEMENT | (hasAttribute.call(node, "data-turbo-permanent") && IS_PERMANENT) | (node.namespaceURI == "http://www.w3.org/1999/xhtml" && kinds[node.localName]) | (next?.type == "file" && IS_FILE)
}

provide({
  // A book of a morph that makes a root, or what is in it, become a run of siblings.
  morph_begin(root, next, end, at, length) {
    const book = new Book()
    for (let node = document.activeElement; node; node = node.parentElement) {
      book.active.add(node)
      if (node == nodes[root]) break
    }
    for (const selector of length ? text(at, length).split(",") : []) {
      if (book.suspect(nodes[root], selector)) for (let tree = nodes[next]; tree != nodes[end]; tree = after(tree)) book.suspect(tree, selector)
    }
    return push(book)
  },
  morph_end: (book) => nodes[book].pantry?.remove(),

  // What is left of two runs of siblings is pushed behind their parent, and then their ends. Here and not in Go, for this
  // compares nodes all the time.
  morph_rest(book, a, aEnd, b, bEnd, how) {
    book = nodes[book]
    const run = how & BEHIND ? Run.behind : Run.from
    const old = how & INSIDE_OLD ? Run.inside(nodes[a]) : run(nodes[a], nodes[aEnd])
    const next = how & INSIDE_NEW ? Run.inside(nodes[b]) : run(nodes[b], nodes[bEnd])
    if (how & TRIM) trim(book, old, next)
    if (old.empty && next.empty) return 0
    if (old.isText && next.isText) {
      synchronize(old.first, next.first)
      return 0
    }
    const first = push(old.parent), count = old.push(), nextCount = next.push()
    push(old.end)
    push(next.end)
    putNumbers([first, count, nextCount])
    return LEFT | (!book.entered(first + 1, count + nextCount) && BARE) | (count == nextCount && likeness(first + 1, count))
  },

  morph_differ(book, first, count, from) {
    while (from < count && nodes[book].equal(nodes[first + from], nodes[first + count + from])) from++
    return from
  },
  morph_equal: (book, a, b) => +nodes[book].equal(nodes[a], nodes[b]),

  morph_kind: (n, next) => kindOf(nodes[n], nodes[next]),
  // Makes texts of an alike rest become each other up to the next element, and returns its place and kind; or where a node
  // has strayed, if that is guarded against.
  morph_step(first, count, from, guarded) {
    for (const around = nodes[first]; ; from++) {
      const at = first + 1 + from, node = from < count ? nodes[at] : nodes[at + count], before = nodes[at - 1]
      if (guarded && from && after(before) != node && parentOf(before) == around) return (from - 1) * STEP_SIZE + IS_STRAYED
      if (from == count) return from * STEP_SIZE
      const kind = kindOf(node, nodes[at + count])
      if (kind) return from * STEP_SIZE + kind
      synchronize(node, nodes[at + count])
    }
  },
  morph_text: (a, b) => synchronize(nodes[a], nodes[b]),

  // The next attribute to be changed, see morph.Page: twice its number, and one more where it is to be dropped; -1 for none.
  // Here and not in Go, for hardly any of all the attributes changes.
  morph_attribute(n, next, at, dropping, heard, noValue) {
    n = nodes[n]
    next = nodes[next]
    const spared = (name, removed) => noValue && name == "value" || heard && attributeEvent(n, name, removed).defaultPrevented
    if (!dropping && hasAttributes.call(next)) {
      for (const names = getAttributeNames.call(next); at < names.length; at++) {
        const name = names[at]
        if (!spared(name) && getAttribute.call(n, name) != getAttribute.call(next, name)) return at * 2
      }
    }
    if (hasAttributes.call(n)) {
      const names = getAttributeNames.call(n)
      for (let i = (dropping ? at : names.length) - 1; i >= 0; i--) if (!hasAttribute.call(next, names[i]) && !spared(names[i], true)) return i * 2 + 1
    }
    return -1
  },
  morph_copy(n, next, i) {
    const name = getAttributeNames.call(nodes[next])[i]
    setAttribute(nodes[n], name, getAttribute.call(nodes[next], name))
  },
  // A modal dialog that is no longer open is closed, or the page around it would stay inert.
  morph_drop(n, i) {
    n = nodes[n]
    const name = getAttributeNames.call(n)[i]
    if (name == "open" && n instanceof HTMLDialogElement && n.matches(":modal")) n.close()
    n.removeAttribute(name)
  },

  // What matching needs to know of nodes.
  morph_describe(book, from, count) {
    const { words, entries, active } = nodes[book], all = []
    for (let i = from; i < from + count; i++) {
      const node = nodes[i], id = idOf(node)
      all.push(isElement(node) ? number(words, nameOf(node)) : -node.nodeType, id == null ? 0 : number(words, id), +active.has(node), +!!(id && hasAttribute.call(node, "data-turbo-permanent")), entries.get(node) | 0)
    }
    putNumbers(all)
  },
  // Numbers of the sources of elements.
  morph_contents(first, count) {
    const sources = new Map()
    putNumbers(nodes.slice(first, first + count).map((node) => isElement(node) ? number(sources, node.outerHTML) : 0))
  },
  morph_known(root, first, count) {
    const known = (element) => document.getElementById(idOf(element))
    return +(!nodes[root].isConnected || nodes.slice(first, first + count).some((node) => known(node) || [...node.querySelectorAll?.("[id]") ?? []].some(known)))
  },
  // The elements that have ids in a run of trees, or in one alone.
  morph_identify(book, tree, end, alone) {
    const { words } = nodes[book], all = []
    const add = (element) => { if (idOf(element) != null) all.push(number(words, idOf(element)), number(words, nameOf(element)), push(element)) }
    for (tree = nodes[tree]; tree && tree != nodes[end]; tree = !alone && after(tree)) {
      if (!alone || idOf(tree)) add(tree) // an empty id of the root itself counts for nothing
      for (const element of tree.querySelectorAll?.("[id]") ?? []) add(element)
    }
    return putNumbers(all)
  },
  // Enters an element and what is around it below a node; those of the page are known by their ids.
  morph_enter(book, n, id, below) {
    const { entries, elements } = nodes[book], all = []
    if (id) elements[id] = nodes[n]
    for (let node = nodes[n], known; !known && node && node != nodes[below]; node = parentOf(node)) {
      known = entries.has(node)
      all.push(number(entries, node))
    }
    return putNumbers(all)
  },
  // The entries of an element and of what is around it.
  morph_entries(book, n) {
    const all = []
    for (let node = nodes[n]; node; node = parentOf(node)) all.push(nodes[book].entries.get(node) | 0)
    return putNumbers(all)
  },
  morph_outside(book, id, n) {
    const element = nodes[book].elements[id]
    return !contains.call(element, nodes[n]) && push(element)
  },

  morph_inside: (parent, n) => +(nodes[n] != null && parentOf(nodes[n]) == nodes[parent]),
  morph_follows: (n, next) => +(after(nodes[n]) == nodes[next]),
  morph_move: (parent, n, before) => move(nodes[parent], nodes[n], nodes[before]),
  morph_import(parent, first, count, before) {
    for (; count--; first++) nodes[parent].insertBefore(document.importNode(nodes[first], true), nodes[before] ?? null)
  },
  morph_make: (parent, like, before) => handle(nodes[parent].insertBefore(document.createElementNS(nodes[like].namespaceURI, nodes[like].localName), nodes[before] ?? null)),
  // Keeps a node out of sight until it is asked for, or the end.
  morph_store(book, n) {
    book = nodes[book]
    if (!book.pantry) {
      book.pantry = document.createElement("div")
      book.pantry.hidden = true
      document.body.after(book.pantry)
    }
    move(book.pantry, nodes[n])
  },
  morph_refill(a, b) { content(nodes[a]).replaceChildren(document.importNode(content(nodes[b]).cloneNode(true), true)) },

  morph_heard: heard,
  // Whether the default of an event was prevented.
  morph_event(event, n, other, removed) {
    const element = nodes[n], target = value(other)
    const { defaultPrevented } = event == BEFORE_ATTRIBUTE ? attributeEvent(element, target, removed) :
      dispatch(event == BEFORE_ELEMENT ? "turbo:before-morph-element" : "turbo:morph-element", element, event == BEFORE_ELEMENT, { currentElement: element, newElement: target })
    return +defaultPrevented
  },
  morph_answer(object, at, length, n, next) {
    const answer = nodes[object][text(at, length)](nodes[n], nodes[next])
    return answer ? TRUTHY : answer === false ? FALSE : FALSY
  }
})

function move(parent, node, before = null) {
  if (parent.moveBefore) try { return void parent.moveBefore(node, before) } catch { /* not within one document */ }
  parent.insertBefore(node, before)
}

// What holds the nodes that a string stands for. It is parsed as the reference does it, in a template of another document,
// or as a document if it looks like one: so the same tree comes out, and scripts in it run once they are inserted.
function parsed(html) {
  const plain = html.replace(/<svg(\s[^>]*)?>[^]*?<\/svg>/gi, "") // where a title is not one of a head
  if (!/<\/(html|head|body)>/.test(plain)) return parse(`<body><template>${html}</template></body>`).querySelector("template").content
  const made = parse(html)
  if (!/<\/html>/.test(plain)) return made.documentElement
  made.doctype?.remove() // the page has its own
  return made
}

// The first of the siblings that new content consists of, and what is behind the last.
function siblings(next, options) {
  if (typeof next == "string") return [parsed(next).firstChild]
  if (next instanceof Document) next = next.documentElement
  if (next?.parentNode) return [next, next.nextSibling]
  // What is given is moved, as the reference does it: into the page's document, if something may look.
  const made = (heard() || options?.callbacks ? document : next?.ownerDocument ?? document).createDocumentFragment()
  if (next) made.append(...next instanceof Node ? [next] : next)
  return [made.firstChild]
}

function morph(how, current, next, options) {
  runtime.when(() => {
    touch()
    const [first, end] = siblings(next, options)
    ask(current instanceof Document ? current.documentElement : current, how, first, end, options)
  })
}

export const morphElements = (current, next, options) => morph(PLAIN, current, next, options)
export const morphChildren = (current, next, options) => morphElements(current, next.childNodes, { ...options, morphStyle: "innerHTML" })

export function morphBodyElements(currentElement, newElement) {
  morph(BODY, currentElement, newElement)
  dispatch("turbo:morph", null, false, { currentElement, newElement })
}

export function morphTurboFrameElements(currentElement, newElement) {
  dispatch("turbo:before-frame-morph", currentElement, false, { currentElement, newElement })
  morph(FRAME, currentElement, newElement.childNodes)
}

// A stream that asks for a morph.
provide({ morph: (target, children, template) => (children ? morphChildren : morphElements)(nodes[target], templateContent(nodes[template])) })
