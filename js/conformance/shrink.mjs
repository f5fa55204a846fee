// Makes a random case smaller for as long as it shows what it shows.
import { isDeclared } from "./messages.mjs"

// shrink asks whichDiffers, which is given several cases and returns the first that still differs, for smaller and smaller
// ones.
export async function shrink(one, whichDiffers) {
  for (let tries = 0; tries < 200; tries++) {
    let smaller
    const candidates = [...smallerCases(one)].filter((smaller) => !isDeclared(smaller))
    for (let from = 0; from < candidates.length && !smaller; from += 100) smaller = await whichDiffers(candidates.slice(from, from + 100))
    if (!smaller) return one
    one = smaller
  }
  return one
}

// The cases that lack one thing: steps and streams first, then listeners, what pages and contents hold, attributes.
export function* smallerCases(one) {
  for (const steps of without(one.steps)) if (steps.length) yield { ...one, steps }
  for (const [index, step] of one.steps.entries()) {
    const put = (change) => ({ ...one, steps: one.steps.with(index, { ...step, ...change }) })
    if (step.streams) {
      for (const streams of without(step.streams)) if (streams.length) yield put({ streams })
      if (step.streams.length > 1) yield { ...one, steps: one.steps.toSpliced(index, 1, ...step.streams.map((stream) => ({ ...step, streams: [stream] }))) }
      if (step.between) yield put({ between: "" })
      if (step.way !== "message") yield put({ way: "message" })
      for (const [at, stream] of step.streams.entries()) for (const smaller of smallerStreams(stream)) yield put({ streams: step.streams.with(at, smaller) })
    }
    if (step.wait) yield put({ wait: false })
  }
  for (const listeners of without(one.listeners)) yield { ...one, listeners }
  for (const page of smallerNodes(one.page)) yield { ...one, page }
}

function* without(list) {
  if (list.length > 3) {
    yield list.slice(0, list.length >> 1)
    yield list.slice(list.length >> 1)
  }
  for (let index = 0; index < list.length; index++) yield list.toSpliced(index, 1)
}

function* smallerStreams(stream) {
  if (stream.nested) yield { ...stream, nested: null }
  if (stream.first) yield { ...stream, first: "" }
  if (stream.space) yield { ...stream, space: "" }
  if (stream.content?.length === 0) yield { ...stream, content: null }
  for (const name of Object.keys(stream.attributes)) yield { ...stream, attributes: lacking(stream.attributes, name) }
  for (const content of smallerNodes(stream.content ?? [])) yield { ...stream, content }
  if (stream.nested) for (const nested of smallerStreams(stream.nested)) yield { ...stream, nested }
}

function lacking(attributes, name) {
  const { [name]: _, ...rest } = attributes
  return rest
}

function* smallerNodes(nodes) {
  yield* without(nodes)
  for (const [index, node] of nodes.entries()) {
    const put = (...change) => nodes.toSpliced(index, 1, ...change)
    if (node.text?.length > 1) yield put({ text: "x" })
    if (node.stream) for (const stream of smallerStreams(node.stream)) yield put({ stream })
    if (!node.tag) continue
    if (node.children.length) yield put(...node.children)
    for (const name of Object.keys(node.attributes)) yield put({ ...node, attributes: lacking(node.attributes, name) })
    if (!["div", "script", "template", "input"].includes(node.tag)) yield put({ ...node, tag: "div" })
    if (node.tag !== "script") for (const children of smallerNodes(node.children)) yield put({ ...node, children })
  }
}
