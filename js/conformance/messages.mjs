// Random cases for streams: a page, what listens, and what happens to it. They are kept as trees, so that what differs can
// be shrunk, and are written as HTML when they are played. What is declared to be better under ours is left out here.
const ids = ["a", "b", "c", "d", "list", "box", "p", "q", "gone"]
const selectors = [".item", "#list > *", "p", "[data-x]", "li:first-child", "#gone", "b, i", "::bad", "#p", "[data-turbo-permanent]", "#box div"]
const actions = ["append", "append", "append", "prepend", "prepend", "before", "after", "replace", "replace", "update", "update", "remove", "refresh", "nonsense", ""]
const odd = ["&amp;", "&lt;b&gt;", "\0", "\r\n", "\r", "\ud800", "é", "日本", "\u{1f600}", "&nbsp;", "&notin;", "]]>", "'\"", "\f"]

const text = (random) => ({ text: `text ${random.below(100)}${random.chance(0.08) ? random.pick(odd) : ""}` })
const element = (tag, attributes, children = []) => ({ tag, attributes, children })

// A node of a page or of content. How tells what is not wanted: plain for a morph, fixed inside of a permanent element.
function node(random, how, depth = 0) {
  const { below, pick, chance } = random
  const attributes = {}
  if (chance(0.5)) attributes.id = pick(ids)
  // A morph leaves out what is permanent in the content and somebody else's in the page, unheard: which is declared.
  const permanent = how.plain ? how.permanent > 0 && /^[pq]$/.test(attributes.id) : attributes.id !== undefined && chance(how.permanent)
  if (permanent) attributes["data-turbo-permanent"] = pick(["", "", "", "true", "false"])
  const inner = permanent ? { ...how, fixed: true } : how
  const children = depth < 3 && chance(0.6) ? nodes(random, inner, depth + 1, 3) : [text(random)]
  const tag = pick(how.plain ? ["div", "p", "ul", "span", "b", "section"] : ["div", "div", "div", "p", "b", "section", "a", "x-random", "turbo-frame", "form", "article"])
  if (how.stream && !permanent && chance(0.06)) return { stream: stream(random, { ...how, stream: false }) }
  switch (permanent ? 99 : below(24)) {
    case 0: return text(random)
    case 1: return { comment: ` ${below(100)} ` }
    case 2: return element("input", { ...attributes, value: `${below(9)}`, ...chance(0.2) && !how.fixed && { autofocus: "" } })
    case 3: if (!how.plain) return element("script", { ...nonce(random, how), ...chance(0.1) && { "data-turbo-eval": "false" } }, [{ text: `log("script ${below(100)}")` }]); break
    case 4: if (!how.plain) return element("template", attributes, [element("i", {}, [text(random)])]); break
    case 5: if (!how.plain) return element("svg", attributes, [element("circle", { r: `${below(9)}`, ...chance(0.5) && { id: pick(ids) } }), element("title", {}, [text(random)])]); break
    case 6: if (!how.plain) return element("table", attributes, [element("tr", chance(0.5) ? { id: pick(ids) } : {}, [element("td", {}, children)])]); break
    case 7: if (!how.plain) return element("form", attributes, [element("input", { name: pick(how.fixed ? ["q"] : ["id", "id", "name", "title", "q"]) })]); break
    case 8: if (!how.plain) return element("tr", attributes, [element("td", {}, [text(random)])]); break
    case 9: if (!how.plain) return { raw: pick(["<p>unclosed <b>bold", "<a href=x>a</b></a>", "<li>1<li>2", "</div>", "<b><i>x</b>y</i>", "<!DOCTYPE html>", "<div id=a id=b a='x'B=y>", "<select><option>1<option>2</select>", "<math><mi>x</mi></math>"]) }; break
    case 10: return element("ul", attributes, Array.from({ length: 1 + below(3) }, () => element("li", { class: "item", ...chance(0.5) && { id: pick(ids.slice(0, 6)) } }, [text(random)])))
  }
  if (chance(0.3)) attributes["data-x"] = `${below(9)}${chance(0.1) ? pick(odd) : ""}`
  if (chance(0.3)) attributes.class = "item"
  return element(tag, attributes, tag === "form" || tag === "turbo-frame" ? children.filter(({ tag }) => tag !== "form") : children)
}

