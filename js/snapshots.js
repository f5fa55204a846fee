// Snapshots of pages and of parts of them (Turbo 8.0.23). Go answers what
// takes a decision.

import { headNonces } from "./dom.js"
import { parse } from "./trusted.js"
import { forward, named, world } from "./values.js"

export class Snapshot {
  constructor(element) { this.element = element }

  get activeElement() { return this.element.ownerDocument.activeElement }
  get children() { return [...this.element.children] }
  get isConnected() { return this.element.isConnected }

  getPermanentElementMapForSnapshot(snapshot) {
    const map = {}
    for (const current of this.permanentElements) {
      const next = snapshot.getPermanentElementById(current.id)
      if (next) map[current.id] = [current, next]
    }
    return map
  }
}
forward({ Snapshot })

const types = { SCRIPT: "script", STYLE: "stylesheet" }

// What a head held when it was looked at: equal elements by their source.
export class HeadSnapshot extends Snapshot {
  detailsByOuterHTML = {}

  constructor(element) {
    super(element)
    for (const child of element.children) {
      if (child.localName == "noscript") continue
      if (child.hasAttribute("nonce")) {
        if (!headNonces.has(child)) headNonces.set(child, child.nonce)
        child.setAttribute("nonce", "")
      }
      const details = this.detailsByOuterHTML[child.outerHTML] ??= {
        type: types[child.tagName] ?? (child.matches("link[rel=stylesheet]") ? "stylesheet" : undefined),
        tracked: child.getAttribute("data-turbo-track") == "reload",
        elements: []
      }
      details.elements.push(child)
    }
  }

  get trackedElementSignature() {
    return Object.entries(this.detailsByOuterHTML).map(([html, { tracked }]) => tracked ? html : "").join("")
  }
  get provisionalElements() {
    return Object.values(this.detailsByOuterHTML).flatMap(({ type, tracked, elements }) => type || tracked ? elements.slice(1) : elements)
  }
  getElementsMatchingTypeNotInSnapshot(matchedType, { detailsByOuterHTML }) {
    return Object.entries(this.detailsByOuterHTML).filter(([html, { type }]) => type == matchedType && !(html in detailsByOuterHTML)).map(([, { elements: [element] }]) => element)
  }
  getScriptElementsNotInSnapshot(snapshot) { return this.getElementsMatchingTypeNotInSnapshot("script", snapshot) }
  getStylesheetElementsNotInSnapshot(snapshot) { return this.getElementsMatchingTypeNotInSnapshot("stylesheet", snapshot) }
  findMetaElementByName(name) {
    return Object.values(this.detailsByOuterHTML).map(({ elements: [element] }) => element).findLast((element) => element.localName == "meta" && element.getAttribute("name") == name)
  }
  getMetaValue(name) { return this.findMetaElementByName(name)?.getAttribute("content") ?? null }
}

export class PageSnapshot extends Snapshot {
  static fromHTMLString(html = "") { return this.fromDocument(parse(html)) }
  static fromElement({ ownerDocument }) { return this.fromDocument(ownerDocument) }
  static fromDocument({ documentElement, body, head }) { return new this(documentElement, body, new HeadSnapshot(head)) }

  constructor(documentElement, body, headSnapshot) {
    super(body)
    Object.assign(this, { documentElement, headSnapshot })
  }

  get headElement() { return this.headSnapshot.element }

  // A copy with what the user has chosen and typed, passwords left out.
  clone() {
    const { element } = this
    const copy = world.copied(element)
    const copies = copy.querySelectorAll("select")
    for (const [index, { options }] of element.querySelectorAll("select").entries()) {
      for (const option of options) copies[index].options[option.index].selected = option.selected
    }
    for (const input of copy.querySelectorAll('input[type="password"]')) input.value = ""
    for (const noscript of copy.querySelectorAll("noscript")) noscript.remove()
    const tags = "turbo-stream-source, turbo-cable-stream-source", sources = copy.querySelectorAll(tags)
    for (const [index, { shown }] of element.querySelectorAll(tags).entries()) if (shown?.[1]) sources[index].setAttribute(...shown)
    return new PageSnapshot(this.documentElement, copy, this.headSnapshot)
  }
}
named({ HeadSnapshot })
forward({ PageSnapshot })
