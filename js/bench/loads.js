// The loads: what a page holds before, and the messages that arrive. Both
// sides get the same, in the page itself.

const person = ["Ada", "Grace", "Edsger", "Barbara", "Ken"]

const item = (id, n) =>
  `<div id="${id}" class="message"><strong>${person[n % 5]}</strong> <span>Message number ${n}, long enough to be one</span></div>`

const stream = (action, target, content = "") =>
  `<turbo-stream action="${action}" target="${target}">${content && `<template>${content}</template>`}</turbo-stream>`

const times = (n, make) => Array.from({ length: n }, (_, i) => make(i))

const appends = (n) => times(n, (i) => stream("append", "list", item(`m${i}`, i)))

const ACTIONS = ["append", "prepend", "before", "after", "replace", "update", "remove"]
const TARGETS = 500

function mixed(n) {
  return times(n, (i) => {
    const action = ACTIONS[i % ACTIONS.length], target = `t${i % TARGETS}`
    if (action == "remove") return stream(action, `r${i}`)
    if (action == "replace") return stream(action, target, `<div id="${target}" class="card">${item(`m${i}`, i)}</div>`)
    return stream(action, target, item(`m${i}`, i))
  })
}

const cards = (n) =>
  times(TARGETS, (i) => `<div id="t${i}" class="card"><p>Card ${i}</p></div>`).join("") +
  times(n, (i) => `<p id="r${i}">to be removed</p>`).join("")

// Streams of an action of the application's own in one message, and one that tells that they are over. Least is all that
// the page must do in any case: the same changes, by the shortest way that is known in advance, without any streams.
const own = (n, list, make, least) => ({ list, messages: [times(n, make).join("") + stream("append", "list", LAST)], last: "last", least })

const LAST = `<i id="last"></i>`
const parsed = (n, make) => {
  const html = times(n, make).join("") + LAST
  return (list) => list.insertAdjacentHTML("beforeend", html)
}
const changed = (n, change) => {
  const ids = times(TARGETS, (i) => `t${i}`)
  return (list) => {
    for (let i = 0; i < n; i++) change(document.getElementById(ids[i % TARGETS]), i)
    list.insertAdjacentHTML("beforeend", LAST)
  }
}

// Each gives the content of #list, the messages, and the id of the element
// that comes last.
export const loads = {
  "appends, one message": (n) => ({ list: "", messages: [appends(n).join("")], last: `m${n - 1}` }),
  "appends, one message each": (n) => ({ list: "", messages: appends(n), last: `m${n - 1}` }),
  "mixed, one message": (n) => ({ list: cards(n), messages: [mixed(n).join("")], last: `m${n - 1}` }),
  "mixed, one message each": (n) => ({ list: cards(n), messages: mixed(n), last: `m${n - 1}` }),
  "toast": (n) => own(n, "", (i) => `<turbo-stream action="toast" target="list" message="Message number ${i} &lt;saved&gt;"></turbo-stream>`,
    parsed(n, (i) => `<p role="status">Message number ${i} &lt;saved&gt;</p>`)),
  "add": (n) => own(n, "", (i) => stream("add", "list", item(`m${i}`, i)), parsed(n, (i) => item(`m${i}`, i))),
  "mark": (n) => own(n, cards(0), (i) => `<turbo-stream action="mark" target="t${i % TARGETS}" class="done" on="${i % 3 > 0}"></turbo-stream>`,
    changed(n, (card, i) => card.classList.toggle("done", i % 3 > 0))),
  "count": (n) => own(n, times(TARGETS, (i) => `<b id="t${i}">${i}</b>`).join(""), (i) => `<turbo-stream action="count" target="t${i % TARGETS}" by="${i}"></turbo-stream>`,
    changed(n, (votes, i) => votes.textContent = Number(votes.textContent) + i)),
  "one append into children": (n) => ({
    list: times(n, (i) => item(`c${i}`, i)).join(""), messages: [stream("append", "list", item("m", 0))], last: "m"
  })
}

// Messages whose last arrives long after the first was applied.
export const paced = (i) => stream("update", `t${i % TARGETS}`, `<b>${i}</b>`)
export const pacedList = cards(0)