function nonce(random, { policy }) {
  const nonce = policy && random.pick(policy)
  return nonce ? { nonce } : {}
}

const nodes = (random, how, depth, most) => Array.from({ length: random.below(most + 1) }, () => node(random, how, depth))

function stream(random, how) {
  const { below, pick, chance } = random
  const action = pick(actions)
  const attributes = {}
  if (action || chance(0.5)) attributes.action = action
  const selecting = chance(0.2)
  // Beside a target, content with its own id is declared: there content has ids of its own, which no target has.
  const beside = action === "before" || action === "after"
  if (selecting) attributes.targets = pick(selectors)
  if (selecting && beside) attributes.targets = attributes.targets.split(",").map((selector) => `${selector}:not([id^=s])`).join()
  if (!selecting || chance(0.05)) attributes.target = pick(ids)
  if (chance(0.03)) delete attributes.target
  if (how.plain && chance(0.6)) attributes.method = "morph"
  if (chance(0.05)) attributes["data-extra"] = pick(odd)
  if (chance(0.03)) attributes["request-id"] = "one"
  let content = nodes(random, { ...how, stream: how.stream }, 0, 3)
  if (content.length === 0 && chance(0.9)) content = [node(random, how)]
  if (beside) content = ownIds(random, content, "s")
  // A morph by what is around it is declared too.
  if (action === "update" && attributes.method) content = ownIds(random, content, "t")
  // An update that breaks off has emptied its target under upstream alone.
  const first = chance(0.01) && action !== "update" ? "<i></i>" : ""
  const bare = action === "remove" && chance(0.5) || chance(0.03)
  return { attributes, content: bare ? null : content, space: pick(["", "", "\n  ", " "]), first, nested: how.stream && chance(0.02) ? stream(random, { ...how, stream: false }) : null }
}

// A parser may bring any of them to the top. One that is permanent shares its id with no other: what a morph does there is
// declared.
function ownIds(random, nodes, prefix) {
  let permanents = 0
  const own = (nodes) => nodes.map((node) => {
    if (node.raw) return text(random)
    if (!node.children) return node
    const id = node.attributes.id !== undefined && { id: prefix + ("data-turbo-permanent" in node.attributes ? `p${permanents++}` : random.below(9)) }
    return { ...node, attributes: { ...node.attributes, ...id }, children: own(node.children) }
  })
  return own(nodes)
}

const changes = [
  (id) => `at("${id}")?.remove()`, (id) => `const e = at("${id}"); if (e) e.textContent = "changed"`, (id) => `at("${id}")?.append("more")`,
  (id) => `at("${id}")?.setAttribute("data-x", "changed")`, (id) => `at("${id}")?.removeAttribute("id")`, (id) => `at("${id}")?.removeAttribute("data-turbo-permanent")`,
  (id) => `at("${id}")?.toggleAttribute("data-turbo-permanent")`, (id, other) => `const e = at("${id}"); if (e) e.id = "${other}"`,
  (id, other) => `const e = at("${id}"), o = at("${other}"); if (e && o && !e.contains(o)) o.append(e)`, (id) => `const e = at("${id}"); e?.after(e.cloneNode(true))`,
  () => `document.body.append(Object.assign(document.createElement("p"), { textContent: "added" }))`
]
const change = ({ pick }, { plain }) => pick(plain ? changes.slice(0, 4) : changes)(pick(ids), pick(ids))

const reactions = [
  () => `event.preventDefault()`,
  () => `const { render } = event.detail; event.detail.render = (stream) => { log("renders", stream.action); return render(stream) }`,
  () => `event.detail.render = async (stream) => { log("alone", stream.templateContent.childNodes.length); await null; log("later", stream.isConnected) }`,
  () => `log("template", event.detail.newStream.templateElement.innerHTML)`,
  () => `log("stream", event.detail.newStream.outerHTML)`,
  ({ pick }) => `const s = event.detail.newStream; if (!/before|after/.test(s.action)) s.setAttribute("target", "${pick(ids)}")`,
  ({ pick }) => `const s = event.detail.newStream; if (/append|prepend|update/.test(s.action)) s.setAttribute("action", "${pick(["append", "prepend", "update", "remove"])}")`,
  () => `event.detail.newStream.templateElement.content.append("edited")`,
  () => `event.detail.newStream.templateElement.content.firstElementChild?.remove()`,
  (random, how) => change(random, how)
]

