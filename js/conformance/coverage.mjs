// Which scenarios show which rule. testdata/scenarios/rules.json lists the rules by area, as the reference of the
// behaviour numbers them: every rule has a scenario, or a reason not to have one.
import { readFileSync } from "node:fs"
import path from "node:path"
import { root } from "./scenario.mjs"

export function coverage(scenarios) {
  const areas = JSON.parse(readFileSync(path.join(root, "rules.json"), "utf8"))
  const shown = new Map()
  for (const { name, rules } of scenarios) for (const rule of rules) shown.set(rule, [...shown.get(rule) ?? [], name])
  const rows = [], problems = []
  for (const [area, rules] of Object.entries(areas)) {
    for (const [number, reason] of Object.entries(rules)) {
      const rule = `${area} ${number}`, names = shown.get(rule) ?? []
      rows.push({ rule, names, reason })
      if (names.length === 0 && !reason) problems.push(`the rule ${rule} has no scenario, and no reason not to have one`)
    }
  }
  for (const [rule, names] of shown) {
    const [area] = rule.split(" ")
    if (areas[area]?.[rule.slice(area.length + 1)] === undefined) problems.push(`${names[0]} names the rule ${rule}, which rules.json does not know`)
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
