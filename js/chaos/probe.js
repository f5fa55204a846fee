// What a page of a trial watches: that each list gains its entries once, in order, and that whoever loses some was told.
// It tells the driver by lines of the console; window.chaos is what it knows.
(() => {
  const lists = {} // by id: the element as it was rendered, and the number of the last entry that came since
  const chaos = window.chaos = { lists, events: [] }
  const note = (event) => {
    chaos.events.push(`${new Date().toISOString().slice(11, 23)} ${event}`)
    if (chaos.events.length > 60) chaos.events.shift()
  }
  const tell = (kind, count = 1, why) => {
    note(`${kind} ${why ?? ""}`)
    console.debug(`chaos ${JSON.stringify({ kind, count, why })}`)
  }
  const { EventSource } = window
  window.EventSource = class extends EventSource {
    constructor(...args) {
      super(...args)
      tell("event sources")
    }
  }
  const number = (item) => Number(item.id.split("_")[2])
  const known = (list) => {
    const key = `${list.dataset.count} at ${list.dataset.at}`
    let of = lists[list.id]
    if (!of || of.list != list || of.key != key) {
      of = lists[list.id] = { list, key, before: 0, gap: false, top: list.lastElementChild ? number(list.lastElementChild) : Number(list.dataset.count) }
      note(`${list.id} shows ${of.top}, rendered with ${key}`)
    }
    return of
  }
  addEventListener("turbo:before-stream-render", ({ target: stream }) => {
    const list = stream.action == "append" && document.getElementById(stream.target)
    if (!list) return
    const n = number(stream.templateContent.querySelector("li")), of = known(list), { before, top } = of
    note(`entry ${n} of ${list.id}`)
    sessionStorage.entries = Number(sessionStorage.entries ?? 0) + 1
    if (of.gap) return // it is not what is shown in the end
    of.before = n
    if (!before ? n > top + 1 : n > before + 1) tell("lost", n - 1 - (before || top), `${list.id}: entry ${n} comes after ${before || top}`)
    else if (before && n == before) tell("doubled", 1, `${list.id}: entry ${n} comes twice`)
    else if (before && n < before) tell("out of order", 1, `${list.id}: entry ${n} comes after ${before}`)
  })
  addEventListener("turbo:cable-gap", ({ target }) => {
    const list = target.closest("section").querySelector("ol")
    known(list).gap = true
    tell("gaps", 1, list.id)
  })
  for (const type of ["turbo:visit", "turbo:load", "turbo:render", "turbo:morph", "turbo:cable-connected", "turbo:cable-disconnected", "turbo:cable-rejected", "turbo:fetch-request-error", "turbo:reload", "pageshow", "pagehide"]) {
    addEventListener(type, ({ detail, persisted, target }) => note(`${type} ${persisted ?? ""} ${target.closest?.("section")?.querySelector("ol").id ?? ""} ${JSON.stringify(detail ?? {}).slice(0, 80)}`))
  }
  for (const type of ["freeze", "resume", "visibilitychange"]) document.addEventListener(type, () => note(`${type}, ${document.visibilityState}`))
  chaos.state = () => ({
    entries: Number(sessionStorage.entries ?? 0),
    set: Number(document.body?.dataset.set ?? -1),
    lists: [...document.querySelectorAll("ol")].map((list) => ({
      id: Number(list.id.split("_")[1]), gap: lists[list.id]?.gap && known(list).gap || false, count: Number(list.previousElementSibling.textContent),
      items: [...list.children].map((item) => [number(item), item.textContent])
    })),
    events: [...chaos.events, `now ${document.visibilityState}`]
  })
})()
