// What the pages do beyond HTML, on Turbo's events and elements. Without this
// script everything still works, with a page load for each step.

const NEAR = 100 // pixels from the end of the list that still count as there
const THREAD_GAP = 5 * 60 * 1000 // as in message.go

const clock = new Intl.DateTimeFormat([], { hour: "2-digit", minute: "2-digit" })
const day = new Intl.DateTimeFormat([], { weekday: "long", day: "numeric", month: "long" })

// The messages of a room. They are the same HTML for every reader and neighbour,
// so their order, their times and how they follow each other are seen to here.
class MessageList extends HTMLElement {
  #formatted = new WeakSet()
  #observer = new MutationObserver(() => this.#arrange())

  connectedCallback() {
    this.#arrange()
    this.#observer.observe(this, { childList: true })
    const linked = location.hash && document.getElementById(location.hash.slice(1))
    if (linked && this.contains(linked)) linked.scrollIntoView({ block: "center" })
    else this.toEnd()
  }

  disconnectedCallback() { this.#observer.disconnect() }

  get scroller() { return this.closest(".scroller") }

  get atEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller
    return scrollHeight - scrollTop - clientHeight <= NEAR
  }

  toEnd() { this.scroller.scrollTop = this.scroller.scrollHeight }

  #arrange() {
    let previous
    for (const message of [...this.children]) {
      let before = previous
      while (before && id(before) > id(message)) before = before.previousElementSibling
      if (before != previous) { // it was overtaken on its way
        if (before) before.after(message)
        else this.prepend(message)
      } else {
        previous = message
      }
    }
    previous = null
    for (const message of this.children) {
      this.#format(message)
      const today = sameDay(previous, message)
      const together = today && previous.dataset.userId == message.dataset.userId &&
        message.dataset.created - previous.dataset.created < THREAD_GAP
      message.classList.toggle("message--new-day", !today)
      message.classList.toggle("message--threaded", together)
      previous = message
    }
    this.#observer.takeRecords() // of our own moves
  }

  // Times are the reader's.
  #format(message) {
    if (this.#formatted.has(message)) return
    this.#formatted.add(message)
    const date = created(message)
    const time = message.querySelector(".message__time")
    time.textContent = clock.format(date)
    time.title = date.toLocaleString()
    message.querySelector(".message__day span").textContent = day.format(date)
  }
}

const id = (message) => Number(message.dataset.messageId)
const created = (message) => new Date(Number(message.dataset.created))
const sameDay = (a, b) => a && b && created(a).toDateString() == created(b).toDateString()

customElements.define("message-list", MessageList)

const list = () => document.querySelector("message-list")

// Readers at the end of the list stay there when something is added to it or to
// a message in it, be it by a stream or in a frame.
addEventListener("turbo:before-stream-render", ({ target, detail }) => {
  const messages = list()
  if (!messages?.contains(document.getElementById(target.target))) return
  const { render } = detail
  detail.render = async (stream) => {
    const follow = messages.atEnd
    await render(stream)
    if (follow) messages.toEnd()
  }
})

addEventListener("turbo:before-frame-render", ({ target, detail }) => {
  const messages = list()
  if (!messages?.contains(target)) return
  const { render } = detail
  detail.render = (...frames) => {
    const follow = messages.atEnd
    render(...frames)
    if (follow) messages.toEnd()
  }
})

// An edit goes on where the message ended.
addEventListener("turbo:frame-load", ({ target }) => {
  const body = target.querySelector(":scope > .edit textarea")
  body?.setSelectionRange(body.value.length, body.value.length)
})

// A message that has been sent leaves the composer, unlike what was typed since.
let sent = ""

addEventListener("turbo:submit-start", ({ target }) => {
  if (target.id == "composer") sent = target.body.value
})

addEventListener("turbo:submit-end", ({ target, detail }) => {
  if (target.id != "composer" || !detail.success) return
  const { body } = target
  if (body.value.startsWith(sent)) body.value = body.value.slice(sent.length)
  body.focus()
  list()?.toEnd()
})

// Enter sends, except on a screen keyboard, which has no Shift to hold. Escape
// cancels.
addEventListener("keydown", (event) => {
  const { target } = event
  if (event.isComposing) return
  if (event.key == "Escape") target.closest("turbo-frame")?.querySelector(".cancel")?.click()
  if (event.key != "Enter" || event.shiftKey || !target.form?.matches("#composer, .edit")) return
  if (matchMedia("(pointer: coarse)").matches) return
  event.preventDefault()
  if (target.value.trim()) target.form.requestSubmit()
})

// After a form in the sidebar, the next page brings the sidebar afresh.
addEventListener("turbo:submit-start", ({ target }) => {
  target.closest("#user_sidebar")?.removeAttribute("data-turbo-permanent")
})

// The sidebar stays while pages change: it is told where the reader is.
const here = () => {
  for (const link of document.querySelectorAll(".room-item")) {
    if (link.pathname == location.pathname) link.ariaCurrent = "page"
    else link.removeAttribute("aria-current")
  }
}
addEventListener("turbo:load", here)
addEventListener("turbo:frame-load", here)

// A click elsewhere closes the menu of a message.
addEventListener("click", ({ target }) => {
  for (const menu of document.querySelectorAll(".message__more[open]")) {
    if (!menu.contains(target)) menu.open = false
  }
})
