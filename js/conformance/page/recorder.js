// What an application's own script would be: loaded after the runtime, it listens, defines a custom element,
// and can describe the page. Everything is written as text lines, the unit of comparison.
(() => {
  const { observe, mutations } = document.querySelector(`script[src="/harness/recorder.js"]`).dataset
  const probe = window.conformance
  const { log } = probe
  // An error page puts every script of the document in anew.
  if (probe.snapshot) return
  probe.historyStart ??= history.length
  const marks = new WeakMap()
  let lastMark = 0

  const quote = (text) => JSON.stringify(text)
  const nameOf = (node) => {
    if (node === null || node === undefined) return String(node)
    if (node === window) return "window"
    if (node.nodeType === Node.DOCUMENT_NODE) return "document"
    if (node.nodeType === Node.TEXT_NODE) return quote(node.data)
    if (node.nodeType === Node.COMMENT_NODE) return `<!--${node.data}-->`
    if (node.nodeType === Node.DOCUMENT_FRAGMENT_NODE) return "fragment"
    const name = node.localName
    if (name === "turbo-stream") return name + ["action", "target", "targets", "method", "request-id"].map((key) => node.hasAttribute(key) ? `[${key}=${node.getAttribute(key)}]` : "").join("")
    if (node.hasAttribute?.("id")) return `${name}#${node.getAttribute("id")}`
    const named = node.getAttribute?.("name") ?? node.getAttribute?.("class")
    return named ? `${name}.${named.trim().replace(/\s+/g, ".")}` : name
  }

  // describe writes an event detail so that both runtimes' objects of one meaning read alike.
  const describe = (value, key = "", depth = 0) => {
    if (value === null || ["undefined", "boolean", "number", "bigint", "symbol"].includes(typeof value)) return String(value)
    if (typeof value === "string") return quote(value.length > 400 ? value.slice(0, 400) + "…" : value)
    if (typeof value === "function") return "ƒ"
    if (key === "timing") return `{${Object.keys(value).sort().join(", ")}}`
    if (value instanceof Node) return nameOf(value)
    if (value instanceof URL) return `URL ${value.href}`
    if (value instanceof AbortSignal) return "AbortSignal"
    if (value instanceof Event) return `${value.type} event`
    if (value instanceof Error) return `${value.name}: ${value.message}`
    if (value instanceof Response) return `Response ${value.status} ${value.headers.get("content-type")}`
    if (value instanceof FormData || value instanceof URLSearchParams) return `${value.constructor.name} ${quote([...value].map(([name, entry]) => `${name}=${typeof entry === "string" ? entry : entry.name}`).join("&"))}`
    if (depth > 3) return "…"
    const pick = (...names) => `{${names.map((name) => `${name}: ${describe(value[name], name, depth + 1)}`).join(", ")}}`
    if ("formElement" in value) return `formSubmission ${pick("formElement", "submitter", "method", "action", "enctype", "body", "state", "isSafe")}`
    if ("statusCode" in value && "contentType" in value) return `fetchResponse ${pick("statusCode", "contentType", "succeeded", "failed", "clientError", "serverError", "redirected", "isHTML", "location")}`
    if (typeof value.perform === "function" && "fetchOptions" in value) return `fetchRequest ${pick("method", "url", "enctype", "isSafe", "target")}`
    if (Array.isArray(value)) return `[${value.map((entry) => describe(entry, "", depth + 1)).join(", ")}]`
    return `{${Object.keys(value).sort().map((name) => `${name}: ${describe(value[name], name, depth + 1)}`).join(", ")}}`
  }

  const turboEvents = [
    "click", "before-visit", "visit", "before-cache", "before-render", "render", "load", "reload",
    "before-fetch-request", "before-fetch-response", "fetch-request-error", "submit-start", "submit-end",
    "before-frame-render", "frame-render", "frame-load", "frame-missing", "before-prefetch", "morph", "before-frame-morph"
  ]
  if (observe === "true") turboEvents.push("before-stream-render", "before-morph-element", "before-morph-attribute", "morph-element")
  let leaving = false
  for (const type of turboEvents) {
    window.addEventListener(`turbo:${type}`, (event) => {
      // How far a page still gets that the browser has been told to leave is the browser's affair.
      if (leaving && type === "load") return
      leaving ||= type === "reload"
      const flags = [event.bubbles && "bubbles", event.cancelable && "cancelable", event.composed && "composed"].filter(Boolean).join(" ")
      const { target } = event
      const place = target.nodeType === Node.ELEMENT_NODE && target.parentNode ? ` in ${nameOf(target.parentNode)}` : ""
      const detail = event.detail === null ? "" : ` ${describe(event.detail)}`
      log.push({ text: `${event.type} on ${nameOf(target)}${place} (${flags})${detail}`, event })
    }, true)
  }
  for (const type of ["focusin", "focusout", "submit"]) {
    window.addEventListener(type, (event) => probe.note(`${type} ${nameOf(event.target)}`), true)
  }
  window.addEventListener("error", (event) => { if (event.message !== undefined) probe.note(`uncaught ${event.error ? `${event.error.name}: ${event.error.message}` : event.message}`) })
  window.addEventListener("unhandledrejection", ({ reason }) => probe.note(`unhandled rejection ${describe(reason)}`))
  window.addEventListener("pagehide", () => { try { sessionStorage.setItem("conformance", JSON.stringify({ log: lines(), historyStart: probe.historyStart })) } catch { /* no storage, no memory */ } })

  window.log = (...values) => probe.note(values.map((value) => typeof value === "string" ? value : describe(value)).join(" "))
  window.nameOf = nameOf

  customElements.define("x-recorder", class extends HTMLElement {
    static observedAttributes = ["state", "class"]
    constructor() { super(); log.push({ text: "x-recorder constructed" }) }
    connectedCallback() { probe.note(`${nameOf(this)} connected in ${nameOf(this.parentNode)}`) }
    disconnectedCallback() { probe.note(`${nameOf(this)} disconnected`) }
    adoptedCallback() { probe.note(`${nameOf(this)} adopted`) }
    attributeChangedCallback(name, before, after) { probe.note(`${nameOf(this)} ${name} ${quote(before)} → ${quote(after)}`) }
  })

  const records = []
  if (mutations === "true") {
    new MutationObserver((list) => {
      for (const { type, target, addedNodes, removedNodes, attributeName } of list) {
        if (type === "attributes") records.push(`${nameOf(target)} attribute ${attributeName}`)
        if (type === "characterData") records.push(`text in ${nameOf(target.parentNode)}`)
        for (const node of removedNodes) records.push(`${nameOf(target)} loses ${nameOf(node)}`)
        for (const node of addedNodes) records.push(`${nameOf(target)} gains ${nameOf(node)}`)
      }
    }).observe(document, { subtree: true, childList: true, attributes: true, characterData: true })
  }

  const lines = () => log.map(({ text, event }) => ({ text: text + (event?.defaultPrevented ? " — prevented" : "") }))

  // The loader's own nodes: its script tags, this script, and the style of its progress bar.
  const isLoader = (node) => node.nodeType === Node.ELEMENT_NODE &&
    (node.hasAttribute("data-harness") || (node.localName === "style" && node.textContent.includes(".turbo-progress-bar")))

  const tree = (node, indent, into) => {
    const pad = "  ".repeat(indent)
    if (node.nodeType === Node.TEXT_NODE) return into.push(pad + quote(node.data))
    if (node.nodeType === Node.COMMENT_NODE) return into.push(`${pad}<!--${node.data}-->`)
    if (node.nodeType === Node.DOCUMENT_TYPE_NODE) return into.push(`${pad}<!DOCTYPE ${node.name}>`)
    if (isLoader(node)) return
    const parts = [node.localName]
    for (const { name, value } of [...node.attributes].sort((a, b) => a.name < b.name ? -1 : 1)) parts.push(value === "" ? name : `${name}=${quote(value)}`)
    const live = []
    if (marks.has(node)) live.push(`·${marks.get(node)}`)
    if (/^(input|textarea)$/.test(node.localName)) {
      if (node.value !== node.defaultValue) live.push(`value ${quote(node.value)}`)
      if (node.checked !== undefined && node.checked !== node.defaultChecked) live.push(`checked ${node.checked}`)
    }
    if (node.localName === "option" && node.selected !== node.defaultSelected) live.push(`selected ${node.selected}`)
    if (node.scrollTop) live.push(`scrolled ${Math.round(node.scrollTop)}`)
    if (node.scrollLeft) live.push(`scrolled across ${Math.round(node.scrollLeft)}`)
    into.push(`${pad}<${parts.join(" ")}>${live.length ? " " + live.join(" ") : ""}`)
    if (node.localName === "template" && node.content) { into.push(`${pad}  (content)`); for (const child of node.content.childNodes) tree(child, indent + 2, into) }
    if (node.shadowRoot) { into.push(`${pad}  (shadow)`); for (const child of node.shadowRoot.childNodes) tree(child, indent + 2, into) }
    for (const child of node.childNodes) tree(child, indent + 1, into)
  }

  const dom = () => {
    const into = []
    for (const child of document.childNodes) tree(child, 0, into)
    return into
  }

  const focus = () => {
    const { activeElement } = document
    const into = [`active ${nameOf(activeElement)}`]
    try { if (typeof activeElement?.selectionStart === "number") into.push(`selection ${activeElement.selectionStart}–${activeElement.selectionEnd} ${activeElement.selectionDirection}`) } catch { /* an input without selection */ }
    const selection = getSelection()
    if (selection.rangeCount && !selection.isCollapsed) into.push(`selected ${quote(String(selection))}`)
    return into
  }

  Object.assign(probe, {
    // mark gives every element in the page a number that its clones do not have.
    mark() {
      const walker = document.createTreeWalker(document, NodeFilter.SHOW_ELEMENT)
      while (walker.nextNode()) if (!isLoader(walker.currentNode) && !marks.has(walker.currentNode)) marks.set(walker.currentNode, ++lastMark)
    },
    dom,
    snapshot: () => ({
      log: lines().map(({ text }) => text),
      dom: dom(),
      focus: focus(),
      place: [`url ${location.href}`, `history +${history.length - probe.historyStart}`, `state ${JSON.stringify(history.state)}`, `scroll ${Math.round(scrollX)},${Math.round(scrollY)}`, `title ${quote(document.title)}`],
      mutations: records
    }),
    // quiet watches three frames, each with a task after it, and tells whether anything moved during the last two.
    async quiet() {
      const frame = () => new Promise((resolve) => { document.visibilityState === "hidden" ? setTimeout(resolve) : requestAnimationFrame(resolve) })
      const task = () => new Promise((resolve) => { const { port1, port2 } = new MessageChannel(); port1.onmessage = () => { port1.close(); resolve() }; port2.postMessage(0) })
      const state = () => ({ pending: probe.pending, delivered: probe.delivered, said: probe.said, connecting: probe.socketsThatAre(0), closing: probe.socketsThatAre(2), log: log.length, size: document.documentElement.outerHTML.length, streams: document.getElementsByTagName("turbo-stream").length })
      await frame(); await task()
      const before = JSON.stringify(state())
      await frame(); await task(); await frame(); await task()
      const after = state()
      return { ...after, still: JSON.stringify(after) === before }
    }
  })
})()
