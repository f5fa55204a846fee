// The pages that bench/morph.mjs morphs, and what it measures in one of them: the time of one call.

const repeat = (n, make) => Array.from({ length: n }, (_, i) => make(i))

// Pages of about n nodes, texts counted. An item is [number, version, class]; where there are groups, what changes
// stays in its group.
// Ten in each; the first takes what is more.
const groups = (n) => repeat(Math.ceil((n - 1) / 10), (i) => [i && i * 10 + (n % 10 == 1), Math.min(n, i * 10 + 10 + (n % 10 == 1))])

const pages = {
  "chat list": {
    size: 9,
    item: ([i, version, mark]) => `<article id="message_${i}${version && `_${version}`}" class="message${mark}"><a class="author" href="/u/${i % 7}">User ${i % 7}</a><time datetime="2024-01-01">${i % 24}:00</time><div class="body"><p>Message ${i} ${version}</p></div></article>`,
    whole: (items) => `<section class="messages">${items.join("")}</section>`
  },
  table: {
    size: 9,
    item: ([i, version, mark]) => `<tr class="row${mark}"><td>${i}</td><td class="name">Name ${i} ${version}</td><td>${i * 7 % 100}</td><td>${version || "same"}</td></tr>`,
    whole: (items) => `<table><tbody>${items.join("")}</tbody></table>`
  },
  "nested cards": {
    size: 11,
    item: ([i, version, mark]) => `<div class="card${mark}"><div class="head"><h3>Card ${i}</h3><span>${version || "same"}</span></div><div class="body"><p>Text ${i} ${version}</p><div class="foot"><b>${i % 10}</b></div></div></div>`,
    whole: (items) => `<main><div class="deck">${groups(items.length).map(([from, to]) => `<section class="group">${items.slice(from, to).join("")}</section>`).join("")}</div></main>`
  }
}

// The same choices in every window.
function generator(seed) {
  return (below) => {
    seed = Math.imul(seed, 1103515245) + 12345 >>> 0
    return (seed >>> 8) % below
  }
}

const changes = {
  none: (items) => items,
  "one text": (items) => items.with(items.length >> 1, [items.length >> 1, "changed", ""]),
  "1 % of attributes": (items) => items.map((item, i) => i % Math.min(100, items.length) == 7 ? item.with(2, " unread") : item),
  "insert at top": (items) => [[1e6, "", ""], ...items],
  "reorder 10 %": (items, grouped) => {
    const below = generator(items.length), moved = [...items], among = grouped ? 10 : items.length
    for (let i = 0; i < Math.max(1, items.length / 10); i++) {
      const group = grouped ? i * 10 % items.length : 0, size = Math.min(among, items.length - group)
      moved.splice(group + below(size), 0, ...moved.splice(group + below(size), 1))
    }
    return moved
  },
  "everything replaced": (items) => items.map(([i]) => [i, "new", " unread"])
}

function content(page, change, n) {
  const { size, item, whole } = pages[page]
  const items = repeat(Math.round(n / size / 10) * 10, (i) => [i, "", ""])
  // One text changes what it says, not who it is.
  const next = change == "one text" ? items.map((i) => item(i)).with(items.length >> 1, item(items[items.length >> 1]).replace(/>([^<]+)<(?=[^<]+>(<\/div>)*<\/(article|tr|div)>$)/, ">changed<")) : changes[change](items, page == "nested cards").map(item)
  return [whole(items.map(item)), whole(next)]
}

const list = (items) => `<ul>${items.join("")}</ul>`
const letters = (i) => [...String(i)].map((digit) => "abcdefghij"[digit]).join("")