const overrides = [
  (name) => `const was = Turbo.StreamActions.${name}; Turbo.StreamActions.${name} = function () { log("own ${name}", this.isConnected, this.targetElements.length, this.templateContent.childNodes.length); return was.call(this) }`,
  (name) => `Turbo.StreamActions.${name} = function () { log("instead of ${name}") }`, (name) => `delete Turbo.StreamActions.${name}`
]

// A case; listening says that it may look at streams, which cannot be undone on a page.
export function randomCase(random, { listening, policy }) {
  const { below, pick, chance } = random
  const plain = chance(0.15)
  const how = { plain, policy: policy || false, permanent: pick([0, 0.1, 0.3, 0.6]), stream: !plain }
  const page = [element("div", { id: "box" }, nodes(random, { ...how, stream: false }, 1, 3)), element("ul", { id: "list" }, [element("li", { id: "a", class: "item" }, [{ text: "A" }]), element("li", { id: "b", class: "item" }, [{ text: "B" }])]), ...nodes(random, { ...how, stream: false }, 0, 3)]
  const listeners = listening ? Array.from({ length: 1 + below(2) }, () => ({ at: below(3), code: pick(reactions)(random, how) })) : []
  const steps = Array.from({ length: 1 + below(4) }, () => {
    const wait = chance(0.6)
    if (chance(0.15)) return { code: change(random, how), wait }
    if (chance(0.06)) return { code: pick(overrides)(pick(["append", "update", "replace", "prepend"])), wait }
    const way = pick(["message", "message", "message", "message", "message", "message", "element", "response"])
    return { way, streams: Array.from({ length: 1 + below(3) }, () => stream(random, how)), between: pick(["", "", "\n", " stray ", "\r\n", "<i>stray</i>", "\ud800"]), wait }
  })
  return { page, listeners, steps }
}

// isDeclared reports whether a case, made smaller, shows what is declared to be better under ours: content beside a target
// with an id that the target may have.
export const isDeclared = ({ steps }) => steps.some(({ streams = [] }) => streams.some(declaredStream))

function declaredStream({ attributes, content, nested }) {
  const beside = /^(before|after)$/.test(attributes.action)
  const within = (nodes) => nodes.some((node) => node.stream ? declaredStream(node.stream) : beside && (node.raw || /^[^s]/.test(node.attributes?.id ?? "")) || node.children && within(node.children))
  return within(content ?? []) || nested !== null && declaredStream(nested)
}

// written is a case with its trees as HTML.
export const written = ({ page, listeners, steps }) => ({
  page: html(page), listeners,
  steps: steps.map(({ streams, between, ...step }) => streams ? { ...step, text: streams.map((stream) => streamHTML(stream)).join(between) + (between === "\n" ? between : "") } : step)
})

const escape = (value) => value.replaceAll('"', "&quot;")
const attributesHTML = (attributes) => Object.entries(attributes).map(([name, value]) => ` ${name}="${escape(value)}"`).join("")
const voids = new Set(["input"])

export const html = (nodes) => nodes.map((node) => {
  if (node.text !== undefined) return node.text
  if (node.comment !== undefined) return `<!--${node.comment}-->`
  if (node.raw !== undefined) return node.raw
  if (node.stream) return streamHTML(node.stream)
  return `<${node.tag}${attributesHTML(node.attributes)}>${voids.has(node.tag) ? "" : `${html(node.children)}</${node.tag}>`}`
}).join("")

function streamHTML({ attributes, content, space, first, nested }) {
  return `<turbo-stream${attributesHTML(attributes)}>${first}${space}${content ? `<template>${html(content)}</template>` : ""}${nested ? streamHTML(nested) : ""}</turbo-stream>`
}
