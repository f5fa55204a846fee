// What runs in the page: frames that come when they are asked for, and pairs that are morphed one after another.

export function framesOnDemand() {
  const frames = []
  window.requestAnimationFrame = (callback) => frames.push(callback)
  Object.defineProperty(document, "visibilityState", { get: () => "visible" })
  window.settle = async () => {
    const { port1, port2 } = new MessageChannel()
    for (let quiet = 0; quiet < 2; quiet++) {
      await new Promise((resolve) => { port1.onmessage = resolve; port2.postMessage(0) })
      for (const callback of frames.splice(0)) { callback(performance.now()); quiet = 0 }
    }
    port1.close()
  }
}

// morphAll tells what each pair comes to.
export async function morphAll(pairs, observe) {
  const events = [], errors = []
  window.ran = (name) => events.push(`ran ${name}`)
  const told = ({ mark = "-" }) => mark
  const listen = ({ target, type, detail }) => events.push(`${type} ${target.localName} ${told(target)} ${detail.attributeName ?? detail.newElement?.outerHTML ?? ""} ${detail.mutationType ?? ""}`)
  const types = ["turbo:before-morph-element", "turbo:before-morph-attribute", "turbo:morph-element"]
  if (observe) for (const type of types) addEventListener(type, listen)
  if (!customElements.get("x-mark")) customElements.define("x-mark", class extends HTMLElement {
    static observedAttributes = ["state"]
    connectedCallback() { window.called(this, "connected") }
    disconnectedCallback() { window.called(this, "disconnected") }
    attributeChangedCallback() { window.called(this, "changed") }
  })
  window.called = (element, what) => { if (observe) events.push(`x-mark ${told(element)} ${what}`) }
  console.error = (error) => errors.push(error)

  const sorted = (node) => node.nodeType != 1 ? node.nodeValue : `<${[node.localName, ...[...node.attributes].map(({ name, value }) => `${name}="${value}"`).sort()].join(" ")}>${[...(node.content ?? node).childNodes].map(sorted).join("")}</>`
  const plain = (nodes) => [...nodes].map(sorted).join("").replaceAll(' selected=""', "")
  let given // the fragment that was made last
  const fragment = (html) => given = Object.assign(document.createElement("template"), { innerHTML: html }).content
  const ways = {
    element: (root, html, options) => Turbo.morphElements(root, fragment(html).firstChild, options),
    list: (root, html, options) => Turbo.morphElements(root, fragment(html).childNodes, options),
    fragment: (root, html, options) => Turbo.morphElements(root, fragment(html), options),
    string: (root, html, options) => Turbo.morphElements(root, html, options),
    "inner string": (root, html, options) => Turbo.morphElements(root, html, { ...options, morphStyle: "innerHTML" }),
    children: (root, html, options) => Turbo.morphChildren(root, fragment(html), options),
    replace: (_, html) => Turbo.renderStreamMessage(`<turbo-stream action="replace" method="morph" targets="body > :first-child"><template>${html}</template></turbo-stream>`),
    update: (_, html) => Turbo.renderStreamMessage(`<turbo-stream action="update" method="morph" targets="body > :first-child"><template>${html}</template></turbo-stream>`)
  }
  // What the new content is as a tree, and what the page should be.
  const parse = (way, html) => /string/.test(way) ? new DOMParser().parseFromString(`<body><template>${html}</template></body>`, "text/html").querySelector("template").content : fragment(html)
  const wants = (root, way, html) => {
    const next = parse(way, html)
    if (way == "element") next.replaceChildren(...[...next.childNodes].slice(0, 1))
    if (!/children|inner|update/.test(way)) return plain(next.childNodes)
    root = root.cloneNode(true);
    (root.content ?? root).replaceChildren(next)
    return plain([root])
  }

  // The ids that occur once in a tree: a parser may double those of its source.
  const single = (root) => {
    const ids = [...root.querySelectorAll("[id]")].map((element) => element.getAttribute("id"))
    return new Set(ids.filter((id) => ids.indexOf(id) == ids.lastIndexOf(id)))
  }

  // What a user has done meanwhile, to one of the elements where it can be done.
  const text = "input:is([type=text], [type=email], :not([type])), textarea"
  const done = {
    type: [text, (field, n) => { field.value = `typed ${n}` }],
    choose: ["[type=checkbox], [type=radio], select", (field, n) => { field.options ? field.selectedIndex = n % field.options.length : field.checked = !field.checked }],
    focus: ["input, textarea, select, button, [contenteditable], summary, a", (element) => element.focus()],
    select: ["input:is([type=text], :not([type])), textarea", (field, n) => { field.focus(); field.setSelectionRange(n % 3, n % 3 + n % 2 + 1) }],
    "show modal": ["dialog:not([open])", (dialog) => dialog.showModal()],
    "show popover": ["[popover]:not(:popover-open)", (element) => element.showPopover()],
    toggle: ["details", (details) => { details.open = !details.open }]
  }

  const results = []
  for (const { old, next, way, deeds, options } of pairs) {
    while (document.body.nextSibling) document.body.nextSibling.remove() // what a morph that threw has left
    getSelection().removeAllRanges()
    document.body.innerHTML = `${old}<output id="sink"></output>`
    if (old.includes("<turbo-stream")) await settle()
    if (document.body.firstChild.nodeType != 1) { results.push({ thrown: "there is no root", message: "" }); continue }
    for (const [what, n] of deeds) {
      const [selector, act] = done[what], all = document.body.firstChild.parentNode.querySelectorAll(selector)
      if (all.length) act(all[n % all.length], n)
    }
    const root = document.body.firstChild
    ;[...document.body.querySelectorAll("*")].forEach((element, i) => { element.mark = i })
    const rest = plain([...document.body.childNodes].slice(1))
    const before = single(document.body), after = single(parse(way, next))
    const wanted = wants(root, way, next) + rest
    events.length = errors.length = 0
    given = undefined
    try { ways[way](root, next, options) } catch (error) { errors.push(error) }
    const lost = plain(document.body.childNodes) // before what the content itself does
    if (/replace|update/.test(way) || next.includes("<turbo-stream")) await settle()
    const now = [...document.body.querySelectorAll("*")], { activeElement: active } = document
    // From what does not show, the focus goes at the next frame.
    const focused = active != document.body && active.checkVisibility() && !active.matches(":disabled")
    const result = {
      wanted: (/replace|update/.test(way) ? plain(document.body.childNodes) : lost) == wanted,
      left: given ? plain(given.childNodes) : "", // of what was given
      thrown: errors[0]?.name ?? "", message: String(errors[0]?.message ?? ""),
      modals: now.filter((element) => element.matches(":modal")).map((element) => element.open),
      focus: focused ? [active.localName, active.id, active.selectionStart ?? "", active.selectionEnd ?? ""].join(" ") : "",
      states: now.map((element) => `${element.open && element.matches(":modal") ? "modal" : ""}${element.matches(":popover-open") ? "popover" : ""}`).join(),
      // The ids that each side has once, of the elements that have them.
      ids: now.map((element) => element.getAttribute("id")).map((id) => before.has(id) && after.has(id) ? id : ""),
      values: now.map((element) => `${element.value} ${element.checked} ${element.selected} ${element.disabled}`.replaceAll("undefined", "")).join(),
      marks: now.map(told), events: [...events]
    }
    if (result.thrown) document.documentElement.querySelector(":scope > div")?.remove()
    result.html = document.body.innerHTML + document.documentElement.lastElementChild.localName
    result.sorted = sorted(document.body)
    results.push(result)
  }
  for (const type of types) removeEventListener(type, listen)
  return results
}
