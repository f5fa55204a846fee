// Morphing (Turbo 8.0.23): its entry points, and the primitives by which Go
// compares, names, moves and changes nodes; see wasm/morph.

import { ask, content as templateContent, getter, handle, nodes, parentOf, provide, push, putNumbers, text } from "./dom.js"
import { BODY, FRAME, PLAIN } from "./numbers.js"
import { elementEvents, heard } from "./observation.js"
import * as runtime from "./runtime.js"
import { parse, setAttribute } from "./trusted.js"
import { dispatch } from "./values.js"

const { getAttribute, getAttributeNames, hasAttribute, hasAttributes } = Element.prototype
const { contains } = Node.prototype
const isElement = (node) => node.nodeType == 1
const idOf = (node) => isElement(node) ? getAttribute.call(node, "id") : null
// A form's field may be called like these.
const following = getter("nextSibling"), nodeName = getter("nodeName")
const after = (node) => following.call(node), nameOf = (node) => nodeName.call(node)
const content = (node) => node instanceof HTMLTemplateElement ? node.content : node

// A form control that is not as its markup says, and what isEqualNode does not look into.
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

  // Looks for suspects in a tree: whether there are nodes that might be.
  suspect(tree, selector) {
    const found = [...tree.querySelectorAll?.(selector) ?? []]
    if (tree.matches?.(selector)) found.push(tree)
    for (let node of found) if (departs(node)) for (; node && !this.suspects.has(node); node = parentOf(node)) this.suspects.add(node)
    return found.length
  }
}

function synchronize(text, next) {
  if (text.nodeValue != next.nodeValue) text.nodeValue = next.nodeValue
}

const attributeEvent = (element, attributeName, removed) => dispatch(elementEvents[1], element, true, { attributeName, mutationType: removed ? "remove" : "update" })

const number = (map, key) => map.get(key) ?? (map.set(key, map.size + 1), map.size)

// The kinds of elements that Go deals with apart; see morph.Kind.
const kinds = { input: 4, textarea: 8, option: 16, select: 32, head: 64, template: 128, "turbo-frame": 256 }

function kindOf(node, next) {
  if (!isElement(node)) return 0
  return 1 | (hasAttribute.call(node, "data-turbo-permanent") && 2) | (node.namespaceURI == "http://www.w3.org/1999/xhtml" && kinds[node.localName]) | (next?.type == "file" && 512)
}

