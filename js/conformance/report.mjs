// The declared differences as a Markdown list, for the README.
export function differences(scenarios, print) {
  const shown = new Map()
  for (const { name, differs } of scenarios) {
    for (const because of new Set(differs.map(({ because }) => because))) shown.set(because, [...shown.get(because) ?? [], name])
  }
  for (const [because, names] of [...shown].sort()) print(`- ${because[0].toUpperCase()}${because.slice(1)} (${names.map((name) => `\`${name}\``).join(", ")}).`)
  return 0
}
