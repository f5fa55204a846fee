// The declared differences as the Markdown list that wasm/differences.md holds between two marks.
import { readFileSync, writeFileSync } from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"

const document = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../wasm/differences.md")
const marked = /(?<=<!-- differences -->\n)[^]*(?=<!-- \/differences -->)/

export function differences(scenarios) {
  const shown = new Map()
  for (const { name, differs } of scenarios) {
    for (const because of new Set(differs.map(({ because }) => because))) shown.set(because, [...shown.get(because) ?? [], name])
  }
  return [...shown].sort().map(([because, names]) => `- ${because[0].toUpperCase()}${because.slice(1)} (${names.map((name) => `\`${name}\``).join(", ")}).\n`).join("")
}

export function writeDifferences(scenarios) {
  writeFileSync(document, readFileSync(document, "utf8").replace(marked, () => differences(scenarios)))
}

// differencesProblems tells what is wrong with the reasons and whether the document still has the list of them.
export function differencesProblems(scenarios) {
  const problems = []
  for (const { name, differs } of scenarios) {
    for (const { because } of differs) if (!/^[A-Za-z].*[^.\s]$/s.test(because ?? "")) problems.push(`${name} declares a difference without a reason that can stand in a list: ${JSON.stringify(because)}`)
  }
  if (marked.exec(readFileSync(document, "utf8"))?.[0] !== differences(scenarios)) problems.push("its list of differences is not the one of the scenarios; write it anew: node js/conformance/run.mjs --differences --write")
  return problems
}
