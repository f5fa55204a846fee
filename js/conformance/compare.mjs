// Compares what two runs showed, line by line, and weighs the differences that a scenario declares.

// What is recorded has been numbered before, over more aspects.
const uuid = /\buuid-\d+|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi

// The attribute by which our html element tells that the page is settled.
const settled = (line) => /^\s*<html /.test(line) ? line.replace(" data-turbo-settled", "") : line

// normalise numbers the request ids and other uuids in the order in which they appear.
export function normalise(result, aspects) {
  const seen = new Map()
  const number = (id) => {
    if (!seen.has(id)) seen.set(id, `uuid-${seen.size + 1}`)
    return seen.get(id)
  }
  return Object.fromEntries(aspects.map((aspect) => [aspect, (result[aspect] ?? []).filter((line) => !/^html\S* attribute data-turbo-settled$/.test(line)).map((line) => settled(line).replace(uuid, number))]))
}

// diff returns [" " | "-" | "+", line] pairs of a shortest edit script: "-" is only theirs, "+" only ours.
export function diff(theirs, ours) {
  let start = 0
  while (start < theirs.length && start < ours.length && theirs[start] === ours[start]) start++
  let end = 0
  while (end < theirs.length - start && end < ours.length - start && theirs.at(-1 - end) === ours.at(-1 - end)) end++
  const a = theirs.slice(start, theirs.length - end), b = ours.slice(start, ours.length - end)
  const table = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1))
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) table[i][j] = a[i] === b[j] ? table[i + 1][j + 1] + 1 : Math.max(table[i + 1][j], table[i][j + 1])
  }
  const pairs = theirs.slice(0, start).map((line) => [" ", line])
  for (let i = 0, j = 0; i < a.length || j < b.length;) {
    if (i < a.length && j < b.length && a[i] === b[j]) { pairs.push([" ", a[i]]); i++; j++ }
    else if (j >= b.length || (i < a.length && table[i + 1][j] >= table[i][j + 1])) pairs.push(["-", a[i++]])
    else pairs.push(["+", b[j++]])
  }
  return pairs.concat(theirs.slice(theirs.length - end).map((line) => [" ", line]))
}

// compare returns the problems: one { aspect, text } for each aspect that differs otherwise than declared.
// pending are lines that the runtime lacks as long as a part of it is missing; each notes that it was met.
export function compare(theirs, ours, { aspects, differs = [], pending = [], browser, observe }) {
  theirs = normalise(theirs, aspects)
  ours = normalise(ours, aspects)
  for (const line of pending) {
    if (!aspects.includes(line.in) || ours[line.in].includes(line.theirs) || !theirs[line.in].includes(line.theirs)) continue
    line.met = true
    theirs[line.in] = theirs[line.in].flatMap((other) => other !== line.theirs ? [other] : line.ours === undefined ? [] : [line.ours])
  }
  const problems = []
  for (const aspect of aspects) {
    const pairs = diff(theirs[aspect], ours[aspect])
    const only = (sign) => pairs.filter(([mark]) => mark === sign).map(([, line]) => line.trim())
    const declared = differs.filter((difference) => difference.in === aspect &&
      (difference.browser ?? browser) === browser && (difference.observe ?? observe) === observe)
    const expected = (side) => declared.flatMap((difference) => difference[side] ?? [])
    const same = (left, right) => left.length === right.length && left.every((line, index) => line === right[index].trim())
    if (same(only("-"), expected("theirs")) && same(only("+"), expected("ours"))) continue
    const heading = declared.length ? `${aspect} differs otherwise than declared (declared: theirs ${JSON.stringify(expected("theirs"))}, ours ${JSON.stringify(expected("ours"))})` : `${aspect} differs`
    problems.push({ aspect, text: `${heading}\n${hunks(pairs)}` })
  }
  return problems
}

function hunks(pairs, context = 3) {
  if (pairs.every(([mark]) => mark === " ")) return "    (the runs are equal)"
  const near = pairs.map((_, index) => pairs.slice(Math.max(0, index - context), index + context + 1).some(([mark]) => mark !== " "))
  const lines = []
  pairs.forEach(([mark, line], index) => {
    if (near[index]) lines.push(`    ${mark} ${line}`)
    else if (index === 0 || near[index - 1]) lines.push("      ⋮")
  })
  return lines.join("\n")
}
