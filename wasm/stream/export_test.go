package stream

import (
	"math/rand/v2"
	"strings"
)

// RandomContent makes the content of a stream, as messages of the scanner's
// corpus have it.
func RandomContent(r *rand.Rand) string {
	var b strings.Builder
	g := generator{r}
	for range g.IntN(4) {
		g.node(&b, "root", 1+g.IntN(3))
	}
	return b.String()
}
