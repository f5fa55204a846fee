package frame

import (
	"context"
	"fmt"
	"html/template"
	"slices"

	"github.com/turbowasm/turbowasm/server/stream"
)

// Tag returns an empty frame for templates, with attributes as pairs of name
// and value:
//
//	{{frame "user_sidebar" "src" "/sidebar" "target" "_top"}}
//	{{frame (domID .Message "new_boost")}}
//
// Write a frame with content as HTML instead.
func Tag(id string, attrs ...string) (template.HTML, error) {
	e := Element{ID: id}
	if len(attrs)%2 != 0 {
		return "", fmt.Errorf("frame: tag %q: attributes come in pairs of name and value, got %q", id, attrs)
	}
	for pair := range slices.Chunk(attrs, 2) {
		e.Attrs = append(e.Attrs, stream.Attr{Name: pair[0], Value: pair[1]})
	}
	html, err := stream.Render(context.Background(), e)
	return template.HTML(html), err
}
