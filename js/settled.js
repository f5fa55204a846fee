// Whether anything is under way. While nothing is, the html element has an
// attribute for drivers of browsers to wait for: work that begins takes it
// away at once, and it comes back in a task of its own after the last work.

const NAME = "data-turbo-settled"
const START = "the start"

// What is under way: requests, elements, the numbers of what Go waits for.
export const pending = new Set([START])

let html // the page's, while this copy of the script is the one that drives it
let still = false
let over = false
let timer
const waiting = []

export function begin(work) {
  if (over) return
  pending.add(work)
  if (still) {
    still = false
    document.documentElement.removeAttribute(NAME)
  }
}

export function end(work) {
  if (pending.delete(work)) rest()
}

function rest() {
  if (!pending.size) timer ??= setTimeout(() => {
    timer = null
    if (pending.size) return
    still = true
    if (html) document.documentElement.setAttribute(NAME, "")
    for (const resolve of waiting.splice(0)) resolve()
  })
}

// Counts what a promise waits for as work, and returns it.
export function during(promise) {
  const over = () => end(promise)
  begin(promise)
  Promise.resolve(promise).then(over, over)
  return promise
}

// Something has happened at once that may have changed the html element.
export function touch() {
  begin(touch)
  end(touch)
}

// Ends work whose owner is collected: nobody can go on with it.
export const abandoned = new FinalizationRegistry(end)

// Promises that are no work: they wait for the user, who may take any time, or
// for all others.
export const aside = new WeakSet()

export function settled() {
  const promise = new Promise((resolve) => still ? resolve() : waiting.push(resolve))
  aside.add(promise)
  return promise
}

// The page is the runtime's, and is settled when nothing is under way from loaded on.
export async function start(loaded) {
  html = document.documentElement
  html.removeAttribute(NAME)
  // A page that is left is not settled, but what comes may be no page.
  window.navigation?.addEventListener("navigate", ({ destination, downloadRequest }) => {
    if (destination.sameDocument || downloadRequest != null || !/^http/.test(destination.url)) return
    begin(destination)
    setTimeout(() => end(destination), 4000)
  })
  await loaded
  end(START)
}

// Without Go nothing is under way any more.
export function stop() {
  over = true
  pending.clear()
  rest()
}
