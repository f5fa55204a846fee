// Which scenarios show which rule. testdata/scenarios/rules.json lists the rules by area, as the reference of the
// behaviour numbers them, those that nothing can show with the reason.
import { readFileSync } from "node:fs"
import path from "node:path"
import { root } from "./scenario.mjs"

// The areas all of whose rules must have a scenario.
const complete = ["streams", "forms", "drive", "frames"]

export function coverage(scenarios) {
  const areas = JSON.parse(readFileSync(path.join(root, "rules.json"), "utf8"))
  const shown = new Map()
  for (const { name, rules } of scenarios) for (const rule of rules) shown.set(rule, [...shown.get(rule) ?? [], name])
  const rows = [], problems = []
  for (const [area, rules] of Object.entries(areas)) {
    for (const [number, reason] of Object.entries(rules)) {
      const rule = `${area} ${number}`, names = shown.get(rule) ?? []
      rows.push({ rule, names, reason })
      if (complete.includes(area) && names.length === 0 && !reason) problems.push(`the rule ${rule} has no scenario, and no reason not to have one`)
    }
  }
  for (const rule of shown.keys()) {
    const [area] = rule.split(" ")
    if (complete.includes(area) && !(rule.slice(area.length + 1) in areas[area])) problems.push(`${shown.get(rule)[0]} names the rule ${rule}, which rules.json does not know`)
  }
  return { rows, problems }
}

export function coverageTable(scenarios, print) {
  const { rows, problems } = coverage(scenarios)
  print("| rule | scenarios |\n|---|---|")
  for (const { rule, names, reason } of rows) print(`| ${rule} | ${names.map((name) => `\`${name}\``).join(", ") || reason || "–"} |`)
  print(`\n${rows.filter(({ names }) => names.length).length} of ${rows.length} rules have scenarios.`)
  for (const problem of problems) print(problem)
  return problems.length ? 1 : 0
}
