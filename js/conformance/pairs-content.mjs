// Random pairs of old and new content for morphing, and smaller ones that are left of a pair.
//
// A node is [name, attributes, children], a text, or markup as it is, which begins with "<" and may be misnested.

const names = "div div p li section span b".split(" ")
const markup = [
  "<b><form><div></form></b>", "<form><form id='inner'>f</form></form>", "<a href='#'><p><a href='#'>2</a></p></a>", "<i><b>1</i>2</b>", "<table>a<tr><td>1</table>", "<ul><li>1<li>2</ul>",
  "<noscript><p>1</p></noscript>", "<select><option>1<option>2</select>", "<svg><p>1</p></svg>", "<button>1<button>2</button>", "</p>", "<!-- 1 -->", "<!-- 2 -->", "<p>1<table><p>2</table>"
]

// A pair draws what it is made of: what a share of the pairs has is there often enough in those.
function vocabulary(random) {
  const { pick, chance } = random
  return {
    ids: pick([0, 0.2, 0.6, 1]), permanent: chance(0.25) ? 0.2 : 0, empty: chance(0.15) && pick(names), markup: chance(0.2) ? 0.15 : 0,
    // Kinds beside the plain ones, so that some of them meet.
    kinds: kinds.filter(() => chance(0.4))
  }
}

const attributes = (...parts) => Object.assign({}, ...parts.filter(Boolean))
const line = ({ below }, word) => `${word} ${below(9)}`

// Elements of one id are of one name: of others upstream loses some (see the scenario named so).
function identifier(random, words, name) {
  if (words.empty === name && random.chance(0.3)) return { id: "" }
  return random.chance(words.ids) ? { id: `${name}-${random.below(8)}` } : {}
}

const input = ({ below, pick, chance }) => attributes(
  { type: pick(["text", "text", "checkbox", "radio", "email", "number", "hidden"]) }, chance(0.5) && { value: `${below(4)}` }, chance(0.3) && { checked: "" }, chance(0.2) && { disabled: "" }, chance(0.1) && { style: "display: none" })
const option = ({ below, chance }) => ["option", attributes(chance(0.3) && { selected: "" }, chance(0.2) && { value: `${below(4)}` }), [`option ${below(4)}`]]
const many = ({ below }, make, least, more) => Array.from({ length: least + below(more) }, make)
const script = ({ below }) => [`ran("${below(30)}")`]

// What there is beside plain elements: a name, and how attributes and children come about.
const kinds = [
  ["input", input, () => []],
  ["textarea", () => ({}), (random) => [line(random, "area")]],
  ["select", ({ chance }) => attributes(chance(0.2) && { multiple: "" }), (random) => many(random, () => option(random), 1, 4)],
  ["svg", () => ({}), (random) => [["circle", { r: `${random.below(4)}` }, []]]],
  ["x-mark", ({ below }) => ({ state: `${below(4)}` }), (random) => [line(random, "mark")]],
  ["template", () => ({}), (random) => [["i", {}, [line(random, "inert")]]]],
  ["table", () => ({}), (random, words) => [["tbody", {}, many(random, () => row(random, words), 0, 4)]]],
  ["details", ({ chance }) => attributes(chance(0.5) && { open: "" }), (random) => [["summary", {}, [line(random, "sum")]]]],
  ["dialog", ({ chance }) => attributes(chance(0.3) && { open: "" }), (random) => [["input", { value: "text" }, []], line(random, "in")]],
  ["aside", ({ pick }) => ({ popover: pick(["", "manual"]) }), (random) => [line(random, "over")]],
  ["article", () => ({ contenteditable: "" }), (random) => [line(random, "edit"), ["i", {}, [line(random, "this")]]]],
  ["button", () => ({}), (random) => [line(random, "press")]],
  ["script", ({ chance }) => attributes(chance(0.2) && { type: "module/none" }), script],
  ["turbo-stream", () => ({ action: "append", target: "sink" }), (random) => [["template", {}, [["i", {}, [line(random, "sunk")]], ["script", {}, script(random)]]]]]
]

const row = (random, words) => ["tr", identifier(random, words, "tr"), [["td", {}, [line(random, "cell")]]]]

function tree(random, words, depth = 0) {
  const { below, pick, chance } = random
  if (depth > 0 && chance(0.2)) return line(random, "text")
  if (depth > 0 && chance(words.markup)) return pick(markup)
  const rare = (s) => attributes(s, chance(words.permanent) && { "data-turbo-permanent": "" })
  if (words.kinds.length && chance(depth > 3 ? 0.8 : 0.4)) {
    const [name, own, children] = pick(words.kinds)
    return [name, attributes(identifier(random, words, name), rare(own(random))), children(random, words)]
  }
  if (depth > 3) return ["p", identifier(random, words, "p"), [line(random, "line")]]
  const name = pick(names)
  return [name, attributes(identifier(random, words, name), rare(chance(0.4) && { class: `c${below(4)}` })), many(random, () => tree(random, words, depth + 1), 0, depth ? 5 : 6)]
}

