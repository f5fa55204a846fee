// Plays random cases in a page, one after the other: each finds the body of its own and is told apart in the log.
customElements.define("x-random", class extends HTMLElement {
  note(what) { if (!this.closest("[data-turbo-permanent]")) log(`x-random ${what}`) }
  connectedCallback() { this.note("in") }
  disconnectedCallback() { this.note("out") }
})

window.playCases = async (cases) => {
  const at = (id) => document.getElementById(id)
  const frames = async () => { for (let n = 0; n < 3; n++) await new Promise(requestAnimationFrame) }
  const actions = { ...Turbo.StreamActions }
  const { refresh } = Turbo.session
  Turbo.session.refresh = (url, options) => log("refresh", JSON.stringify(options))

  // What there is to see. Permanent elements are kept here and copied there, so which nodes they and
  // theirs are is not told.
  const live = (node) => {
    if (!/^(input|textarea)$/.test(node.localName) || node.value === node.defaultValue) return ""
    return ` value ${JSON.stringify(node.value)}`
  }
  const tell = (node, indent, lines) => {
    const pad = "  ".repeat(indent)
    if (node.nodeType === 3) return lines.push(pad + JSON.stringify(node.data))
    if (node.nodeType === 8) return lines.push(`${pad}<!--${node.data}-->`)
    if (node.nodeType !== 1 || node.hasAttribute("data-harness") || node.localName === "style") return
    const attributes = [...node.attributes].map(({ name, value }) => ` ${name}=${JSON.stringify(value)}`).sort().join("")
    lines.push(`${pad}<${node.localName}${attributes}>${born.has(node) && !node.closest("[data-turbo-permanent]") ? ` ·${born.get(node)}` : ""}${live(node)}`)
    if (node instanceof HTMLTemplateElement) for (const child of node.content.childNodes) tell(child, indent + 2, lines)
    for (let child = Node.prototype.__lookupGetter__("firstChild").call(node); child; child = Node.prototype.__lookupGetter__("nextSibling").call(child)) tell(child, indent + 1, lines)
  }
  let born = new WeakMap()
  const page = () => {
    const lines = []
    for (let node = document.body; node; node = node.nextSibling) tell(node, 0, lines)
    return lines.join("\n")
  }

  for (const [number, { page: source, listeners, steps }] of cases.entries()) {
    Turbo.StreamActions && Object.keys(Turbo.StreamActions).forEach((name) => delete Turbo.StreamActions[name])
    Object.assign(Turbo.StreamActions, actions)
    document.activeElement?.blur?.()
    while (document.body.nextSibling) document.body.nextSibling.remove()
    document.body.innerHTML = source
    log(`— case ${number} —`)
    born = new WeakMap()
    // Who stays who is not compared where morphs decide it, nor where an element may become permanent meanwhile.
    const free = steps.some(({ text }) => text?.includes(`method="morph"`)) || listeners.some(({ code }) => code.includes("data-turbo-permanent"))
    if (!free) for (const [index, element] of [...document.body.querySelectorAll("*")].entries()) if (!element.closest("[data-turbo-permanent]")) born.set(element, index)
    const over = new AbortController()
    for (const { at: turn, code } of listeners) {
      let count = 0
      const react = new Function("event", "at", code)
      addEventListener("turbo:before-stream-render", (event) => { if (count++ % 3 === turn) react(event, at) }, { signal: over.signal })
    }
    document.querySelector("#box input:not([data-turbo-permanent] *)")?.focus()
    for (const [index, { way, text, code, wait }] of steps.entries()) {
      try {
        if (code) new Function("at", code)(at)
        else if (way === "message") Turbo.renderStreamMessage(text)
        else if (way === "element") {
          const template = document.createElement("template")
          template.innerHTML = text
          document.body.append(document.importNode(template.content, true))
        } else await Turbo.session.streamObserver.receiveMessageResponse({ responseHTML: Promise.resolve(text) })
      } catch (error) { log(`step ${index} threw ${error.name}`) }
      if (!wait && index < steps.length - 1) continue
      await frames()
      // Taking a permanent element out takes the focus from it; ours keeps it, which a scenario declares.
      if (document.activeElement?.closest("[data-turbo-permanent]")) document.activeElement.blur()
      log(`step ${index}, ${document.activeElement?.id}\n${page()}`)
    }
    over.abort()
  }
  Turbo.session.refresh = refresh
  document.body.replaceChildren()
}