provide({
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

  // Two runs of siblings, without what is equal at their beginnings and ends.
  morph_rest(book, a, aEnd, b, bEnd, how) {
    const around = how & 1 ? content(nodes[a]) : parentOf(nodes[a])
    let x = how & 1 ? around.firstChild : how & 8 ? after(nodes[a]) : nodes[a], xEnd = how & 1 ? null : nodes[aEnd] ?? null
    let y = how & 2 ? content(nodes[b]).firstChild : how & 8 ? after(nodes[b]) : nodes[b] ?? null, yEnd = how & 2 ? null : nodes[bEnd] ?? null
    book = nodes[book]
    if (how & 4) {
      while (x != xEnd && y != yEnd && book.equal(x, y)) { x = after(x); y = after(y) }
      if (x != xEnd && y != yEnd) {
        let p = xEnd ? xEnd.previousSibling : around.lastChild, q = yEnd ? yEnd.previousSibling : parentOf(y).lastChild
        while (!(p == x && q == y) && book.equal(p, q)) {
          xEnd = p
          yEnd = q
          if (p == x || q == y) break
          p = p.previousSibling
          q = q.previousSibling
        }
      }
    }
    if (x == xEnd && y == yEnd) return 0
    if (x && y && x.nodeType == 3 && y.nodeType == 3 && x.nextSibling == xEnd && y.nextSibling == yEnd) {
      synchronize(x, y)
      return 0
    }
    const first = push(around)
    let n = 0, m = 0, elements = 0, alike = 2, named = 4
    let bare = 16
    const add = (node) => {
      push(node)
      if (book.entries.has(node)) bare = 0
    }
    for (; x != xEnd; x = after(x), n++) add(x)
    for (; y != yEnd; y = after(y), m++) add(y)
    push(xEnd)
    push(yEnd)
    for (let i = 1; n == m && i <= n && alike; i++) {
      const x = nodes[first + i], y = nodes[first + n + i]
      if (nameOf(x) != nameOf(y)) alike = 0
      else if (isElement(x)) {
        const id = idOf(x)
        elements++
        if (id != idOf(y)) alike = 0
        if (!id) named = 0
      }
    }
    putNumbers([first, n, m])
    return 1 | (n == m && alike) | named | (elements < 2) << 3 | bare
  },

  morph_differ(book, first, count, from) {
    while (from < count && nodes[book].equal(nodes[first + from], nodes[first + count + from])) from++
    return from
  },
  morph_equal: (book, a, b) => +nodes[book].equal(nodes[a], nodes[b]),

  morph_kind: (n, next) => kindOf(nodes[n], nodes[next]),
  // The next element of an alike rest, with its kind in the lower ten bits, when the texts before it are made what
  // they become; less than 0 for a node that has strayed.
  morph_step(first, count, from, guarded) {
    for (const around = nodes[first]; ; from++) {
      const at = first + 1 + from, node = from < count ? nodes[at] : nodes[at + count], before = nodes[at - 1]
      if (guarded && from && after(before) != node && parentOf(before) == around) return -from
      if (from == count) return from * 1024
      const kind = kindOf(node, nodes[at + count])
      if (kind) return from * 1024 + kind
      synchronize(node, nodes[at + count])
    }
  },
  morph_text: (a, b) => synchronize(nodes[a], nodes[b]),

  // The next attribute to be changed, by its number; see morph.Page.
  morph_attribute(n, next, at, heard, noValue) {
    n = nodes[n]
    next = nodes[next]
    const spared = (name, removed) => noValue && name == "value" || heard && attributeEvent(n, name, removed).defaultPrevented
    if (at >= 0 && hasAttributes.call(next)) {
      for (const names = getAttributeNames.call(next); at < names.length; at++) {
        const name = names[at]
        if (!spared(name) && getAttribute.call(n, name) != getAttribute.call(next, name)) return at
      }
    }
    if (hasAttributes.call(n)) {
      const names = getAttributeNames.call(n)
      for (let i = at < 0 ? -3 - at : names.length - 1; i >= 0; i--) if (!hasAttribute.call(next, names[i]) && !spared(names[i], true)) return -2 - i
    }
    return -1
  },
  morph_copy(n, next, i) {
    const name = getAttributeNames.call(nodes[next])[i]
    setAttribute(nodes[n], name, getAttribute.call(nodes[next], name))
  },
  // Takes an attribute away. A modal dialog that is no longer open is closed, or the page around it would stay inert.
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
      all.push(isElement(node) ? number(words, nameOf(node)) : -node.nodeType, id == null ? 0 : number(words, id), active.has(node) | (id && hasAttribute.call(node, "data-turbo-permanent")) << 1, entries.get(node) | 0)
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
  morph_event: (type, n, other, removed) => +(type == 1 ? attributeEvent(nodes[n], nodes[other], removed) :
    dispatch(elementEvents[type], nodes[n], !type, { currentElement: nodes[n], newElement: nodes[other] })).defaultPrevented,
  morph_answer(object, at, length, n, next) {
    const answer = nodes[object][text(at, length)](nodes[n], nodes[next])
    return answer ? 2 : +(answer !== false)
  }
})

function move(parent, node, before = null) {
  if (parent.moveBefore) try { return void parent.moveBefore(node, before) } catch { /* not within one document */ }
  parent.insertBefore(node, before)
}

// What holds the nodes that a string stands for. It is parsed as the reference does it, so that the same tree comes out,
// and scripts in it run where they are put in: in a template of another document, or as a document where it looks like one.
function parsed(html) {
  const plain = html.replace(/<svg(\s[^>]*)?>[^]*?<\/svg>/gi, "") // what is called title there is none of a head
  if (!/<\/(html|head|body)>/.test(plain)) return parse(`<body><template>${html}</template></body>`).querySelector("template").content
  const made = parse(html)
  if (!/<\/html>/.test(plain)) return made.documentElement
  made.doctype?.remove() // the page has its own
  return made
}

// New content as a run of siblings: the first, and what is behind the last.
function run(next) {
  if (typeof next == "string") return [parsed(next).firstChild]
  if (next instanceof Document) next = next.documentElement
  if (next && !(next instanceof DocumentFragment)) {
    if (next.parentNode) return [next, next.nextSibling]
    const list = next instanceof Node ? [next] : next
    next = new DocumentFragment()
    next.append(...list)
  }
  return [next?.firstChild]
}

function morph(how, current, next, options) {
  runtime.when(() => {
    const [first, end] = run(next)
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

// What a stream does that asks for a morph.
provide({ morph: (target, children, template) => (children ? morphChildren : morphElements)(nodes[target], templateContent(nodes[template])) })