// What might take more than its share: old and new content of n, and a way to deepen it beyond what a parser makes.
const traps = {
  "deep chain": [1000, (n) => ["<div><i>a</i></div>", "<div><i>b</i></div>"], 1],
  "deep chain of ids": [500, (n) => [`<div><i id="a">a</i></div>`, `<div><i id="a">b</i></div>`], 1],
  "equal siblings, one removed": [2000, (n) => [list(repeat(n, () => "<li>a</li>")), list(repeat(n - 1, () => "<li>a</li>"))]],
  "siblings, one removed in the middle": [2000, (n) => [list(repeat(n, (i) => `<li>${i}</li>`)), list(repeat(n, (i) => `<li>${i}</li>`).toSpliced(n / 2, 1))]],
  "siblings that all differ": [2000, (n) => [list(repeat(n, (i) => `<li>${i}</li>`)), list(repeat(n, (i) => `<li>${i + n}</li>`))]],
  "siblings of names that all differ": [700, (n) => [list(repeat(n, (i) => `<x-${letters(i)}></x-${letters(i)}>`)), list(repeat(n, (i) => `<y-${letters(i)}></y-${letters(i)}>`))]],
  "siblings of many names, reversed": [700, (n) => [list(repeat(n, (i) => `<x-${letters(i)}></x-${letters(i)}>`)), list(repeat(n, (i) => `<x-${letters(n - i)}></x-${letters(n - i)}>`))]],
  "duplicate ids": [1000, (n) => [list(repeat(n, (i) => `<li id="a${i % 10}">${i}</li>`)), list(repeat(n, (i) => `<li id="a${i * 7 % 10}">${i}</li>`))]],
  "other ids": [1000, (n) => [list(repeat(n, (i) => `<li id="a${i}">${i}</li>`)), list(repeat(n, (i) => `<li id="b${i}">${i}</li>`))]],
  "ids, reversed": [2000, (n) => [list(repeat(n, (i) => `<li id="a${i}">${i}</li>`)), list(repeat(n, (i) => `<li id="a${n - 1 - i}">${n - 1 - i}</li>`))]],
  "ids, reversed, all changed": [5000, (n) => [list(repeat(n, (i) => `<li id="a${i}">${i}</li>`)), list(repeat(n, (i) => `<li id="a${n - 1 - i}">new ${n - 1 - i}</li>`))]],
  "ids below, reversed": [1000, (n) => [list(repeat(n, (i) => `<li><b id="a${i}">${i}</b></li>`)), list(repeat(n, (i) => `<li><b id="a${n - 1 - i}">${n - 1 - i}</b></li>`))]],
  "all moved to another parent": [1000, (n) => ["", "_"].map((side) => `<main><ul class="a">${side ? "" : repeat(n, (i) => `<li id="a${i}">${i}</li>`).join("")}</ul><ol>${side ? repeat(n, (i) => `<li id="a${i}">${i}</li>`).join("") : ""}</ol></main>`)],
  "each moved to the next parent": [1000, (n) => [0, 1].map((by) => `<main>${repeat(n, (i) => `<p><b id="a${(i + by) % n}">x</b></p>`).join("")}</main>`)],
  "texts between": [1000, (n) => [`<p>${repeat(n, (i) => `${i}<br>`).join("")}</p>`, `<p>${repeat(n, (i) => `<br>${i}`).join("")}</p>`]],
  "controls, typed into": [500, (n) => [`<form>${repeat(n, (i) => `<input name="f${i}" value="${i}">`).join("")}</form>`, `<form>${repeat(n, (i) => `<input name="f${i}" value="${i + 1}">`).join("")}</form>`]],
  "options": [1000, (n) => [`<select>${repeat(n, (i) => `<option value="${i}">${i}</option>`).join("")}</select>`, `<select>${repeat(n, (i) => `<option value="${i + 1}">${i + 1}</option>`).join("")}</select>`]]
}

const heard = new URLSearchParams(location.search).has("heard")
let events = 0
if (heard) for (const type of ["turbo:before-morph-element", "turbo:before-morph-attribute", "turbo:morph-element"]) addEventListener(type, () => events++)

const place = document.getElementById("place")

function parse(html, depth) {
  const template = document.createElement("template")
  template.innerHTML = html
  let { firstChild } = template.content
  for (let i = 0; i < depth; i++) {
    const around = template.content.ownerDocument.createElement("div")
    around.append(firstChild)
    firstChild = around
  }
  template.content.replaceChildren(firstChild)
  return template.content
}

const made = new Map()

function sources({ page, change, n }) {
  const key = `${page} ${change} ${n}`
  const trap = traps[page]
  if (!made.has(key)) {
    made.clear()
    made.set(key, trap ? trap[1](n) : content(page, change, n))
  }
  const [old, next] = made.get(key)
  return { old, next, depth: trap?.[2] ? n : 0 }
}

// The times, in ms, that the events of a morph take by themselves: made and dispatched once more.
function dispatches(row, times) {
  const { old, next, depth } = sources(row), list = [], samples = []
  const types = ["turbo:before-morph-element", "turbo:before-morph-attribute", "turbo:morph-element"]
  const note = ({ type, target, cancelable, detail }) => list.push([target, type, { bubbles: true, cancelable, composed: true, detail }])
  for (const type of types) addEventListener(type, note)
  place.replaceChildren(document.importNode(parse(old, depth), true))
  window.Turbo.morphElements(place.firstChild, parse(next, depth))
  for (const type of types) removeEventListener(type, note)
  for (let i = 0; i < times; i++) {
    const start = performance.now()
    for (const [target, type, { bubbles, cancelable, composed, detail }] of list) target.dispatchEvent(new CustomEvent(type, { bubbles, cancelable, composed, detail: { ...detail } }))
    samples.push(performance.now() - start)
  }
  return samples
}

// The times, in ms, of assigning the new content to innerHTML instead.
function assignments(row, times) {
  const { old, next, depth } = sources(row), samples = []
  for (let i = 0; i < times; i++) {
    place.replaceChildren(document.importNode(parse(old, depth), true))
    const start = performance.now()
    place.innerHTML = next
    samples.push(performance.now() - start)
  }
  return samples
}

// The times of some calls, in ms, and what they end with. A call takes place some times or for a time, in which it
// is repeated on pages made anew; calls that are over at once are measured together, as often as in times.
function measure(row, ms, least) {
  const { old, next, depth } = sources(row), { way } = row
  const samples = []
  const { morphElements } = window.Turbo
  let root
  for (const started = performance.now(); samples.length < least || performance.now() - started < ms && samples.length < 200;) {
    place.replaceChildren(document.importNode(parse(old, depth), true))
    root = place.firstChild
    const incoming = way == "parsed" ? next : parse(next, depth)
    events = 0
    const start = performance.now()
    morphElements(root, incoming)
    samples.push(performance.now() - start)
    if (samples.length >= 3 && performance.now() - started > 2000) break
  }
  const { firstChild } = parse(next, depth), end = place.firstChild
  const same = depth || (end.isEqualNode(firstChild) && place.childNodes.length == 1)
  return { samples, end: `${same ? "the new content" : "something else"}, ${end.textContent.length} characters, ${events ? "events" : "no events"}` }
}

window.bench = { measure, dispatches, assignments, traps: () => Object.fromEntries(Object.entries(traps).map(([name, [n]]) => [name, n])) }