// changed is a tree with some of it changed: order, texts, attributes, places.
function changed(random, old, words) {
  const { below, chance } = random
  const spare = []
  const toggle = (attributes, name, p) => {
    if (!chance(p)) return
    if (name in attributes) delete attributes[name]
    else attributes[name] = ""
  }
  const change = (node, depth) => {
    if (typeof node === "string") return node[0] !== "<" && chance(0.2) ? line(random, "text") : node
    let [name, attributes, children] = node
    attributes = { ...attributes }
    if (chance(0.05)) attributes.class = `c${below(4)}`
    if (chance(0.03) && name !== "main") delete attributes.id
    if (chance(0.03) && attributes.id) attributes.id = attributes.id.replace(/\d+$/, below(8))
    if (name === "input" && chance(0.2)) Object.assign(attributes, input(random))
    if (name === "details" || name === "dialog") toggle(attributes, "open", 0.3)
    if (name === "option") toggle(attributes, "selected", 0.2)
    if (name === "aside") toggle(attributes, "popover", 0.2)
    if (name === "svg" || name === "turbo-stream") return [name, attributes, children]
    if (name === "script") return [name, attributes, chance(0.2) ? script(random) : children]
    // Of ids inside templates upstream loses some.
    if (name === "template") return [name, attributes, [["i", {}, [line(random, "inert")]]]]
    children = children.map((child) => change(child, depth + 1))
    if (name === "textarea" || name === "option") return [name, attributes, children]
    if (chance(0.25) && children.length > 1) children.splice(below(children.length), 0, children.splice(below(children.length), 1)[0])
    if (chance(0.05)) children.sort(() => below(3) - 1)
    const made = { tbody: row, select: option }[name]
    if (made && chance(0.3)) children.splice(below(children.length + 1), below(2), made(random, words))
    if (!made && !/^(table|tr|input|details)$/.test(name)) {
      if (chance(0.2) && children.length) spare.push(children.splice(below(children.length), 1)[0])
      if (chance(0.2)) children.splice(below(children.length + 1), 0, chance(0.5) && spare.length ? spare.pop() : tree(random, words, depth + 1))
      if (chance(0.05)) children = [["div", {}, children]]
    }
    return [name, attributes, children]
  }
  return change(old, 0)
}

const escape = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")
export const html = (node) => {
  if (typeof node === "string") return node[0] === "<" ? node : escape(node)
  const [name, attributes, children] = node
  const start = `<${name}${Object.entries(attributes).map(([name, value]) => ` ${name}="${value}"`).join("")}>`
  if (name === "input") return start
  return `${start}${children.map(name === "script" ? String : html).join("")}</${name}>`
}

// The ways to ask for a morph; see pairs-page.mjs.
const outer = ["element", "element", "element", "list", "fragment", "string", "string", "replace"]
const inner = ["children", "children", "children", "inner string", "update"]
const deeds = ["type", "choose", "focus", "focus", "select", "show modal", "show popover", "toggle"]

// pair is old content, what a user has done with it, and new content: the roots, in one way.
export function pair(random) {
  const { below, pick, chance } = random
  const words = vocabulary(random)
  const roots = () => Array.from({ length: below(7) }, () => tree(random, words))
  let old = ["main", { id: "main" }, roots()]
  if (chance(0.15)) do old = tree(random, words); while (typeof old === "string" || old[0] === "turbo-stream")
  const next = chance(0.85) ? [changed(random, old, words)] : chance(0.7) ? [["main", { id: "main" }, roots()]] : roots()
  let way = pick(chance(0.3) ? inner : outer)
  // What permanent elements are to streams is compared with those.
  if (words.permanent && /replace|update/.test(way)) way = way === "replace" ? "fragment" : "children"
  return {
    old, way, next: inner.includes(way) && typeof next[0] === "object" ? next[0][2] : next,
    deeds: many(random, () => [pick(deeds), below(1000)], 0, 4),
    options: chance(0.1) ? { [pick(["ignoreActive", "ignoreActiveValue"])]: true, restoreFocus: chance(0.5) } : {}
  }
}

// smaller yields pairs that lack something of a pair.
export function* smaller(pair) {
  const { old, next, deeds, way } = pair
  for (const i of deeds.keys()) yield { ...pair, deeds: deeds.toSpliced(i, 1) }
  if (Object.keys(pair.options).length) yield { ...pair, options: {} }
  for (const simpler of [outer, inner].find((ways) => ways.includes(way)).slice(0, 1)) if (way !== simpler) yield { ...pair, way: simpler }
  const seen = new Map(lessen([old]).map(({ without, list }) => [without, list]))
  for (const { without, list } of lessen(next)) if (without && seen.has(without) && seen.get(without).length === 1) yield { ...pair, old: seen.get(without)[0], next: list }
  for (const { list } of lessen([old])) if (list.length === 1 && typeof list[0] === "object") yield { ...pair, old: list[0] }
  for (const { list } of lessen(next)) yield { ...pair, next: list }
}

// lessen returns lists of nodes that lack a node, the tags of one, or an attribute; without says what, of whole nodes.
function lessen(list) {
  const results = []
  list.forEach((node, i) => {
    const put = (...nodes) => list.toSpliced(i, 1, ...nodes)
    results.push({ without: JSON.stringify(node), list: put() })
    if (typeof node === "string") return
    const [name, attributes, children] = node
    if (children.length) results.push({ list: put(...children) })
    for (const attribute in attributes) {
      const { [attribute]: _, ...rest } = attributes
      results.push({ without: JSON.stringify([name, attribute, attributes[attribute]]), list: put([name, rest, children]) })
    }
    for (const { without, list } of lessen(children)) results.push({ without, list: put([name, attributes, list]) })
  })
  return results
}
