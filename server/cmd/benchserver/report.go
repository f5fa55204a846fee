//go:build linux

package main

import (
	"fmt"
	"io"
	"math"
	"slices"
)

// What is measured: the rows of the table.
const (
	connecting       = "until all are subscribed, connecting as fast as possible, s"
	connectingCPU    = "CPU per connect, µs"
	goroutinesEach   = "goroutines per connection"
	idleCPU          = "CPU while idle, with pings, % of a core"
	reachesHalf      = "until a broadcast has reached half of them, ms"
	reachesLast      = "until a broadcast has reached the last, ms"
	reachesLastWorst = "the same, for the slowest of twenty broadcasts, ms"
	cpuPerFrame      = "CPU per delivered frame at 100 broadcasts/s, µs"
	keptRate         = "broadcasts/s that all subscribers keep up with"
	fastestRate      = "broadcasts/s accepted at most"
	cutRate          = "broadcasts/s at which the first subscriber is disconnected"
)

func memoryOf(n int) string { return fmt.Sprintf("memory per connection at %d, KB of RSS", n) }
func memoryAfterGCOf(n int) string {
	return fmt.Sprintf("memory per connection at %d after GC, KB of RSS", n)
}
func usedOf(n int) string { return fmt.Sprintf("heap and stacks per connection at %d after GC, KB", n) }

// moreIsBetter lists the rows in which a larger number is better.
var moreIsBetter = []string{keptRate, fastestRate, cutRate}

// bounds are our server's targets: the most that it may take with 10,000
// connections.
var bounds = map[string]float64{
	memoryOf(10_000): 12,
	goroutinesEach:   1.01,
	idleCPU:          1,
	reachesLast:      90,
}

// figures returns the rows of the table. Memory is measured with many
// connections and with few.
func figures(many, few int) []string {
	return []string{
		memoryOf(few), memoryAfterGCOf(few), usedOf(few), memoryOf(many), memoryAfterGCOf(many), usedOf(many),
		goroutinesEach, idleCPU, connecting, connectingCPU, reachesHalf, reachesLast, reachesLastWorst,
		cpuPerFrame, keptRate, fastestRate, cutRate,
	}
}

// report writes a Markdown table with the median, the least and the greatest
// value of each row, and with how many times better the first server is than
// the second. Below it, it lists the targets that the first one missed.
func report(w io.Writer, rows []string, names []string, sheets []sheet) {
	header, rule := "| |", "|---|"
	for _, name := range names {
		header, rule = header+" "+name+" |", rule+"---|"
	}
	if len(names) > 1 {
		header, rule = header+" times better |", rule+"---|"
	}
	fmt.Fprintf(w, "%s\n%s\n", header, rule)
	var missed []string
	targets := len(sheets) > 1
	for _, row := range rows {
		fmt.Fprintf(w, "| %s |", row)
		for _, s := range sheets {
			fmt.Fprintf(w, " %s |", cell(s[row]))
		}
		ours := middle(sheets[0][row])
		if len(sheets) > 1 {
			times := middle(sheets[1][row]) / ours
			if slices.Contains(moreIsBetter, row) {
				times = 1 / times
			}
			if math.IsInf(times, 0) {
				fmt.Fprint(w, " – |")
			} else {
				fmt.Fprintf(w, " %s |", number(times))
			}
			if times < 1 {
				missed = append(missed, fmt.Sprintf("%s: behind %s", row, names[1]))
			}
		}
		fmt.Fprintln(w)
		bound, ok := bounds[row]
		targets = targets || ok
		if ok && ours > bound {
			missed = append(missed, fmt.Sprintf("%s: more than %s", row, number(bound)))
		}
	}
	for _, m := range missed {
		fmt.Fprintf(w, "\nmissed: %s", m)
	}
	if targets && len(missed) == 0 {
		fmt.Fprint(w, "\nall targets met")
	}
	fmt.Fprintln(w)
}

// cell formats a median, with the least and the greatest value.
func cell(values []float64) string {
	if len(values) == 0 {
		return "–"
	}
	low, high := slices.Min(values), slices.Max(values)
	if low == high {
		return number(low)
	}
	return fmt.Sprintf("%s (%s–%s)", number(middle(values)), number(low), number(high))
}

func number(v float64) string {
	switch {
	case math.IsNaN(v):
		return "–"
	case math.IsInf(v, 1):
		return "never"
	case v < 10:
		return fmt.Sprintf("%.2f", v)
	case v < 100:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.0f", v)
}
