// What renders pages, errors and frames, as applications see and change it
// (Turbo 8.0.23). Go renders by way of these methods.

import { morphBodyElements, morphTurboFrameElements } from "./morph.js"
import { Snapshot } from "./snapshots.js"
import { forward, named, world } from "./values.js"

class Renderer {
  static renderElement() {}

  constructor(currentSnapshot, newSnapshot, isPreview, willRender = true) {
    Object.assign(this, { currentSnapshot, newSnapshot, isPreview, willRender, renderElement: this.constructor.renderElement })
    this.promise = new Promise((resolve, reject) => this.resolvingFunctions = { resolve, reject })
  }

  get shouldRender() { return true }
  get shouldAutofocus() { return true }
  get reloadReason() {}
  get renderMethod() { return "replace" }
  get currentElement() { return this.currentSnapshot.element }
  get newElement() { return this.newSnapshot.element }
  get connectedSnapshot() { return this.newSnapshot.isConnected ? this.newSnapshot : this.currentSnapshot }
  get permanentElementMap() { return this.currentSnapshot.getPermanentElementMapForSnapshot(this.newSnapshot) }
}
forward({ Renderer })

export class PageRenderer extends Renderer {
  static renderElement(current, next) {
    if (document.body && next instanceof HTMLBodyElement) document.body.replaceWith(next)
    else document.documentElement.appendChild(next)
  }

  get shouldRender() { return this.newSnapshot.isVisitable && this.trackedElementsAreIdentical }
  get reloadReason() {
    if (!this.newSnapshot.isVisitable) return { reason: "turbo_visit_control_is_reload" }
    if (!this.trackedElementsAreIdentical) return { reason: "tracked_element_mismatch" }
  }
  get trackedElementsAreIdentical() { return this.currentHeadSnapshot.trackedElementSignature == this.newHeadSnapshot.trackedElementSignature }
  get currentHeadSnapshot() { return this.currentSnapshot.headSnapshot }
  get newHeadSnapshot() { return this.newSnapshot.headSnapshot }
  get unusedDynamicStylesheetElements() { return this.oldHeadStylesheetElements.filter((element) => element.getAttribute("data-turbo-track") == "dynamic") }
  get oldHeadStylesheetElements() { return this.currentHeadSnapshot.getStylesheetElementsNotInSnapshot(this.newHeadSnapshot) }
  get newHeadStylesheetElements() { return this.newHeadSnapshot.getStylesheetElementsNotInSnapshot(this.currentHeadSnapshot) }
  get newHeadScriptElements() { return this.newHeadSnapshot.getScriptElementsNotInSnapshot(this.currentHeadSnapshot) }
  get currentHeadProvisionalElements() { return this.currentHeadSnapshot.provisionalElements }
  get newHeadProvisionalElements() { return this.newHeadSnapshot.provisionalElements }
  get newBodyScriptElements() { return this.newElement.querySelectorAll("script") }
}
forward({ PageRenderer })

class MorphingPageRenderer extends PageRenderer {
  static renderElement(current, next) { morphBodyElements(current, next) }
  get renderMethod() { return "morph" }
  get shouldAutofocus() { return false }
}

class ErrorRenderer extends Renderer {
  static renderElement(current, next) { document.documentElement.replaceChild(next, document.body) }
  get newHead() { return this.newSnapshot.headSnapshot.element }
  get scriptElements() { return document.querySelectorAll("script") }
}
forward({ ErrorRenderer })

export class FrameRenderer extends Renderer {
  static renderElement(current, next) {
    const range = document.createRange()
    range.selectNodeContents(current)
    range.deleteContents()
    range.selectNodeContents(next)
    current.appendChild(range.extractContents())
  }

  constructor(delegate, currentSnapshot, newSnapshot, renderElement, isPreview) {
    super(currentSnapshot, newSnapshot, renderElement, !!isPreview)
    this.delegate = delegate
  }

  get newScriptElements() { return this.currentElement.querySelectorAll("script") }
}
forward({ FrameRenderer })

class MorphingFrameRenderer extends FrameRenderer {
  static renderElement(current, next) { morphTurboFrameElements(current, next) }
}
forward({ MorphingPageRenderer })
forward({ MorphingFrameRenderer })

const classes = { Renderer, PageRenderer, MorphingPageRenderer, ErrorRenderer, FrameRenderer, MorphingFrameRenderer, Snapshot }
named(classes)
for (const name in classes) world["new" + name] = (a, b, c, d) => new classes[name](a, b, c, d)
