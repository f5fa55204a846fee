// Reports streams that have no effect, in the page and to the server. See Server.Check.
(() => {
  if (window.turboCheck) return
  const { src } = document.currentScript
  const said = window.turboCheck = new Set()
  const actions = ["append", "prepend", "before", "after", "replace", "update"] // removing what is already gone is no mistake
  let box

  function say(text) {
    if (said.has(text)) return
    said.add(text)
    console.warn("turbo:", text)
    box ??= Object.assign(document.createElement("div"), { role: "alert", onclick: () => box.remove() })
    box.setAttribute("data-turbo-check", "")
    box.style.cssText = "all: initial; position: fixed; z-index: 2147483646; left: 8px; right: 8px; bottom: 8px; padding: 12px 14px; border-left: 4px solid #b3261e; background: #fdecea; color: #410e0b; font: 14px/1.5 ui-monospace, monospace; overflow-wrap: anywhere; cursor: pointer"
    box.append(Object.assign(document.createElement("div"), { textContent: text }))
    document.documentElement.append(box)
    fetch(src, { method: "POST", headers: { "Content-Type": "text/plain" }, body: JSON.stringify({ text, page: location.pathname }) })
  }

  function look(stream) {
    const target = stream.getAttribute("target"), action = stream.getAttribute("action")
    if (!target || document.getElementById(target)) return
    const tag = stream.cloneNode(false).outerHTML.replace("</turbo-stream>", "")
    if (target.startsWith("#")) say(`${tag}: target is an id and is written without "#". For a CSS selector, use targets.`)
    else if (actions.includes(action)) say(`${tag}: no element in the page has this id.`)
  }

  // Checked when the stream is performed, because the stream before it may add the target.
  addEventListener("turbo:before-stream-render", ({ detail }) => {
    const { render } = detail
    detail.render = (stream) => {
      look(stream)
      return render(stream)
    }
  })
})()
